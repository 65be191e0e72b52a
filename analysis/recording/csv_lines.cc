#include "analysis/recording/csv_lines.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace seep::analysis {
namespace {

struct Signature {
  std::string_view bytes;
  std::string_view what;  // and what to do
};
constexpr Signature kForeign[] = {
    {"\x1f\x8b", "gzip data; unpack it first: gunzip -c FILE | seep analyze -"},
    {"\x28\xb5\x2f\xfd", "zstd data; unpack it first: zstd -dc FILE | seep analyze -"},
    {"\xfd" "7zXZ", "xz data; unpack it first: xz -dc FILE | seep analyze -"},
    {"BZh", "bzip2 data; unpack it first: bzcat FILE | seep analyze -"},
    {"PK\x03\x04", "a zip archive or spreadsheet; unpack it or export it as CSV first"},
    {"\xff\xfe", "UTF-16 text; convert it first: iconv -f utf-16 -t utf-8 FILE | seep analyze -"},
    {"\xfe\xff", "UTF-16 text; convert it first: iconv -f utf-16 -t utf-8 FILE | seep analyze -"},
    {"SQLite format 3", "an SQLite database; name a CSV file (seep export writes one)"},
};

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool CsvLines::Next() {
  line_.clear();
  ended_ = false;
  std::streambuf* buffer = in_.rdbuf();
  for (int c = buffer->sbumpc();; c = buffer->sbumpc()) {
    if (c == std::char_traits<char>::eof()) {
      if (line_.empty()) return false;
      break;
    }
    if (c == '\n') {
      ended_ = true;
      break;
    }
    if (line_.size() > kLongestLine) {
      ended_ = true;  // refused, not cut off
      break;
    }
    line_.push_back(static_cast<char>(c));
  }
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  if (++number_ == 1 && line_.starts_with("\xef\xbb\xbf")) line_.erase(0, 3);
  return true;
}

std::string CsvLines::Trouble() const {
  if (number_ == 1) {
    for (const Signature& s : kForeign) {
      if (line_.starts_with(s.bytes)) return absl::StrCat("not a CSV file but ", std::string(s.what));
    }
  }
  if (line_.size() > kLongestLine) return absl::StrCat("a line of more than ", kLongestLine, " bytes; is this a CSV file?");
  if (line_.find('\0') != std::string::npos) {
    return number_ == 1 ? "not a CSV file: binary data" : "binary data; the recording is damaged: cut it off before this line";
  }
  if (line_.find('\r') != std::string::npos) return "lines end with a bare carriage return; convert the file: tr '\\r' '\\n'";
  return "";
}

bool CsvLines::blank() const { return Trimmed(line_).empty(); }

void CsvLines::LearnSeparator() {
  separator_ = ',';
  for (char one : {',', ';', '\t'}) {
    if (line_.find(one) == std::string::npos) continue;
    separator_ = one;
    return;
  }
}

bool CsvLines::Split() {
  fields_.clear();
  if (line_.find('"') != std::string::npos) return SplitQuoted();
  std::size_t from = 0;
  for (std::size_t i = 0; i <= line_.size(); ++i) {
    if (i < line_.size() && line_[i] != separator_) continue;
    fields_.push_back(Trimmed(std::string_view(line_).substr(from, i - from)));
    from = i + 1;
  }
  return true;
}

bool CsvLines::SplitQuoted() {
  unquoted_.clear();
  std::string field;
  bool quoted = false;
  for (std::size_t i = 0; i < line_.size(); ++i) {
    if (line_[i] == '"') {
      if (quoted && i + 1 < line_.size() && line_[i + 1] == '"') field += line_[i++];
      else quoted = !quoted;
    } else if (line_[i] == separator_ && !quoted) {
      unquoted_.push_back(std::move(field));
      field.clear();
    } else {
      field += line_[i];
    }
  }
  unquoted_.push_back(std::move(field));
  for (const std::string& f : unquoted_) fields_.push_back(Trimmed(f));
  return !quoted;
}

}  // namespace seep::analysis
