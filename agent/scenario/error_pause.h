// A failing operation counts and goes on, but not as fast as the CPU allows.
#ifndef SEEP_AGENT_SCENARIO_ERROR_PAUSE_H_
#define SEEP_AGENT_SCENARIO_ERROR_PAUSE_H_

#include "absl/time/time.h"

namespace seep::agent {
inline constexpr absl::Duration kErrorPause = absl::Milliseconds(100);
}

#endif  // SEEP_AGENT_SCENARIO_ERROR_PAUSE_H_
