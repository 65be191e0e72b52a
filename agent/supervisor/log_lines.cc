#include "agent/supervisor/log_lines.h"

#include <algorithm>

#include "common/os/files.h"

namespace seep::agent {
namespace {
constexpr std::size_t kMaxLine = 4096;
constexpr double kLinesPerSecond = 200;
constexpr double kBytesPerSecond = 64 << 10;
constexpr double kBurst = 2;
constexpr std::size_t kMaxWaiting = 1000;
}  // namespace

LogLines::LogLines(const Clock& clock)
    : clock_(clock), refilled_(clock.Now()), line_budget_(kLinesPerSecond * kBurst), byte_budget_(kBytesPerSecond * kBurst) {}

void LogLines::AddBytes(std::string_view source, std::string_view bytes) {
  auto known = unfinished_.find(source);
  if (known == unfinished_.end()) known = unfinished_.emplace(std::string(source), Unfinished()).first;
  auto& [text, skipping] = known->second;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (!skipping) text.append(part.substr(0, kMaxLine - text.size()));
    if (end == std::string_view::npos) {
      if (text.size() >= kMaxLine && !skipping) {
        // An endless line is shown as far as it fits; what follows is skipped.
        AddLine(source, text);
        text.clear();
        skipping = true;
      }
      return;
    }
    if (!skipping) AddLine(source, text);
    text.clear();
    skipping = false;
    bytes.remove_prefix(end + 1);
  }
}

bool LogLines::Afford(std::size_t bytes) {
  const MonotonicTime now = clock_.Now();
  const double seconds = absl::ToDoubleSeconds(now - refilled_);
  refilled_ = now;
  line_budget_ = std::min(line_budget_ + seconds * kLinesPerSecond, kLinesPerSecond * kBurst);
  byte_budget_ = std::min(byte_budget_ + seconds * kBytesPerSecond, kBytesPerSecond * kBurst);
  if (line_budget_ < 1 || byte_budget_ < static_cast<double>(bytes) || lines_.size() >= kMaxWaiting) return false;
  line_budget_ -= 1;
  byte_budget_ -= static_cast<double>(bytes);
  return true;
}

void LogLines::AddLine(std::string_view source, std::string_view line) {
  if (line.empty()) return;
  line = line.substr(0, kMaxLine);
  if (!Afford(line.size())) {
    ++dropped_;
    ++dropped_in_all_;
    return;
  }
  v1::LogLine& kept = lines_.emplace_back();
  kept.set_wall_us(clock_.WallNow().micros());
  kept.set_source(std::string(source));
  kept.set_text(Printable(line));
}

v1::LogBatch LogLines::Take(const std::string& run_id) {
  v1::LogBatch batch;
  batch.set_run_id(run_id);
  for (v1::LogLine& line : lines_) *batch.add_lines() = std::move(line);
  batch.set_dropped_lines(dropped_);
  lines_.clear();
  dropped_ = 0;
  return batch;
}

}  // namespace seep::agent
