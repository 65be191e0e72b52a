// One threshold as people write it: "p(99, payment)<250ms abort_on_fail delay=1m".
//
//   threshold  = measure comparison bound { option }
//   measure    = SERIES
//              | p "(" PERCENT [ "," OPERATION ] ")"
//              | (avg | min | max | med) "(" [ OPERATION | SERIES ] ")"
//              | (count | rate) "(" COUNTER | OPERATION ")"
//              | (last | residual) "(" SERIES ")"
//              | error_rate [ "(" OPERATION ")" ]
//   comparison = "<" | "<=" | ">" | ">=" | "=="
//   bound      = NUMBER [ us | ms | s | m | h | B | KB | KiB | MB | MiB | GB | GiB | % | /s | /m | /h ]
//   option     = abort_on_fail | "delay=" DURATION
//
// A time as bound makes avg, min and max those of an operation's latency; else
// they are a series'. docs/campaign_reference.md says what each means.
//
// Threads: safe from any; pure.
#ifndef SEEP_COORDINATOR_THRESHOLDS_EXPRESSION_H_
#define SEEP_COORDINATOR_THRESHOLDS_EXPRESSION_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace seep::coordinator {

enum class Measure {
  kLevel,       // of a series, at its worst
  kPercentile,  // the rest of these are of latencies, up to kMaxLatency
  kMeanLatency,
  kMinLatency,
  kMaxLatency,
  kMean,        // of a series, up to kResidual
  kMin,
  kMax,
  kLast,
  kResidual,
  kCount,       // of a counter or an operation
  kRate,
  kErrorRate,
};
enum class Comparison { kLess, kLessOrEqual, kMore, kMoreOrEqual, kEqual };

struct ThresholdExpression {
  Measure measure = Measure::kLevel;
  double percent = 0;  // of kPercentile
  std::string name;    // series, counter or operation
  std::size_t name_at = 0;  // where it stands in what was parsed
  Comparison comparison = Comparison::kLess;
  double bound = 0;    // microseconds, bytes, a number, a share of 1, a number a second
  bool abort_on_fail = false;
  absl::Duration delay;
  std::string text;    // measure, comparison and bound, as written but for blanks

  bool Holds(double value) const;
};

struct ExpressionMistake {
  std::size_t at = 0;  // bytes into the text
  std::string what, advice;
};

// False: `mistake` says where and what. Names are not checked here.
bool ParseThreshold(std::string_view text, ThresholdExpression& expression, ExpressionMistake& mistake);

inline constexpr std::size_t kMaxExpressionBytes = 256;

// "iteration", "payment", "send", ...: what Seep itself measures. An SDK's own
// (invoke.NAME) come on top.
const std::vector<std::string>& KnownOperations();
// "rss", "threads", "payments", ...: an open set, these are Seep's.
const std::vector<std::string>& KnownSeries();

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_THRESHOLDS_EXPRESSION_H_
