// A ProcReader that answers what a test told it.
#ifndef SEEP_AGENT_SAMPLER_FAKE_PROC_READER_H_
#define SEEP_AGENT_SAMPLER_FAKE_PROC_READER_H_

#include <atomic>
#include <map>
#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include "agent/sampler/proc_reader.h"

namespace seep::agent {

class FakeProcReader : public ProcReader {
 public:
  void Track(TreeId tree, pid_t root, std::string) override { roots_[tree] = root; }
  void Forget(TreeId tree) override { roots_.erase(tree); }
  absl::StatusOr<OutsideFigures> Read(TreeId tree, SamplingTiers tiers) override {
    ++reads;
    if (held != nullptr) held->WaitForNotification();
    detailed_reads += tiers.detailed ? 1 : 0;
    if (!roots_.contains(tree)) return absl::NotFoundError("not tracked");
    OutsideFigures figures;
    figures.processes = 1;
    figures.rss_bytes = static_cast<double>(roots_[tree]) * 1e6;
    return figures;
  }

  std::atomic<int> reads{0}, detailed_reads{0};
  absl::Notification* held = nullptr;  // readings take until it is given

 private:
  std::map<TreeId, pid_t> roots_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SAMPLER_FAKE_PROC_READER_H_
