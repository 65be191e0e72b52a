// The verdict file of a corpus: one line a recording, in KB and units a minute.
#ifndef SEEP_CLI_COMMANDS_VERDICT_FILE_H_
#define SEEP_CLI_COMMANDS_VERDICT_FILE_H_

#include "cli/commands/commands.h"

namespace seep::cli {

// Judges every recording that DIR/labels.csv names and writes
// id,verdict,metric,score,slope,slope_lo,slope_hi,bytes_per_op,detect_t_s.
absl::Status WriteVerdictFile(Session& session);

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_VERDICT_FILE_H_
