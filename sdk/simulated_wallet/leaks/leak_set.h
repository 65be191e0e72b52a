// The leaks that are switched on, by name and size.
//
// Threads: hooks from any; the set itself does not change once made.
// Failure: Make: kInvalidArgument names the leak, and what it would take.
#ifndef SEEP_SDK_SIMULATED_WALLET_LEAKS_LEAK_SET_H_
#define SEEP_SDK_SIMULATED_WALLET_LEAKS_LEAK_SET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {

class LeakSet {
 public:
  // Name and size: bytes an event (time: bytes a second; thread, fd, task: how
  // many an event).
  static absl::StatusOr<LeakSet> Make(
      const std::vector<std::pair<std::string, std::int64_t>>& leaks);

  LeakSet() = default;  // none
  void OnConnect() {
    for (auto& leak : leaks_) leak->OnConnect();
  }
  void OnReconnect() {
    for (auto& leak : leaks_) leak->OnReconnect();
  }
  void OnPaymentSent() {
    for (auto& leak : leaks_) leak->OnPaymentSent();
  }
  void OnListenerAdded() {
    for (auto& leak : leaks_) leak->OnListenerAdded();
  }
  void OnDisconnect(const std::shared_ptr<const void>& wallet) {
    for (auto& leak : leaks_) leak->OnDisconnect(wallet);
  }
  void OnHandleDestroyed() {
    for (auto& leak : leaks_) leak->OnHandleDestroyed();
  }
  void OnCallFailed() {
    for (auto& leak : leaks_) leak->OnCallFailed();
  }
  void OnResponseKept() {
    for (auto& leak : leaks_) leak->OnResponseKept();
  }
  void OnConnectCancelled() {
    for (auto& leak : leaks_) leak->OnConnectCancelled();
  }
  void OnParsed() {
    for (auto& leak : leaks_) leak->OnParsed();
  }
  void OnSynced() {
    for (auto& leak : leaks_) leak->OnSynced();
  }
  bool KeepsListener();
  std::size_t BytesLeftInContext() const;
  std::int64_t cached_entries() const;
  std::int64_t threads() const;

 private:
  std::vector<std::unique_ptr<Leak>> leaks_;
};

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_LEAKS_LEAK_SET_H_
