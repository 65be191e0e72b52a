// A wallet's TCP connection to the ledger: requests and answers, events, and
// coming back after it broke.
//
// Threads: Call from any; Run is the link thread's body, which alone reads.
// Owns:    the socket. Calls `on_message` on the link thread for each payment
//          event, and for each balance that any message carries.
// Failure: Call: kUnavailable when there is no connection, it breaks, or no
//          answer comes within kCallTimeout (the request may have been carried
//          out); otherwise the ledger's own error.
// Bound:   lines of 64 KiB; kMaxCalls calls wait at once.
#ifndef SEEP_SDK_SIMULATED_WALLET_LEDGER_LINK_H_
#define SEEP_SDK_SIMULATED_WALLET_LEDGER_LINK_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/os/unique_fd.h"
#include "sdk/driver_protocol/json.h"
#include "sdk/simulated_wallet/background_task.h"
#include "sdk/simulated_wallet/process_state.h"
#include "sdk/simulated_wallet/wallet_types.h"

namespace seep::wallet {

class LedgerLink {
 public:
  static constexpr absl::Duration kCallTimeout = absl::Seconds(10);
  static constexpr std::size_t kMaxCalls = 256;

  struct Callbacks {
    std::function<void(const Payment&)> payment_arrived;
    std::function<void(std::int64_t)> balance_known;
  };
  LedgerLink(std::string endpoint, std::string identity, Callbacks callbacks,
             ProcessCounts& counts);

  // `members_json`: the request's members after id and do, e.g. `"after":7`;
  // may be empty. Returns `ok`.
  absl::StatusOr<driver::Json> Call(std::string_view name, std::string_view members_json);

  // Connects, serves, connects again, until `stop`.
  void Run(StopSignal& stop);
  // Returns once the first attempt to connect has ended, well or not.
  void WaitForFirstAttempt(absl::Duration limit);

 private:
  struct Waiting {
    std::optional<absl::StatusOr<driver::Json>> answer;
  };

  absl::StatusOr<UniqueFd> Connect(StopSignal& stop) const;
  void Serve(int fd, StopSignal& stop);
  void Handle(std::string_view line);
  void SetConnection(int fd);  // -1: gone; fails what waits
  absl::Status Send(std::string_view line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string endpoint_;
  const std::string identity_;
  const Callbacks callbacks_;
  ProcessCounts& counts_;

  std::mutex mutex_;
  std::condition_variable changed_;
  int fd_ ABSL_GUARDED_BY(mutex_) = -1;  // Run's; writers use it under the lock
  bool attempted_ ABSL_GUARDED_BY(mutex_) = false;
  std::int64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<std::int64_t, Waiting*> waiting_ ABSL_GUARDED_BY(mutex_);
};

// `payment` of the ledger's protocol.
Payment PaymentFrom(const driver::Json& json);

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_LEDGER_LINK_H_
