// The failures scenario: operations that must fail, because error paths leak.
//
//   failures.Fail("bad_input", alice, bob)
//
// Kinds: bad_input (a text that is no payment request), insufficient_funds (more
// than anyone has), network_down (a sync on an instance whose network cannot be
// reached), bad_connect (a mnemonic that is none).
//
// Threads: the loop's only.
// Owns:    the instance without a network; connected when first needed, taken
//          down by TearDown.
// Failure: one that fails as it should counts by kind; one that succeeds is the
//          error `failure_succeeded`, one that fails otherwise (the host gone, a
//          deadline missed) an error of that kind.
#ifndef SEEP_AGENT_SCENARIO_FAILURES_H_
#define SEEP_AGENT_SCENARIO_FAILURES_H_

#include <memory>
#include <string>
#include <vector>

#include "agent/scenario/wallet.h"

namespace seep::agent {

class Failures {
 public:
  explicit Failures(ScenarioContext& context) : context_(context) {}

  static bool IsKind(std::string_view kind);
  // The capability that a kind needs; empty: none.
  static std::string_view Needs(std::string_view kind);
  // All that `host` can be made to fail at.
  static std::vector<std::string> PossibleWith(const HostCalls& host);

  Async<bool> Fail(std::string kind, Wallet& sender, Wallet& receiver);
  Async<void> TearDown();

 private:
  Async<CallOutcome> SpendTooMuch(Wallet& sender, Wallet& receiver);
  Async<CallOutcome> SyncWithoutNetwork();
  Async<CallOutcome> ConnectWithoutSecret();
  bool Judge(const std::string& kind, const CallOutcome& outcome, absl::Duration took);

  ScenarioContext& context_;
  std::unique_ptr<Wallet> cut_off_;
  std::uint64_t connects_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_FAILURES_H_
