// The library's verdict as the message that everything here renders; for
// recordings judged without a server.
#ifndef SEEP_CLI_RENDER_VERDICT_MESSAGE_H_
#define SEEP_CLI_RENDER_VERDICT_MESSAGE_H_

#include "analysis/verdict/verdict.h"
#include "seep/v1/verdict.pb.h"

namespace seep::cli {

v1::RunVerdict ToMessage(const analysis::RunVerdict& verdict);

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_VERDICT_MESSAGE_H_
