// What a run's samples say, added up: latencies and errors by operation, the
// range of each series, what the teardown left. The same samples in the same
// order give the same figures, live or years later.
//
// Threads: one at a time. Pure.
// Phases:  series count in the soak and the cool-down; operations from the end
//          of the warm-up; counters from the begin of the run.
// Bounds:  4,096 series; operations as OperationTallies has it.
#ifndef SEEP_COORDINATOR_THRESHOLDS_RUN_MEASURES_H_
#define SEEP_COORDINATOR_THRESHOLDS_RUN_MEASURES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/thresholds/operation_tallies.h"
#include "seep/v1/sample.pb.h"
#include "seep/v1/verdict.pb.h"

namespace seep::coordinator {

class RunMeasures {
 public:
  struct Series {
    std::string name, unit;
    bool counter = false;
    std::uint64_t n = 0;  // values in the soak and the cool-down
    double min = 0, max = 0, sum = 0, last = 0;
    double total = 0;     // of a counter: over all generations
    double at_soak_begin = 0;
    std::optional<double> before, after;  // the first connect of the last generation, its teardown
    double latest = 0, base = 0;  // of a counter that began anew: what earlier lives counted
  };

  void Define(const v1::GaugeDefinition& definition);
  void Add(const v1::Sample& sample);

  const Series* FindSeries(std::string_view name) const;
  const OperationTally* FindOperation(std::string_view name) const { return operations_.Find(name); }
  double now_s() const { return now_s_; }
  // Between the first and the last sample of the soak.
  double soak_seconds() const { return soak_begin_s_ ? soak_end_s_ - *soak_begin_s_ : 0; }

  // `exact`: with the histograms, so that runs can be added up.
  void WriteTo(v1::RunVerdict& verdict, bool exact = false) const;

 private:
  void AddValue(Series& series, double value, v1::Phase phase);

  std::vector<Series> series_;  // by id
  std::map<std::string, std::uint32_t, std::less<>> ids_;
  OperationTallies operations_;
  std::optional<double> soak_begin_s_;
  double soak_end_s_ = 0;
  double now_s_ = 0;
  std::uint32_t generation_ = 0;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_THRESHOLDS_RUN_MEASURES_H_
