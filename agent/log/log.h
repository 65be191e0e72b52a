// One line per state change, as fields: LogInfo("run=r-1 state=running>stopping reason=...").
//
// Threads: safe from any. Control characters in `line` are replaced.
#ifndef SEEP_AGENT_LOG_LOG_H_
#define SEEP_AGENT_LOG_LOG_H_

#include <string_view>

namespace seep::agent {

void StartLog(bool debug);  // to stderr; once, in main
void LogError(std::string_view line);  // a human must act
void LogWarn(std::string_view line);   // degraded, will recover
void LogInfo(std::string_view line);   // state changed
void LogDebug(std::string_view line);

}  // namespace seep::agent

#endif  // SEEP_AGENT_LOG_LOG_H_
