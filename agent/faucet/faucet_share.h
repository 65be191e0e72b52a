// One process's part in the faucet of its run: cancelling it leaves alone what
// the run's other processes asked for.
//
// Threads: the loop's only.
// Owns:    who waits. Borrows the loop and the faucet, which outlive it.
#ifndef SEEP_AGENT_FAUCET_FAUCET_SHARE_H_
#define SEEP_AGENT_FAUCET_FAUCET_SHARE_H_

#include <map>
#include <memory>
#include <string>

#include "agent/scenario/faucet.h"
#include "common/event_loop/event_loop.h"

namespace seep::agent {

class FaucetShare : public Faucet {
 public:
  FaucetShare(EventLoop& loop, Faucet& whole);
  ~FaucetShare() override;

  void Fund(const std::string& address, std::uint64_t amount_sats, std::function<void(absl::Status)> done) override;
  void Cancel() override;

 private:
  using Waiting = std::map<std::uint64_t, std::function<void(absl::Status)>>;

  EventLoop& loop_;
  Faucet& whole_;
  std::uint64_t last_id_ = 0;
  std::shared_ptr<Waiting> waiting_;  // an answer may come after us
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_FAUCET_FAUCET_SHARE_H_
