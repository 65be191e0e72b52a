#include "agent/log/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "common/os/files.h"

namespace seep::agent {
namespace {
void Write(spdlog::level::level_enum level, std::string_view line) {
  spdlog::log(level, "{}", Printable(line));
}
}  // namespace

void StartLog(bool debug) {
  auto logger = std::make_shared<spdlog::logger>("agent", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  logger->set_level(debug ? spdlog::level::debug : spdlog::level::info);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void LogError(std::string_view line) { Write(spdlog::level::err, line); }
void LogWarn(std::string_view line) { Write(spdlog::level::warn, line); }
void LogInfo(std::string_view line) { Write(spdlog::level::info, line); }
void LogDebug(std::string_view line) { Write(spdlog::level::debug, line); }

}  // namespace seep::agent
