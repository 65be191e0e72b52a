// One operation of a scenario by its name, counted and timed: what mixes and
// concurrent callers are made of.
//
// Threads: the loop's only.
// Owns:    the parts that keep something between operations. Borrows the wallets.
// Failure: false; counted by kind where it happened.
#ifndef SEEP_AGENT_SCENARIO_OPERATIONS_H_
#define SEEP_AGENT_SCENARIO_OPERATIONS_H_

#include <string>
#include <string_view>

#include "agent/scenario/cancelled_connects.h"
#include "agent/scenario/failures.h"
#include "agent/scenario/payments.h"

namespace seep::agent {

class Operations {
 public:
  // `payments`: none when nothing pays.
  Operations(ScenarioContext& context, Wallet& alice, Wallet& bob, Payments* payments);

  // The capability that it needs; kInvalidArgument when there is no such operation.
  static absl::StatusOr<std::string_view> Needs(const std::string& operation);

  // `wallet` is alice or bob; payments take their own turns.
  Async<bool> Do(std::string operation, Wallet& wallet);
  Async<bool> Invoke(const v1::InvokeCall& call, Wallet& wallet);
  Async<bool> ListPayments(Wallet& wallet);
  Async<bool> Sync(Wallet& wallet);
  Async<bool> CollectGarbage();
  // One of the spec's inputs, in turn.
  Async<bool> ParseNext(Wallet& wallet);
  Async<bool> ParseAll(Wallet& wallet);
  Async<void> TearDown() { return failures_.TearDown(); }

 private:
  Async<bool> Parse(Wallet& wallet, const std::string& input);
  Async<bool> GetInfo(Wallet& wallet);
  Async<bool> Receive(Wallet& wallet);
  Async<bool> ComeAndGo(Wallet& wallet);

  ScenarioContext& context_;
  Wallet& alice_;
  Wallet& bob_;
  Payments* payments_;
  Failures failures_;
  CancelledConnects cancelled_connects_;
  std::vector<std::string> inputs_;
  std::size_t next_input_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_OPERATIONS_H_
