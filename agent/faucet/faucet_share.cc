#include "agent/faucet/faucet_share.h"

#include <utility>

namespace seep::agent {

FaucetShare::FaucetShare(EventLoop& loop, Faucet& whole) : loop_(loop), whole_(whole), waiting_(std::make_shared<Waiting>()) {}

FaucetShare::~FaucetShare() { Cancel(); }

void FaucetShare::Fund(const std::string& address, std::uint64_t amount_sats, std::function<void(absl::Status)> done) {
  const std::uint64_t id = ++last_id_;
  waiting_->emplace(id, std::move(done));
  whole_.Fund(address, amount_sats, [waiting = std::weak_ptr<Waiting>(waiting_), id](absl::Status status) {
    const auto still = waiting.lock();
    if (!still) return;
    const auto request = still->extract(id);
    if (!request.empty()) request.mapped()(std::move(status));
  });
}

void FaucetShare::Cancel() {
  for (auto& [id, done] : std::exchange(*waiting_, {})) {
    loop_.Post([done = std::move(done)] { done(absl::CancelledError("cancelled")); });
  }
}

}  // namespace seep::agent
