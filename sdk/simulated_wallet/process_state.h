// What all wallets of a process share: settings, injected leaks, counts.
//
// Threads: safe from any; the counts are atomic.
// Owns:    the leaks. Shared: tasks of abandoned wallets keep it alive.
#ifndef SEEP_SDK_SIMULATED_WALLET_PROCESS_STATE_H_
#define SEEP_SDK_SIMULATED_WALLET_PROCESS_STATE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "sdk/simulated_wallet/leaks/leak_set.h"
#include "sdk/simulated_wallet/shared_context.h"
#include "sdk/simulated_wallet/wallet_types.h"

namespace seep::wallet {

struct ProcessCounts {
  std::atomic<std::int64_t> wallets = 0;      // cores alive: also those abandoned
  std::atomic<std::int64_t> tasks = 0;        // threads of wallets that run
  std::atomic<std::int64_t> connections = 0;  // to the ledger, open now
  std::atomic<std::int64_t> listeners = 0;
  std::atomic<std::int64_t> payments = 0;  // sent, since the start
  std::atomic<std::int64_t> syncs = 0;
  std::atomic<std::int64_t> events = 0;
  std::atomic<std::int64_t> events_dropped = 0;
};

// One more while it lives.
class Counted {
 public:
  explicit Counted(std::atomic<std::int64_t>& count) : count_(&count) { ++*count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*count_; }

 private:
  std::atomic<std::int64_t>* count_;
};

struct ProcessState {
  ProcessState(WalletSettings wallet_settings, LeakSet injected, std::string process_token)
      : settings(std::move(wallet_settings)),
        token(std::move(process_token)),
        leaks(std::move(injected)) {}

  const WalletSettings settings;
  const std::string token;  // differs between any two processes
  ProcessCounts counts;
  SharedContexts contexts;
  LeakSet leaks;
};

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_PROCESS_STATE_H_
