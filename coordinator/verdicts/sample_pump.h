// Carries a run's samples from the store to another loop, a page at a time: the
// next page is read once the last was taken in, so a long run never stalls the
// coordinator's loop nor fills its memory.
//
// Threads: Start and `done` on the coordinator's loop, `take` on `worker`.
#ifndef SEEP_COORDINATOR_VERDICTS_SAMPLE_PUMP_H_
#define SEEP_COORDINATOR_VERDICTS_SAMPLE_PUMP_H_

#include <functional>
#include <string>

#include "common/event_loop/event_loop.h"
#include "storage/store.h"

namespace seep::coordinator {

struct SamplePump {
  using Take = std::function<void(const storage::SamplePage&)>;
  using Finished = absl::AnyInvocable<void(absl::Status, storage::SampleCursor)>;

  // Minutes and hours outlive a run's samples.
  enum class Grain { kSamples, kTiers };
  // Reads from `from` to the end. `loop`, `worker` and `store` outlive it.
  static void Start(EventLoop& loop, EventLoop& worker, storage::Store& store, std::string run_id,
                    storage::SampleCursor from, Take take, Finished done, Grain grain = Grain::kSamples);
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_VERDICTS_SAMPLE_PUMP_H_
