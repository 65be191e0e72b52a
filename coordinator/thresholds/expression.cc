#include "coordinator/thresholds/expression.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "coordinator/words/nearest_word.h"

namespace seep::coordinator {
namespace {

enum class Unit { kNone, kTime, kBytes, kShare, kRate };

struct UnitName {
  std::string_view text;
  Unit unit;
  double factor;
};
constexpr UnitName kUnits[] = {
    {"us", Unit::kTime, 1},          {"ms", Unit::kTime, 1e3},          {"s", Unit::kTime, 1e6},
    {"m", Unit::kTime, 60e6},        {"h", Unit::kTime, 3600e6},        {"B", Unit::kBytes, 1},
    {"KB", Unit::kBytes, 1e3},       {"KiB", Unit::kBytes, 1024},       {"MB", Unit::kBytes, 1e6},
    {"MiB", Unit::kBytes, 1 << 20},  {"GB", Unit::kBytes, 1e9},         {"GiB", Unit::kBytes, 1 << 30},
    {"%", Unit::kShare, 0.01},       {"/s", Unit::kRate, 1},            {"/m", Unit::kRate, 1 / 60.0},
    {"/h", Unit::kRate, 1 / 3600.0},
};
const std::vector<std::string> kFunctions = {"p",    "avg",  "med",      "min",       "max",
                                             "count", "rate", "last", "residual", "error_rate"};
constexpr double kMaxBound = 9e15;

// Reads from left to right and remembers where it is.
class Reader {
 public:
  Reader(std::string_view text, ExpressionMistake& mistake) : text_(text), mistake_(mistake) {}

  void SkipBlanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool AtEnd() {
    SkipBlanks();
    return at_ >= text_.size();
  }
  bool Take(std::string_view what) {
    SkipBlanks();
    if (text_.substr(at_, what.size()) != what) return false;
    at_ += what.size();
    return true;
  }
  std::string_view TakeAll(bool (*wanted)(char)) {
    SkipBlanks();
    const std::size_t from = at_;
    while (at_ < text_.size() && wanted(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  std::size_t at() const { return at_; }
  std::string_view Rest() const { return text_.substr(at_); }
  bool Fail(std::size_t at, std::string what, std::string advice) {
    mistake_ = {at, std::move(what), std::move(advice)};
    return false;
  }

 private:
  const std::string_view text_;
  ExpressionMistake& mistake_;
  std::size_t at_ = 0;
};

bool IsNameCharacter(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }
bool IsNumberCharacter(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.'; }
bool IsUnitCharacter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '%' || c == '/'; }
bool IsWordCharacter(char c) { return c != ' ' && c != '\t'; }

std::string Shown(std::string_view text) { return absl::StrCat("\"", Printable(text.substr(0, 40)), "\""); }

// "mib" is MiB; "mss" is probably ms.
std::string NearestUnit(std::string_view unit) {
  std::vector<std::string> names;
  for (const UnitName& known : kUnits) {
    names.emplace_back(known.text);
    if (absl::EqualsIgnoreCase(absl::string_view(unit.data(), unit.size()), names.back())) return names.back();
  }
  return NearestWord(unit, names);
}

class Parser {
 public:
  Parser(std::string_view text, ThresholdExpression& out, ExpressionMistake& mistake)
      : text_(text), out_(out), reader_(text, mistake) {}

  bool Parse() {
    if (text_.size() > kMaxExpressionBytes) {
      return reader_.Fail(0, absl::StrCat("is longer than ", kMaxExpressionBytes, " bytes"), "shorten it");
    }
    return ReadMeasure() && ReadComparison() && ReadBound() && Agree() && ReadOptions();
  }

 private:
  bool ReadMeasure() {
    reader_.SkipBlanks();
    name_at_ = reader_.at();
    word_ = std::string(reader_.TakeAll(IsNameCharacter));
    if (word_.empty()) {
      return reader_.Fail(name_at_, "names nothing to measure", "begin with a series or a function, such as rss<400MiB or p(99)<250ms");
    }
    if (reader_.Take("(")) return ReadArguments();
    if (word_ == "error_rate") out_.name = "iteration";
    else if (std::find(kFunctions.begin(), kFunctions.end(), word_) != kFunctions.end()) {
      return reader_.Fail(reader_.at(), absl::StrCat(word_, " needs its arguments"), absl::StrCat("write ", Example(), " or the like"));
    } else out_.name = word_;
    return true;
  }

  bool ReadArguments() {
    if (std::find(kFunctions.begin(), kFunctions.end(), word_) == kFunctions.end()) {
      const std::string nearest = NearestWord(word_, kFunctions);
      return reader_.Fail(name_at_, absl::StrCat("has an unknown function ", Shown(word_)),
                          nearest.empty() ? "use p, avg, med, min, max, count, rate, last, residual or error_rate"
                                          : absl::StrCat("did you mean ", nearest, "?"));
    }
    if (word_ == "p" && !ReadPercent()) return false;
    reader_.SkipBlanks();
    name_at_ = reader_.at();
    out_.name = std::string(reader_.TakeAll(IsNameCharacter));
    if (!reader_.Take(")")) {
      return reader_.Fail(reader_.at(), "lacks a ')'", absl::StrCat("write ", Example(), " or the like"));
    }
    if (!out_.name.empty()) return true;
    if (word_ == "count" || word_ == "rate" || word_ == "last" || word_ == "residual") {
      return reader_.Fail(name_at_, absl::StrCat(word_, " needs a name"), absl::StrCat("write ", Example(), " or the like"));
    }
    out_.name = "iteration";
    return true;
  }

  bool ReadPercent() {
    reader_.SkipBlanks();
    const std::size_t at = reader_.at();
    const std::string_view number = reader_.TakeAll(IsNumberCharacter);
    if (!absl::SimpleAtod(absl::string_view(number.data(), number.size()), &out_.percent) ||
        !(out_.percent > 0 && out_.percent <= 100)) {
      return reader_.Fail(at, "has no percentile in p()", "write p(99), p(99.9) or p(95, payment)");
    }
    reader_.Take(",");
    return true;
  }

  bool ReadComparison() {
    reader_.SkipBlanks();
    const std::size_t at = reader_.at();
    if (reader_.Take("<=")) out_.comparison = Comparison::kLessOrEqual;
    else if (reader_.Take(">=")) out_.comparison = Comparison::kMoreOrEqual;
    else if (reader_.Take("==")) out_.comparison = Comparison::kEqual;
    else if (reader_.Take("<")) out_.comparison = Comparison::kLess;
    else if (reader_.Take(">")) out_.comparison = Comparison::kMore;
    else return reader_.Fail(at, "compares with nothing", "go on with <, <=, >, >= or ==");
    return true;
  }

  bool ReadBound() {
    reader_.SkipBlanks();
    bound_at_ = reader_.at();
    const std::string_view number = reader_.TakeAll(IsNumberCharacter);
    if (!absl::SimpleAtod(absl::string_view(number.data(), number.size()), &out_.bound) || out_.bound > kMaxBound) {
      return reader_.Fail(bound_at_, absl::StrCat("has no number from 0 at ", Shown(reader_.Rest())),
                          "give one such as 250ms, 400MiB, 1%, 10/s or 200");
    }
    const std::size_t unit_at = reader_.at();
    // A unit stands at its number: what follows a blank is an option.
    if (!reader_.Rest().empty() && IsUnitCharacter(reader_.Rest().front())) {
      const std::string_view unit = reader_.TakeAll(IsUnitCharacter);
      const auto* known = std::find_if(std::begin(kUnits), std::end(kUnits), [&](const UnitName& u) { return u.text == unit; });
      if (known == std::end(kUnits)) {
        const std::string nearest = NearestUnit(unit);
        return reader_.Fail(unit_at, absl::StrCat("has an unknown unit ", Shown(unit)),
                            nearest.empty() ? "use us, ms, s, m, h, B, KB, KiB, MB, MiB, GB, GiB, %, /s, /m or /h"
                                            : absl::StrCat("did you mean ", nearest, "?"));
      }
      unit_ = known->unit;
      out_.bound *= known->factor;
    }
    out_.name_at = name_at_;
    out_.text.clear();
    for (const char c : text_.substr(0, reader_.at())) {
      if (c != ' ' && c != '\t') out_.text += c;
      if (c == ',') out_.text += ' ';
    }
    return true;
  }

  // Whether function and unit fit, and which measure they make.
  bool Agree() {
    const bool time = unit_ == Unit::kTime;
    const bool quantity = unit_ == Unit::kNone || unit_ == Unit::kBytes;
    if (word_ == "p" || word_ == "med") {
      out_.measure = Measure::kPercentile;
      if (word_ == "med") out_.percent = 50;
      return time || Wants("a time such as 250ms");
    }
    if (word_ == "error_rate") {
      out_.measure = Measure::kErrorRate;
      if (unit_ == Unit::kNone && out_.bound > 1) return Wants("a share such as 1% or 0.01");
      return unit_ == Unit::kShare || unit_ == Unit::kNone || Wants("a share such as 1% or 0.01");
    }
    if (word_ == "rate") {
      out_.measure = Measure::kRate;
      return unit_ == Unit::kRate || Wants("a rate such as 10/s or 6/m");
    }
    if (word_ == "count") {
      out_.measure = Measure::kCount;
      return unit_ == Unit::kNone || Wants("a plain number");
    }
    if (word_ == "avg" || word_ == "min" || word_ == "max") {
      if (!time && out_.name == "iteration") return Wants("a time such as 250ms, or a series in the brackets");
      out_.measure = word_ == "avg"   ? (time ? Measure::kMeanLatency : Measure::kMean)
                     : word_ == "min" ? (time ? Measure::kMinLatency : Measure::kMin)
                                      : (time ? Measure::kMaxLatency : Measure::kMax);
      return time || quantity || unit_ == Unit::kShare || Wants("a time, a size or a number");
    }
    out_.measure = word_ == "last" ? Measure::kLast : word_ == "residual" ? Measure::kResidual : Measure::kLevel;
    if (time && out_.measure == Measure::kLevel) {
      return reader_.Fail(name_at_, absl::StrCat("gives a time for ", out_.name, " without saying which of its latencies"),
                          absl::StrCat("write p(99, ", out_.name, ") or avg(", out_.name, ")"));
    }
    // 80% of a series in percent is 80.
    if (unit_ == Unit::kShare) out_.bound *= 100;
    return quantity || unit_ == Unit::kShare || Wants("a size or a number");
  }

  bool Wants(std::string_view what) {
    return reader_.Fail(bound_at_, absl::StrCat(word_, " is compared with the wrong kind of number"),
                        absl::StrCat("give ", absl::string_view(what.data(), what.size())));
  }

  bool ReadOptions() {
    while (!reader_.AtEnd()) {
      const std::size_t at = reader_.at();
      const std::string word(reader_.TakeAll(IsWordCharacter));
      if (word == "abort_on_fail") {
        out_.abort_on_fail = true;
      } else if (word.rfind("delay=", 0) == 0) {
        const auto delay = ParseDuration(word.substr(6));
        if (!delay.ok()) return reader_.Fail(at + 6, "has no duration for delay", "write delay=30s");
        out_.delay = *delay;
      } else {
        const std::string nearest = NearestWord(word.substr(0, word.find('=')), {"abort_on_fail", "delay"});
        return reader_.Fail(at, absl::StrCat("goes on with ", Shown(word)),
                            nearest.empty() ? "after the bound there may be abort_on_fail and delay=30s"
                                            : absl::StrCat("did you mean ", nearest, "?"));
      }
    }
    return true;
  }

  std::string Example() const {
    if (word_ == "p") return "p(99)<250ms";
    if (word_ == "count") return "count(payments)>100";
    if (word_ == "rate") return "rate(payments)>1/s";
    if (word_ == "residual") return "residual(rss)<5MiB";
    if (word_ == "last") return "last(fds)<50";
    if (word_ == "error_rate") return "error_rate(send)<1%";
    return absl::StrCat(word_, "(payment)<250ms");
  }

  const std::string_view text_;
  ThresholdExpression& out_;
  Reader reader_;
  std::string word_;
  Unit unit_ = Unit::kNone;
  std::size_t name_at_ = 0, bound_at_ = 0;
};

}  // namespace

bool ThresholdExpression::Holds(double value) const {
  switch (comparison) {
    case Comparison::kLess: return value < bound;
    case Comparison::kLessOrEqual: return value <= bound;
    case Comparison::kMore: return value > bound;
    case Comparison::kMoreOrEqual: return value >= bound;
    case Comparison::kEqual: return value == bound;
  }
  return false;
}

bool ParseThreshold(std::string_view text, ThresholdExpression& expression, ExpressionMistake& mistake) {
  expression = ThresholdExpression();
  return Parser(text, expression, mistake).Parse();
}

const std::vector<std::string>& KnownOperations() {
  static const auto* const names = new std::vector<std::string>{
      "iteration", "payment", "lifecycle", "reconnect", "connect", "disconnect", "destroy", "add_listener", "remove_listener",
      "receive", "prepare_send", "send", "list_payments", "sync", "get_info", "parse", "collect_garbage", "cancelled_connect",
      "failing_bad_input", "failing_insufficient_funds", "failing_network_down", "failing_bad_connect"};
  return *names;
}

const std::vector<std::string>& KnownSeries() {
  static const auto* const names = new std::vector<std::string>{
      "rss", "pss", "uss", "anonymous", "swap", "vsz", "cpu_percent", "memory_percent", "threads", "fds", "tcp_connections",
      "minor_faults", "major_faults", "voluntary_switches", "involuntary_switches", "processes", "heap_allocated", "heap_in_use",
      "heap_sys", "heap_objects", "wasm_memory", "goroutines", "listeners", "payments", "reconnects", "lifecycles",
      "listener_changes", "history_queries", "syncs", "parses", "info_queries", "receives", "cancelled_connects", "late_cancels",
      "prefilled", "errors", "dropped_iterations", "waiting_iterations"};
  return *names;
}

}  // namespace seep::coordinator
