// The answer: what one series, and the run as a whole, is judged to be.
//
// Plain values; no behaviour beyond naming. Units: seconds for times in the
// run, the series' own unit (bytes, or things) for levels, per minute for
// slopes. NaN means "not known", never zero.
#ifndef SEEP_ANALYSIS_VERDICT_VERDICT_H_
#define SEEP_ANALYSIS_VERDICT_VERDICT_H_

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/series/curve.h"

namespace seep::analysis {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Ordered by how loudly it speaks for the run (detection.md, "Five words").
enum class Verdict : std::uint8_t {
  kInvalid = 0,       // the recording cannot be judged: gaps, clock trouble, target never worked
  kInconclusive = 1,  // judged, and the data cannot decide
  kClean = 2,         // growth above the stated tolerance is excluded
  kSuspect = 3,
  kLeak = 4,
};
std::string_view VerdictName(Verdict verdict);  // "LEAK", "SUSPECT", "CLEAN", ...

// A figure with its 95 % interval.
struct Estimate {
  double value = kUnknown;
  double low = kUnknown;
  double high = kUnknown;
  bool known() const { return !std::isnan(value); }
};

// What each operation keeps, where the growth is tied to an operation or can
// be divided by one.
struct PerOperation {
  std::string operation;  // "payments", "lifecycles", ...; empty: no operation ran
  Estimate kept;          // series units per operation
  double weight = 0;      // posterior share of "grows with this operation", 0..1
};

// The bar that CLEAN is relative to; the report always prints it.
struct Tolerance {
  double per_minute = kUnknown;     // series units a minute
  double per_operation = kUnknown;  // series units an operation
};

struct SeriesVerdict {
  std::string series;  // gauge name as recorded: "rss", "fds", "wasm_memory"
  std::string unit;    // "bytes", "count", ...
  Verdict verdict = Verdict::kInconclusive;
  bool judged = true;       // false: shown for information (counters, percentages), carries no verdict
  double probability = 0;   // P(the series keeps growing), 0..1
  double first = kUnknown, last = kUnknown, min = kUnknown, max = kUnknown;
  std::uint64_t samples = 0;
  Estimate slope_per_minute;  // late slope, warm-up and shapes accounted for
  double r_squared = kUnknown;  // of the plain least-squares line, as seed 000 prints it
  PerOperation per_operation;
  Tolerance tolerance;
  // The smallest leak that this recording could have shown (6 standard errors).
  double detectable_per_minute = kUnknown;
  double detectable_per_operation = kUnknown;
  double warmup_end_s = kUnknown;
  double onset_s = kUnknown;           // when a late leak began
  double limit_reached_in_s = kUnknown;  // projected from the end of the data to the nearest limit
  std::string limit;                   // which limit: "cgroup memory.max", "nofile", "budget"
  int cycles = 0;                      // collector cycles seen
  int levels = 0;                      // level points that carried the fit
  std::string shape;                   // what won: "line", "saturating cache", "step", ...
  std::string explanation;             // one or two plain sentences with the figures
  Curve curve;                         // of judged series: what was fitted, thinned
};

// One line of a named rule set (seeds 000, 003, 004, budgets): both answers
// are shown to the team, the engine's and the rules'.
struct RuleFinding {
  std::string rule_set;  // "memtest", "listings", "soak", "budget"
  std::string rule;      // "slope > 100 KB/min and R² > 0.7"
  std::string series;
  bool breached = false;
  bool applicable = true;  // false: the recording has no such series or is too short
  std::string measured;    // "+1300.0 KB/min, R²=0.94"
};

struct RunVerdict {
  Verdict verdict = Verdict::kInconclusive;
  bool provisional = true;
  std::string deciding_series;  // empty when no series decided
  std::string headline;         // one line: "LEAK  rss: +1.27 MB/min ... 4.4 KB kept per payment"
  std::vector<SeriesVerdict> series;
  std::vector<RuleFinding> rules;
};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_VERDICT_H_
