#include "sdk/driver_host/prepared_tokens.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host {

std::string PreparedTokens::Keep(std::unique_ptr<PreparedPayment> payment) {
  std::unique_ptr<PreparedPayment> dropped;
  std::lock_guard lock(mutex_);
  if (tokens_.size() == driver::kMaxPreparedPayments) {
    dropped = std::move(tokens_.front().payment);
    tokens_.pop_front();
  }
  tokens_.push_back({absl::StrCat("p-", next_++), std::move(payment)});
  return tokens_.back().name;
}

std::unique_ptr<PreparedPayment> PreparedTokens::Take(const std::string& token) {
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(tokens_.begin(), tokens_.end(), [&](const Token& t) { return t.name == token; });
  if (found == tokens_.end()) return nullptr;
  auto payment = std::move(found->payment);
  tokens_.erase(found);
  return payment;
}

void PreparedTokens::Clear() {
  std::deque<Token> dropped;
  std::lock_guard lock(mutex_);
  dropped.swap(tokens_);
}

}  // namespace seep::driver_host
