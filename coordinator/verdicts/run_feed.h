// Feeds stored samples to a judge, always in the same order, so that the same
// store gives the bit-identical verdict, live or years later.
//
// Threads: one at a time.
// Owns:    the judge and the mapping of gauges to its series and operations.
// Order:   samples as ReadSamples gives them; a fault window or a gap is told
//          right before the first sample at or after its beginning.
#ifndef SEEP_COORDINATOR_VERDICTS_RUN_FEED_H_
#define SEEP_COORDINATOR_VERDICTS_RUN_FEED_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/verdict/run_judge.h"
#include "coordinator/thresholds/run_measures.h"
#include "coordinator/thresholds/threshold_judge.h"
#include "seep/v1/run.pb.h"
#include "storage/records.h"

namespace seep::coordinator {

class RunFeed {
 public:
  explicit RunFeed(const v1::Run& run);

  // False: what is known of the target (its collector, its limits) is no longer
  // what this feed was made for, and only a new one judges rightly.
  bool KnowsTargetOf(const v1::Run& run) const;
  // What is known beside the samples. False: a window begins before samples
  // that were already fed, and only a new feed can judge them rightly.
  bool SetFaults(const std::vector<v1::FaultReport>& faults);
  void SetGaps(std::vector<storage::Gap> gaps) { gaps_ = std::move(gaps); }

  void Add(const storage::SamplePage& page);
  // Some of the run's samples cannot be read: nothing is said of it (R15).
  void MarkDamaged(const std::string& why);
  std::uint64_t samples() const { return samples_; }
  double last_s() const { return last_s_; }  // the time of the last sample; 0: none yet

  analysis::RunVerdict Provisional() const { return judge_.Provisional(); }
  // Latencies, residuals, thresholds: what a provisional verdict says besides.
  void WriteMeasures(v1::RunVerdict& verdict) const;
  // The threshold that the run must end on, if there is one.
  std::optional<v1::ThresholdAbort> Aborting() const { return thresholds_.Aborting(); }
  // `ended` is the run with its end; nothing may be added afterwards.
  v1::RunVerdict Final(const v1::Run& ended);

 private:
  struct Window {
    double begin_s = 0, end_s = 0;
    bool operator==(const Window&) const = default;
  };
  struct Gauge {
    int series = -1;
    int operation = -1;
    double base = 0;  // of a counter that began anew: what earlier lives counted
    double last = 0;
    bool errors = false;  // the scenario's count of failures
  };
  void Define(const v1::GaugeDefinition& definition);
  void NoteHole(const v1::Sample& sample, double t_s);
  void AddSample(const v1::Sample& sample);

  const std::string target_;  // what the judge was told of it
  analysis::RunJudge judge_;
  RunMeasures measures_;        // latencies, residuals
  ThresholdJudge thresholds_;
  std::vector<Gauge> gauges_;  // by id
  std::vector<Window> windows_;
  std::size_t windows_told_ = 0;
  std::vector<storage::Gap> gaps_;
  std::vector<double> values_, operations_;
  std::uint64_t samples_ = 0;
  std::uint64_t last_sequence_ = 0;
  double last_s_ = 0;
  double errors_ = 0;
  std::uint32_t last_generation_ = 0;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_VERDICTS_RUN_FEED_H_
