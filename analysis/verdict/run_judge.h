// Judges one run: takes its samples as they come, answers at any time.
//
// Threads: none of its own; one caller at a time.
// Owns:    a bounded summary of each series (about 100 KB), never the samples.
// Failure: none at run time; calls out of contract are SEEP_CHECKed.
// Replay:  the same calls in the same order give the bit-identical answer, so
//          a verdict is recomputed from stored samples at will.
#ifndef SEEP_ANALYSIS_VERDICT_RUN_JUDGE_H_
#define SEEP_ANALYSIS_VERDICT_RUN_JUDGE_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/verdict/verdict.h"

namespace seep::analysis {

// What a series measures decides its bar (detection.md: RSS needs a higher one
// than heap; counts of things are sharp).
enum class SeriesClass : std::uint8_t {
  kResidentMemory,  // seen from outside: rss, pss, uss, anonymous
  kHeapMemory,      // seen from inside: heap in use, allocated bytes
  kReservedMemory,  // high-water marks: wasm memory, heap sys, vsz
  kResource,        // threads, fds, connections, listeners, goroutines, any other count
  kInformational,   // cpu, faults, GC count: recorded, shown, never judged
};

// The class and unit that a well-known gauge name has; kResource/"count" for a
// name nobody knows whose unit is not bytes, kHeapMemory for unknown bytes.
struct SeriesSpec {
  std::string name;
  std::string unit = "count";  // "bytes" or anything else
  SeriesClass series_class = SeriesClass::kResource;
  int process = 0;  // one of several that the run has; 0: the run's own, the sum over all
};
// "rss.process2" is what the second process has of "rss": it is weighed by that
// process's own operations ("payments.process2") and beside its own series.
struct OfProcess {
  std::string_view name;  // "rss"
  int process = 0;
};
OfProcess SplitOfProcess(std::string_view name);
SeriesSpec ClassifySeries(std::string_view name, std::string_view unit, bool is_counter);

enum class Phase : std::uint8_t { kWarmUp, kSoak, kCoolDown, kTeardown };

// How the target frees memory; fewer than six collector cycles, none of them
// forced, cannot be judged.
enum class Collector : std::uint8_t { kNone, kManaged, kForced };

struct Budget {            // a ceiling stated by the spec: "rss<400MiB"
  std::string series;
  double ceiling = kUnknown;
};

struct JudgePolicy {
  // Tolerances; NaN takes the documented default of the series' class.
  double memory_per_minute_bytes = kUnknown;
  double memory_per_operation_bytes = kUnknown;
  double resource_per_minute = kUnknown;
  double resource_per_operation = kUnknown;
  Collector collector = Collector::kNone;
  double planned_duration_s = kUnknown;  // for projections and early stop
  double settle_s = 10;                  // after a fault window, before levels count again
  std::vector<std::string> rule_sets;    // "memtest", "listings", "soak"
  std::vector<Budget> budgets;
};

struct RunSample {
  double t_s = 0;  // monotonic, since the run began; never runs backwards within a generation
  int generation = 1;
  Phase phase = Phase::kSoak;
  std::span<const double> values;      // by series index; NaN or missing tail: absent
  std::span<const double> operations;  // cumulative for the run, by operation index
  double load = kUnknown;              // operations in flight, or the offered rate
};

class RunJudge {
 public:
  explicit RunJudge(JudgePolicy policy);
  ~RunJudge();
  RunJudge(RunJudge&&) noexcept;
  RunJudge& operator=(RunJudge&&) noexcept;

  // Series and operations may appear at any time; the index counts from 0.
  int AddSeries(SeriesSpec spec);
  int AddOperation(std::string name);

  void AddSample(const RunSample& sample);

  // Levels inside [begin_s, end_s + settle] are left out of the fits; ceilings
  // stay on. May overlap samples already added only by less than one bin.
  void AddFaultWindow(double begin_s, double end_s);

  // Samples known to be lost: no verdict is drawn across them (R15).
  void AddGap(double begin_s, double end_s, std::string reason);

  // A hard limit of the environment, for "projected time to": cgroup
  // memory.max, RLIMIT_NOFILE, ...
  void SetLimit(const std::string& series, double limit, std::string name);

  // The target never worked, or its clock lied: the run is INVALID.
  void MarkInvalid(std::string reason);

  RunVerdict Provisional() const;
  RunVerdict Final() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_RUN_JUDGE_H_
