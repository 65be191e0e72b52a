// The stream of one run's samples: merges what was read outside, what the host
// told and what the scenario counted, and appends it to the spool.
//
// Threads: the loop's only.
// Failure: a sample that the spool cannot take is logged once a minute and
//          counted there.
#ifndef SEEP_AGENT_RUNS_RUN_SAMPLES_H_
#define SEEP_AGENT_RUNS_RUN_SAMPLES_H_

#include <functional>
#include <string>
#include <vector>

#include "agent/driver_client/host_conversation.h"
#include "agent/runs/agent_parts.h"
#include "agent/runs/gathered_readings.h"
#include "agent/runs/process_sums.h"
#include "agent/sampler/sample_encoder.h"
#include "agent/scenario/scenario_counters.h"

namespace seep::agent {

class RunSamples {
 public:
  RunSamples(AgentParts& parts, std::string run_id, MonotonicTime began, absl::Duration interval, std::size_t processes);

  void set_phase(v1::Phase phase) { phase_ = phase; }
  absl::Duration SinceBegin() const { return parts_.loop.clock().Now() - began_; }

  // Further values of each sample, asked for as it is taken.
  void AddFigures(std::function<std::vector<GaugeValue>()> figures) { figures_ = std::move(figures); }
  // False: there is no scenario whose counts could be told.
  void set_counts_scenario(bool counts) { counts_scenario_ = counts; }

  // `inside`: nullptr when the host did not answer in time. Takes along what
  // operations took, about once a second, and lets it go once it is spooled.
  void Record(const Reading& reading, std::uint32_t generation, const std::vector<GaugeValue>* inside,
              ScenarioCounters& counters);
  // The same of several processes; those that told nothing are left out of it,
  // their scenarios' counts are not. `counters`: of each process.
  void RecordSeveral(const std::vector<std::optional<Told>>& told, std::uint32_t generation,
                     const std::vector<ScenarioCounters*>& counters);

 private:
  std::vector<GaugeValue> Counted(const ScenarioCounters& counters) const;
  void AddFiguresTo(std::vector<GaugeValue>& values);
  void Append(SampleStamp stamp, MonotonicTime at, const std::vector<GaugeValue>& values, OperationTimes& times);

  AgentParts& parts_;
  const std::string run_id_;
  const MonotonicTime began_;
  const absl::Duration interval_;
  v1::Phase phase_ = v1::PHASE_WARM_UP;
  SampleEncoder encoder_;
  MonotonicTime complained_;
  std::function<std::vector<GaugeValue>()> figures_;
  bool counts_scenario_ = true;
  ProcessSums sums_;
  MonotonicTime told_operations_;
};

// `metrics` → values of declared gauges. A name that Seep measures itself gets
// the prefix "host.".
std::vector<GaugeValue> InsideGauges(const driver::Json& result, const std::vector<HostGauge>& declared);

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_RUN_SAMPLES_H_
