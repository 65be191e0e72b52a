// Cuts a stream of bytes into lines (SPEC.md, section 1).
//
//   reader.Append(chunk);
//   while (auto line = reader.Next()) { if (line->too_long) ... else Use(line->text); }
//
// Threads: one at a time.
// Owns:    at most kMaxLineBytes of an unfinished line, plus the last chunk.
// Failure: a line beyond the limit is reported once, without its text, as soon
//          as the limit is passed; the rest of it is skipped as it arrives.
// Surprises: a line's text is valid until the next Append. "\r" before "\n" is
//          cut off and empty lines are left out.
#ifndef SEEP_SDK_DRIVER_PROTOCOL_LINE_READER_H_
#define SEEP_SDK_DRIVER_PROTOCOL_LINE_READER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sdk/driver_protocol/protocol.h"

namespace seep::driver {

class LineReader {
 public:
  struct Line {
    std::string_view text;  // without its end; empty when too_long
    bool too_long = false;
  };

  // `max_line_bytes` counts the line feed.
  explicit LineReader(std::size_t max_line_bytes = kMaxLineBytes);

  void Append(std::string_view chunk);
  std::optional<Line> Next();

  // Bytes of a line that has not ended yet: not 0 at the end of the stream
  // means that the last message was cut off.
  std::size_t unfinished_bytes() const { return buffer_.size() - start_; }

 private:
  std::optional<Line> TakeFinishedLine(std::size_t end);

  const std::size_t max_line_bytes_;
  std::string buffer_;
  std::size_t start_ = 0;    // of the current line in buffer_
  std::size_t scanned_ = 0;  // no line feed before this
  bool skipping_ = false;    // inside a line that was reported as too long
};

}  // namespace seep::driver

#endif  // SEEP_SDK_DRIVER_PROTOCOL_LINE_READER_H_
