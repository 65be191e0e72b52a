// Delivers a wallet's events to its listeners, on the event thread.
//
// Threads: safe from any; listeners are called by Deliver's thread only.
// Owns:    the listeners until they are removed or the hub goes.
// Bound:   kMaxQueued events wait; the oldest is dropped and counted.
// Failure: Add: kOutOfRange at the limit of listeners.
#ifndef SEEP_SDK_SIMULATED_WALLET_EVENT_HUB_H_
#define SEEP_SDK_SIMULATED_WALLET_EVENT_HUB_H_

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "sdk/simulated_wallet/process_state.h"
#include "sdk/simulated_wallet/wallet_types.h"

namespace seep::wallet {

class EventHub {
 public:
  static constexpr std::size_t kMaxQueued = 10'000;

  EventHub(std::size_t max_listeners, ProcessCounts& counts);
  ~EventHub();

  absl::StatusOr<std::string> Add(EventListener listener);
  // A call of that listener that is under way may still end after this.
  bool Remove(const std::string& id);
  std::int64_t listeners() const;

  void Emit(WalletEvent event);
  // The event thread's body: until StopDelivery; what is queued then is dropped.
  void Deliver();
  void StopDelivery();

 private:
  void CallListeners(const WalletEvent& event);

  const std::size_t max_listeners_;
  ProcessCounts& counts_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<std::string, std::shared_ptr<const EventListener>> listeners_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<WalletEvent> queue_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_EVENT_HUB_H_
