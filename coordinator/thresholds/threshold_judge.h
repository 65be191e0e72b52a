// Whether a run's thresholds hold: looked at every second or two of its time
// while it goes on, and at its end.
//
// Threads: one at a time. Pure.
// Order:   looks happen at set distances of the run's own time, so whoever reads
//          the same samples finds the same misses at the same moments.
// Failure: what was never measured is pending while the run goes on and missed
//          at its end: missing data is no pass.
#ifndef SEEP_COORDINATOR_THRESHOLDS_THRESHOLD_JUDGE_H_
#define SEEP_COORDINATOR_THRESHOLDS_THRESHOLD_JUDGE_H_

#include <optional>
#include <string>
#include <vector>

#include "coordinator/thresholds/expression.h"
#include "coordinator/thresholds/run_measures.h"
#include "seep/v1/run.pb.h"

namespace seep::coordinator {

class ThresholdJudge {
 public:
  ThresholdJudge(const google::protobuf::RepeatedPtrField<v1::Threshold>& thresholds, double duration_s);

  // After `measures` took in a sample of the soak.
  void Look(const RunMeasures& measures);
  // The first threshold with abort_on_fail that was missed after its delay.
  std::optional<v1::ThresholdAbort> Aborting() const;
  // While the run goes on.
  void WriteProvisional(const RunMeasures& measures, v1::RunVerdict& verdict) const { Write(measures, nullptr, verdict); }
  // Nothing more will come. What the run was ended on stays missed, whatever
  // the last operations made of it; a miss that came too late to end the run is
  // judged like any other.
  void WriteFinal(const RunMeasures& measures, const v1::ThresholdAbort& aborted, v1::RunVerdict& verdict) const {
    Write(measures, &aborted, verdict);
  }

 private:
  struct Watched {
    v1::Threshold threshold;
    std::optional<ThresholdExpression> expression;  // none: of a newer coordinator
    std::optional<double> missed_since;
    std::optional<v1::ThresholdAbort> abort;  // the first miss that may end the run
  };
  void Write(const RunMeasures& measures, const v1::ThresholdAbort* ended, v1::RunVerdict& verdict) const;

  std::vector<Watched> watched_;
  const double every_s_;
  double next_look_s_ = 0;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_THRESHOLDS_THRESHOLD_JUDGE_H_
