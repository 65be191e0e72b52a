#include "agent/supervisor/load_command.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr std::size_t kMaxCounters = 16;
constexpr std::size_t kMaxName = 41;
constexpr std::size_t kMaxLine = 256;
constexpr std::string_view kCounts = "SEEP ";

bool IsCounterName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxName && absl::ascii_islower(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_'; });
}

}  // namespace

LoadCommand::LoadCommand(EpollEventLoop& loop, OrphanReaper& reaper, LogLines& log, std::string entry)
    : loop_(loop), reaper_(reaper), log_(log) {
  status_.set_entry(std::move(entry));
}

LoadCommand::~LoadCommand() = default;

absl::Status LoadCommand::Start(const ChildOptions& command, const std::string& mark, std::function<void(bool)> ended) {
  TargetProcess::Ports ports;
  ports.output = [this](std::string_view bytes) { OnOutput(bytes); };
  ports.error_output = [this](std::string_view bytes) { log_.AddBytes("load", bytes); };
  ports.exited = [this](ExitStatus status) { OnExited(status); };
  process_.reset();  // its end kills what carries the mark, which the next one shares
  SEEP_ASSIGN_OR_RETURN(process_, TargetProcess::Start(loop_, reaper_, command, mark, std::move(ports)));
  ended_ = std::move(ended);
  status_.set_running(true);
  return absl::OkStatus();
}

void LoadCommand::Stop() {
  ended_ = nullptr;
  if (running()) {
    status_.set_running(false);
    status_.set_last_end("stopped by Seep");
  }
  process_.reset();
}

void LoadCommand::OnOutput(std::string_view bytes) {
  log_.AddBytes("load", bytes);
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    unfinished_.append(bytes.substr(0, std::min(end, kMaxLine - unfinished_.size())));
    if (end == std::string_view::npos) return;
    OnLine(unfinished_);
    unfinished_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void LoadCommand::OnLine(std::string_view line) {
  if (line.substr(0, kCounts.size()) != kCounts) return;
  line.remove_prefix(kCounts.size());
  const std::size_t equals = line.find('=');
  double value = 0;
  const std::string name(line.substr(0, equals));
  if (equals == std::string_view::npos || !IsCounterName(name)) return;
  if (!absl::SimpleAtod(std::string(line.substr(equals + 1)), &value) || !std::isfinite(value) || value < 0) return;
  if (!counters_.contains(name) && counters_.size() >= kMaxCounters) return;
  counters_[name].now = value;
}

void LoadCommand::OnExited(ExitStatus exit) {
  status_.set_running(false);
  status_.set_ended(status_.ended() + 1);
  if (!exit.success()) status_.set_failed(status_.failed() + 1);
  status_.set_exit_code(exit.exited ? exit.code : -1);
  status_.set_last_end(exit.ToString());
  for (auto& [name, counter] : counters_) counter = {counter.before + counter.now, 0};
  if (const auto ended = std::exchange(ended_, nullptr)) ended(exit.success());
}

std::map<std::string, double> LoadCommand::Counters() const {
  std::map<std::string, double> counts;
  for (const auto& [name, counter] : counters_) counts[absl::StrCat("load.", name)] = counter.before + counter.now;
  return counts;
}

}  // namespace seep::agent
