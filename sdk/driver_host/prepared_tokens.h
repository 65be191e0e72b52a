// The tokens of an instance's prepared payments, and what they stand for.
//
// Threads: any. Of several callers that want one token, one gets it.
// Owns:    the SDK's prepared objects; frees them outside its lock, for that is
//          the SDK's code.
// Bound:   driver::kMaxPreparedPayments; the oldest goes.
#ifndef SEEP_SDK_DRIVER_HOST_PREPARED_TOKENS_H_
#define SEEP_SDK_DRIVER_HOST_PREPARED_TOKENS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "absl/base/thread_annotations.h"
#include "sdk/driver_host/sdk.h"

namespace seep::driver_host {

class PreparedTokens {
 public:
  // The new token.
  std::string Keep(std::unique_ptr<PreparedPayment> payment);
  // Uses it up; null when there is none of that name.
  std::unique_ptr<PreparedPayment> Take(const std::string& token);
  void Clear();

 private:
  struct Token {
    std::string name;
    std::unique_ptr<PreparedPayment> payment;
  };

  std::mutex mutex_;
  std::deque<Token> tokens_ ABSL_GUARDED_BY(mutex_);  // oldest first
  std::int64_t next_ ABSL_GUARDED_BY(mutex_) = 1;
};

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_PREPARED_TOKENS_H_
