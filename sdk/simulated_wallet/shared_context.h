// What the wallets of one application share: the simulated counterpart of an
// SDK's runtime, connection pool and caches.
//
// Threads: safe from any.
// Owns:    what its members left behind; goes with the last of them.
#ifndef SEEP_SDK_SIMULATED_WALLET_SHARED_CONTEXT_H_
#define SEEP_SDK_SIMULATED_WALLET_SHARED_CONTEXT_H_

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"

namespace seep::wallet {

class SharedContext {
 public:
  // Keeps that many bytes for as long as it lives.
  void Keep(std::size_t bytes);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> kept_ ABSL_GUARDED_BY(mutex_);
};

class SharedContexts {
 public:
  // The one of that name, made when nobody holds it; null for no name.
  std::shared_ptr<SharedContext> Join(const std::string& name);
  std::int64_t alive() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::weak_ptr<SharedContext>> contexts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_SHARED_CONTEXT_H_
