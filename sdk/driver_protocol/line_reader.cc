#include "sdk/driver_protocol/line_reader.h"

namespace seep::driver {
namespace {
// Above this an emptied buffer is given back, so that one large message does
// not stay in the memory of a process that is being measured.
constexpr std::size_t kKeptBufferBytes = 256 * 1024;
}  // namespace

LineReader::LineReader(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

void LineReader::Append(std::string_view chunk) {
  buffer_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
  if (buffer_.empty() && buffer_.capacity() > kKeptBufferBytes) std::string().swap(buffer_);
  buffer_.append(chunk);
}

std::optional<LineReader::Line> LineReader::Next() {
  while (true) {
    const std::size_t end = buffer_.find('\n', scanned_);
    if (end != std::string::npos) {
      if (auto line = TakeFinishedLine(end)) return line;
      continue;
    }
    scanned_ = buffer_.size();
    if (skipping_) {
      start_ = scanned_;  // Append drops it
    } else if (unfinished_bytes() >= max_line_bytes_) {
      skipping_ = true;
      start_ = scanned_;
      return Line{{}, true};
    }
    return std::nullopt;
  }
}

std::optional<LineReader::Line> LineReader::TakeFinishedLine(std::size_t end) {
  std::string_view text(buffer_.data() + start_, end - start_);
  start_ = scanned_ = end + 1;
  if (skipping_) {
    skipping_ = false;  // the end of the line that was reported already
    return std::nullopt;
  }
  if (text.size() + 1 > max_line_bytes_) return Line{{}, true};
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  return Line{text, false};
}

}  // namespace seep::driver
