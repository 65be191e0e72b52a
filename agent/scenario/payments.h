// The payments scenario: two wallets pay each other in turn; a sender that runs
// low is refilled from the faucet first.
//
// Threads: the loop's only.
#ifndef SEEP_AGENT_SCENARIO_PAYMENTS_H_
#define SEEP_AGENT_SCENARIO_PAYMENTS_H_

#include <string>

#include "agent/scenario/wallet.h"

namespace seep::agent {

class Payments {
 public:
  Payments(ScenarioContext& context, Wallet& alice, Wallet& bob);
  // Refills the sender if need be, pays once, flips the direction. `late`: how
  // long after it was meant to begin.
  Async<bool> PayOnce(absl::Duration late);
  // The same, but neither counted nor timed as a payment: it is no load.
  Async<bool> PayForHistory();

 private:
  Async<bool> Pay(Wallet& sender, Wallet& receiver, std::uint64_t number);
  Async<bool> EnsureFunds(Wallet& sender);
  Async<bool> FundWithRetries(std::string address);
  Async<bool> AwaitFunds(Wallet& sender);
  std::string NextIdempotencyKey();

  ScenarioContext& context_;
  const v1::PaymentsScenario& spec_;
  Wallet& alice_;
  Wallet& bob_;
  std::uint64_t attempts_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_PAYMENTS_H_
