// A defect that can be switched on, so that a leak hunter has something to
// find. Each kind has one file here; README.md says when each fires.
//
// Threads: the hooks come from many threads at once.
// Surprises: lost memory is written to, or it would not show as resident, and
//          each event loses exactly the stated bytes (plus what the allocator
//          adds to a block, 8 to 24 bytes with glibc).
#ifndef SEEP_SDK_SIMULATED_WALLET_LEAKS_LEAK_H_
#define SEEP_SDK_SIMULATED_WALLET_LEAKS_LEAK_H_

#include <cstddef>
#include <cstdint>
#include <memory>

namespace seep::wallet {

class Leak {
 public:
  virtual ~Leak() = default;
  virtual void OnConnect() {}    // a wallet was connected, for the first time or again
  virtual void OnReconnect() {}  // this process had the same storage open before
  virtual void OnPaymentSent() {}
  virtual void OnListenerAdded() {}
  // `wallet` is what a forgotten task would hold on to.
  virtual void OnDisconnect(const std::shared_ptr<const void>& wallet) { (void)wallet; }
  virtual void OnHandleDestroyed() {}
  virtual void OnCallFailed() {}        // a call on the SDK was answered with an error
  virtual void OnResponseKept() {}      // list_payments, whose response nobody destroys
  virtual void OnConnectCancelled() {}  // its deadline came first
  virtual void OnParsed() {}
  virtual void OnSynced() {}  // because it was asked for
  // Whether this remove_listener is to forget to remove.
  virtual bool KeepsListener() { return false; }
  // What an instance leaves in the shared context that it leaves.
  virtual std::size_t BytesLeftInContext() const { return 0; }
  // For the cache look-alike: entries held now.
  virtual std::int64_t cached_entries() const { return 0; }
  // Threads that it has left running.
  virtual std::int64_t threads() const { return 0; }
};

std::unique_ptr<Leak> MakePaymentLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeReconnectLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeListenerLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeLifecycleLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeTimeLeak(std::size_t bytes_per_second);
std::unique_ptr<Leak> MakeThreadLeak(std::size_t count);
std::unique_ptr<Leak> MakeFdLeak(std::size_t count);
std::unique_ptr<Leak> MakeTaskLeak(std::size_t count);
std::unique_ptr<Leak> MakeErrorLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeResponseLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeCancelLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeParseLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeSyncLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeLateLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeNativeLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeContextLeak(std::size_t bytes);
std::unique_ptr<Leak> MakeUnremovedLeak(std::size_t every);
std::unique_ptr<Leak> MakeConnectionLeak(std::size_t count);
std::unique_ptr<Leak> MakeCacheLookAlike(std::size_t entry_bytes);
std::unique_ptr<Leak> MakeFragmentationLookAlike(std::size_t block_bytes);
std::unique_ptr<Leak> MakeStepLookAlike(std::size_t bytes);
std::unique_ptr<Leak> MakeSawtoothLookAlike(std::size_t piece_bytes);
std::unique_ptr<Leak> MakeWarmUpLookAlike(std::size_t first_bytes);
std::unique_ptr<Leak> MakeWaveLookAlike(std::size_t crest_bytes);

// Allocates `bytes`, writes to all of them and forgets them.
void LoseMemory(std::size_t bytes);

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_LEAKS_LEAK_H_
