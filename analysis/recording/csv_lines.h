// A stream taken apart into the lines and fields of a CSV file (RFC 4180, but
// a quoted field ends on its line).
//
// Threads: none. Owns: one line, at most kLongestLine bytes of it.
// Failure: a line that is too long, binary or unquoted wrongly is the caller's
//          to refuse; Trouble() has the words.
#ifndef SEEP_ANALYSIS_RECORDING_CSV_LINES_H_
#define SEEP_ANALYSIS_RECORDING_CSV_LINES_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace seep::analysis {

inline constexpr std::size_t kLongestLine = 64 * 1024;

class CsvLines {
 public:
  explicit CsvLines(std::istream& in) : in_(in) {}

  // False at the end of the stream.
  bool Next();

  // What is wrong with this line as such, and what to do; empty: nothing.
  std::string Trouble() const;

  // The separator that this line, a header, is written with: comma, semicolon or tab.
  void LearnSeparator();

  // Trimmed fields, valid until the next call. False: a quote does not end.
  bool Split();

  const std::vector<std::string_view>& fields() const { return fields_; }
  std::string_view text() const { return line_; }
  bool blank() const;
  std::uint64_t number() const { return number_; }
  bool cut_off() const { return !ended_; }  // the stream ended before the line did

 private:
  bool SplitQuoted();

  std::istream& in_;
  std::string line_;
  std::vector<std::string_view> fields_;
  std::vector<std::string> unquoted_;
  std::uint64_t number_ = 0;
  char separator_ = ',';
  bool ended_ = true;
};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_RECORDING_CSV_LINES_H_
