#include "agent/scrape/prometheus_text.h"

#include <charconv>
#include <map>

namespace seep::agent {
namespace {

constexpr std::size_t kMaxTypes = 10'000;

bool IsNameCharacter(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (!first && c >= '0' && c <= '9');
}

std::string_view TakeName(std::string_view& line) {
  std::size_t end = 0;
  while (end < line.size() && IsNameCharacter(line[end], end == 0)) ++end;
  const std::string_view name = line.substr(0, end);
  line.remove_prefix(end);
  return name;
}

void SkipBlanks(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
}

// label="value", ... up to '}'; escapes are \\, \" and \n.
bool TakeLabels(std::string_view& line, PrometheusSeries& series) {
  const std::string_view begin = line;
  while (true) {
    SkipBlanks(line);
    if (line.empty()) return false;
    if (line.front() == '}') break;
    if (TakeName(line).empty()) return false;
    SkipBlanks(line);
    if (line.substr(0, 1) != "=") return false;
    line.remove_prefix(1);
    SkipBlanks(line);
    if (line.substr(0, 1) != "\"") return false;
    line.remove_prefix(1);
    std::string value;
    while (!line.empty() && line.front() != '"') {
      if (line.front() == '\\') line.remove_prefix(1);
      if (line.empty()) return false;
      value.push_back(line.front());
      line.remove_prefix(1);
    }
    if (line.empty()) return false;
    line.remove_prefix(1);
    series.label_values.push_back(std::move(value));
    SkipBlanks(line);
    if (line.substr(0, 1) == ",") line.remove_prefix(1);
  }
  series.labels = std::string(begin.substr(0, begin.size() - line.size()));
  line.remove_prefix(1);
  return true;
}

bool TakeValue(std::string_view& line, double& value) {
  SkipBlanks(line);
  if (line.substr(0, 1) == "+") line.remove_prefix(1);  // "+Inf"
  const auto read = std::from_chars(line.data(), line.data() + line.size(), value);
  if (read.ec != std::errc()) return false;
  line.remove_prefix(static_cast<std::size_t>(read.ptr - line.data()));
  return line.empty() || line.front() == ' ' || line.front() == '\t' || line.front() == '\r';
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

class Page {
 public:
  void TakeComment(std::string_view line) {
    line.remove_prefix(1);
    SkipBlanks(line);
    if (line.substr(0, 5) != "TYPE ") return;
    line.remove_prefix(5);
    SkipBlanks(line);
    const std::string_view name = TakeName(line);
    SkipBlanks(line);
    const std::size_t end = line.find_first_of(" \t\r");
    if (types_.size() < kMaxTypes) types_[std::string(name)] = std::string(line.substr(0, end));
  }

  bool Read(std::string_view line, PrometheusSeries& series) const {
    series.name = std::string(TakeName(line));
    if (series.name.empty()) return false;
    SkipBlanks(line);
    if (line.substr(0, 1) == "{") {
      line.remove_prefix(1);
      if (!TakeLabels(line, series)) return false;
    }
    if (!TakeValue(line, series.value)) return false;
    Classify(series);
    return true;
  }

 private:
  std::string TypeOf(const std::string& name) const {
    const auto type = types_.find(name);
    return type == types_.end() ? "" : type->second;
  }
  void Classify(PrometheusSeries& series) const {
    const std::string type = TypeOf(series.name);
    series.counter = type == "counter" || (type.empty() && EndsWith(series.name, "_total"));
    series.bucket = type == "summary";  // its quantiles carry its own name
    for (const std::string_view part : {"_bucket", "_count", "_sum"}) {
      if (!EndsWith(series.name, part)) continue;
      const std::string family = TypeOf(series.name.substr(0, series.name.size() - part.size()));
      if (family != "histogram" && family != "summary") continue;
      series.counter = true;
      series.bucket = part == "_bucket";
    }
  }
  std::map<std::string, std::string> types_;
};

}  // namespace

PrometheusPage ParsePrometheusText(std::string_view text, std::size_t most,
                                   const std::function<bool(const PrometheusSeries&)>& wanted) {
  Page types;
  PrometheusPage page;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    SkipBlanks(line);
    if (line.empty() || line == "\r") continue;
    if (line.front() == '#') {
      types.TakeComment(line);
      continue;
    }
    PrometheusSeries series;
    if (!types.Read(line, series)) {
      ++page.malformed;
    } else if (!wanted(series)) {
      continue;
    } else if (page.series.size() >= most) {
      ++page.left_out;
    } else {
      page.series.push_back(std::move(series));
    }
  }
  return page;
}

bool MatchesGlob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace seep::agent
