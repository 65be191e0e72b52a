// Puts together what the processes of one run told at about the same instant:
// one sample of the run has a reading of each.
//
// Threads: the loop's only.
// Failure: a process that tells nothing does not hold up the others: the sample
//          then goes without it when one of them tells for the second time.
#ifndef SEEP_AGENT_RUNS_GATHERED_READINGS_H_
#define SEEP_AGENT_RUNS_GATHERED_READINGS_H_

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "agent/sampler/sample_encoder.h"
#include "agent/sampler/sampler.h"

namespace seep::agent {

struct Told {
  Reading reading;
  std::optional<std::vector<GaugeValue>> inside;  // nothing: the host did not answer in time
};

class GatheredReadings {
 public:
  using Complete = std::function<void(const std::vector<std::optional<Told>>& by_process)>;
  GatheredReadings(std::size_t processes, Complete complete) : told_(processes), lives_(processes), complete_(std::move(complete)) {}

  // Whether a sample waits for process `index`.
  void SetLives(std::size_t index, bool lives) { lives_[index] = lives; }
  void Tell(std::size_t index, Told told) {
    if (told_[index] && !held_) Flush();
    told_[index] = std::move(told);
    if (!held_ && AllTold()) Flush();
  }
  // A sample out of turn: what was told before is dropped, and what is told from
  // now on waits for Flush.
  void Hold() {
    for (auto& told : told_) told.reset();
    held_ = true;
  }
  void Flush() {
    held_ = false;
    std::vector<std::optional<Told>> told(told_.size());
    told.swap(told_);
    for (const auto& one : told) {
      if (one) return complete_(told);
    }
  }

 private:
  bool AllTold() const {
    for (std::size_t i = 0; i < told_.size(); ++i) {
      if (lives_[i] && !told_[i]) return false;
    }
    return true;
  }

  std::vector<std::optional<Told>> told_;
  std::vector<bool> lives_;
  const Complete complete_;
  bool held_ = false;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_RUNS_GATHERED_READINGS_H_
