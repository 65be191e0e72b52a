// One line per state change, as fields, on stderr:
//   2026-11-21T11:20:03.123Z info run=r-0041 agent=lab-3 state=running>lost reason="lease expired"
//
// Threads: safe from any.
// Values are made printable and cut at 1,024 bytes; secrets never come here.
#ifndef SEEP_COORDINATOR_LOG_LOG_H_
#define SEEP_COORDINATOR_LOG_LOG_H_

#include <initializer_list>
#include <string>
#include <string_view>

namespace seep::coordinator {

struct LogField {
  std::string_view key;
  std::string value;
};

void LogError(std::initializer_list<LogField> fields);  // a human must act
void LogWarn(std::initializer_list<LogField> fields);   // degraded, will recover
void LogInfo(std::initializer_list<LogField> fields);   // state changed

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_LOG_LOG_H_
