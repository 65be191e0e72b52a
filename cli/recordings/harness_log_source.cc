#include "cli/recordings/harness_log_source.h"

#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/recordings/prometheus_names.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr std::size_t kLongestLine = 64 * 1024;
constexpr char kTableHead[] = "Time(min)";

struct KnownName {
  const char* shown;
  const char* gauge;
  bool operation = false;
};
constexpr KnownName kKnown[] = {
    {"RSS", "rss"},          {"HeapAlloc", "heap_allocated"}, {"HeapAllocated", "heap_allocated"}, {"HeapInuse", "heap_in_use"},
    {"HeapSys", "heap_sys"}, {"HeapObjects", "heap_objects"}, {"HeapResident", "heap_resident"},   {"FDs", "fds"},
    {"Payments", "payments", true},                           {"Reconnects", "reconnects", true},  {"Lifecycles", "lifecycles", true},
};

// "[00:00:30] ", seconds since the start; what follows stays in `line`.
std::optional<double> TakeClock(absl::string_view& line) {
  if (line.size() < 10 || line[0] != '[') return std::nullopt;
  const std::size_t end = line.find(']');
  if (end == absl::string_view::npos || end > 20) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(line.substr(1, end - 1), ':');
  if (parts.size() != 3) return std::nullopt;
  double seconds = 0;
  for (const absl::string_view part : parts) {
    int number = 0;
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc() || stop != part.data() + part.size() || number < 0) return std::nullopt;
    seconds = seconds * 60 + number;
  }
  line.remove_prefix(end + 1);
  return seconds;
}

struct Amount {
  double value = 0;
  bool bytes = false;
};

// "47.12MB", "44", "+1300"; megabytes as the harnesses divide, by 1024 * 1024.
std::optional<Amount> AmountOf(absl::string_view text) {
  if (absl::StartsWith(text, "+")) text.remove_prefix(1);
  Amount amount;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), amount.value);
  if (error != std::errc() || !std::isfinite(amount.value)) return std::nullopt;
  const std::string unit = absl::AsciiStrToLower(absl::string_view(stop, static_cast<std::size_t>(text.data() + text.size() - stop)));
  if (unit.empty()) return amount;
  for (const auto& [name, scale] : {std::pair{"b", 1.0}, {"kb", 1024.0}, {"mb", 1048576.0}, {"gb", 1073741824.0}}) {
    if (unit == name) return Amount{std::round(amount.value * scale), true};
  }
  return std::nullopt;
}

class LogRun {
 public:
  LogRun(std::istream& in, const std::string& name, RunSender& sender) : in_(in), name_(name), sender_(sender) {}
  absl::Status Read(const v1::Run& run);

 private:
  using Named = std::vector<std::pair<absl::string_view, absl::string_view>>;
  absl::Status Line(absl::string_view line);
  absl::Status Row(double seconds, const Named& fields);
  absl::StatusOr<std::uint32_t> IdOf(absl::string_view shown, bool bytes);
  absl::Status Bad(const std::string& what) const { return absl::InvalidArgumentError(absl::StrCat(name_, ":", number_, ": ", what)); }

  std::istream& in_;
  const std::string& name_;
  RunSender& sender_;
  std::uint64_t number_ = 0, rows_ = 0;
  bool periodic_ = false, in_table_ = false;
  std::vector<std::string> table_;  // names of its columns
  std::map<std::string, std::uint32_t, std::less<>> ids_;
  double last_s_ = -1;
  double payments_ = 0;
  std::uint32_t generation_ = 1;
  std::string invalid_;
};

absl::Status LogRun::Read(const v1::Run& run) {
  v1::Run begun = run;
  begun.mutable_origin()->set_layout("harness-log");
  SEEP_RETURN_IF_ERROR(sender_.Begin(std::move(begun)));
  std::string line;
  std::streambuf& in = *in_.rdbuf();
  while (true) {
    line.clear();
    int c = in.sbumpc();
    if (c == std::char_traits<char>::eof()) break;
    ++number_;
    for (; c != std::char_traits<char>::eof() && c != '\n'; c = in.sbumpc()) {
      if (line.size() >= kLongestLine) return Bad(absl::StrCat("a line of more than ", kLongestLine, " bytes; is this a harness's output?"));
      line.push_back(static_cast<char>(c));
    }
    SEEP_RETURN_IF_ERROR(Line(absl::StripAsciiWhitespace(line)));
  }
  if (rows_ < 2) return Bad(rows_ == 0 ? "no line of the kind [00:00:30] RSS=63.0MB ... and no time table" : "one row: two at least make a trend");
  if (invalid_.empty()) return absl::OkStatus();
  v1::ImportRunsRequest told;
  told.set_invalid(invalid_);
  return sender_.Send(std::move(told));
}

absl::Status LogRun::Line(absl::string_view line) {
  Named fields;
  absl::string_view rest = line;
  if (const auto seconds = TakeClock(rest)) {
    for (const absl::string_view word : absl::StrSplit(rest, ' ', absl::SkipEmpty())) {
      const std::size_t equals = word.find('=');
      if (equals == absl::string_view::npos || word[0] == '(') continue;
      fields.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
    if (fields.empty()) return absl::OkStatus();  // "[00:01:00] chaos: restart ..."
    periodic_ = true;
    return Row(*seconds, fields);
  }
  const std::vector<absl::string_view> words = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (!words.empty() && words[0] == kTableHead) {
    table_.clear();
    for (const absl::string_view word : words) table_.emplace_back(word);
    in_table_ = true;
    return absl::OkStatus();
  }
  if (!in_table_ || periodic_ || absl::StartsWith(line, "---")) return absl::OkStatus();
  in_table_ = words.size() == table_.size();
  const auto minutes = in_table_ ? AmountOf(words[0]) : std::nullopt;
  if (!minutes) return absl::OkStatus();  // the table's end
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!absl::StartsWith(table_[i], "Delta") && !absl::StartsWith(table_[i], "Rate")) fields.emplace_back(table_[i], words[i]);
  }
  return Row(minutes->value * 60, fields);
}

absl::StatusOr<std::uint32_t> LogRun::IdOf(absl::string_view shown, bool bytes) {
  const auto known = ids_.find(std::string(shown));
  if (known != ids_.end()) return known->second;
  v1::GaugeDefinition gauge;
  gauge.set_name(GaugeNameOf({shown.data(), shown.size()}));
  for (const KnownName& one : kKnown) {
    if (one.shown != shown) continue;
    gauge.set_name(one.gauge);
    gauge.set_operation(one.operation);
  }
  gauge.set_id(static_cast<std::uint32_t>(ids_.size()) + 1);
  gauge.set_unit(bytes ? "bytes" : "count");
  gauge.set_kind(gauge.operation() ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE);
  gauge.set_origin(gauge.operation() ? v1::GAUGE_ORIGIN_SCENARIO : gauge.name() == "rss" ? v1::GAUGE_ORIGIN_OUTSIDE : v1::GAUGE_ORIGIN_INSIDE);
  const std::uint32_t id = gauge.id();
  if (const absl::Status defined = sender_.Define(std::move(gauge)); !defined.ok()) return Bad(std::string(defined.message()));
  return ids_.emplace(std::string(shown), id).first->second;
}

absl::Status LogRun::Row(double seconds, const Named& fields) {
  if (seconds > 1e9) return Bad("no time of any run");
  if (seconds < last_s_ && invalid_.empty()) {
    invalid_ = absl::StrCat(name_, ":", number_, ": the time goes back from ", last_s_, " s to ", seconds, " s; are these several runs in one log? Give each a file of its own");
  }
  last_s_ = std::max(last_s_, seconds);
  v1::Sample sample;
  for (const auto& [shown, text] : fields) {
    if (text.empty() || text == "-" || text == "N/A") continue;
    const auto amount = AmountOf(text);
    if (!amount) return Bad(absl::StrCat(Printable(std::string(shown.substr(0, 40))), ": '", Printable(std::string(text.substr(0, 40))), "' is no amount such as 47.12MB or 44"));
    if (shown == "Payments") {
      if (amount->value < 0.5 * payments_) ++generation_;  // a counter that begins again: a process that did
      payments_ = amount->value;
    }
    SEEP_ASSIGN_OR_RETURN(const std::uint32_t id, IdOf(shown, amount->bytes));
    sample.add_gauge(id);
    sample.add_value(amount->value);
  }
  sample.set_monotonic_us(std::llround(seconds * 1e6));
  sample.set_generation(generation_);
  sample.set_phase(v1::PHASE_SOAK);
  ++rows_;
  return sender_.Add(std::move(sample));
}

}  // namespace

bool LooksLikeHarnessLog(std::string_view beginning) {
  for (absl::string_view line : absl::StrSplit(absl::string_view(beginning.data(), beginning.size()), '\n')) {
    line = absl::StripAsciiWhitespace(line);
    absl::string_view rest = line;
    if (absl::StartsWith(line, kTableHead) || (TakeClock(rest) && rest.find('=') != absl::string_view::npos)) return true;
  }
  return false;
}

absl::Status SendHarnessLog(std::istream& in, const std::string& name, const v1::Run& run, RunSender& sender) {
  return LogRun(in, name, sender).Read(run);
}

}  // namespace seep::cli
