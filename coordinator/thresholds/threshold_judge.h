// Whether a run's thresholds hold: looked at every second or two of its time
// while it goes on, and at its end.
//
// Threads: one at a time. Pure.
// Order:   looks happen at set distances of the run's own time, so whoever reads
//          the same samples finds the same misses at the same moments; an abort
//          that was told live stands in the final answer too.
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
  // `final`: nothing more will come.
  void WriteTo(const RunMeasures& measures, bool final, v1::RunVerdict& verdict) const;

 private:
  struct Watched {
    v1::Threshold threshold;
    std::optional<ThresholdExpression> expression;  // none: of a newer coordinator
    std::optional<double> missed_since;
    std::optional<double> aborted_with;  // the value that ended the run
    v1::ThresholdAbort abort;            // then
  };
  std::vector<Watched> watched_;
  const double every_s_;
  double next_look_s_ = 0;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_THRESHOLDS_THRESHOLD_JUDGE_H_
