#include "coordinator/log/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "common/os/files.h"

namespace seep::coordinator {
namespace {

spdlog::logger& Logger() {
  static const auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("seep", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *logger;
}

std::string Line(std::initializer_list<LogField> fields) {
  std::string line;
  for (const LogField& field : fields) {
    if (!line.empty()) line += ' ';
    line.append(field.key);
    line += '=';
    std::string value = Printable(field.value.substr(0, 1024));
    if (value.find_first_of(" \"=") == std::string::npos && !value.empty()) {
      line += value;
      continue;
    }
    for (char& c : value) c = c == '"' ? '\'' : c;
    line += '"' + value + '"';
  }
  return line;
}

}  // namespace

void LogError(std::initializer_list<LogField> fields) { Logger().error("{}", Line(fields)); }
void LogWarn(std::initializer_list<LogField> fields) { Logger().warn("{}", Line(fields)); }
void LogInfo(std::initializer_list<LogField> fields) { Logger().info("{}", Line(fields)); }

}  // namespace seep::coordinator
