// What people type to say which runs they mean.
//
//   filter      = { [ "-" | "!" ] field ":" value { "," value } }, separated by spaces
//   value       = a word, or "words in \"quotes\""
//   since:7d    runs that began since: 30m, 12h, 7d, 2w, 2026-11-01, 2026-11-01T10:00:00Z; until: likewise
//   sdk:breez   sdk:4.2   sdk:breez@4.2     name, version (4.2 is 4.2.1 too, not 4.20), both
//   label:team=x   label:team               with this value, with any
//   name, agent, scenario                   * and ? are wildcards; case does not matter
//   verdict:leak,suspect   state:open   campaign:c-0001   series:rss (that leaked)
//
// All terms must hold; "-" turns one round.
// Threads: pure.
// Failure: kInvalidArgument, "filter: at character 5, 'verdic': ...; did you mean ...?".
#ifndef SEEP_COORDINATOR_FILTER_RUN_FILTER_PARSER_H_
#define SEEP_COORDINATOR_FILTER_RUN_FILTER_PARSER_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "storage/run_filter.h"

namespace seep::coordinator {

inline constexpr std::size_t kMaxFilterBytes = 4096;

absl::StatusOr<storage::RunFilter> ParseRunFilter(const std::string& text, WallTime now);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_FILTER_RUN_FILTER_PARSER_H_
