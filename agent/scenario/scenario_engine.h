// Drives one generation of a target through its scenario: connects the wallets,
// ticks in the order of the seeds' harness, takes everything down.
//
//   Setup → Run → (Stop) → Teardown, each once.
//
// Threads: the loop's only.
// Owns:    its wallets. Borrows what it is built with until its last coroutine
//          has ended.
// Failure: Setup: kFailedPrecondition, kInvalidArgument (never works with this
//          host), kUnavailable (connecting failed five times). A failing
//          operation counts and the scenario goes on.
#ifndef SEEP_AGENT_SCENARIO_SCENARIO_ENGINE_H_
#define SEEP_AGENT_SCENARIO_SCENARIO_ENGINE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/async/shared_gate.h"
#include "agent/pacing/pacer.h"
#include "agent/scenario/lifecycles.h"
#include "agent/scenario/operations.h"
#include "agent/scenario/payments.h"
#include "agent/scenario/tick_extras.h"
#include "agent/scenario/wallet.h"

namespace seep::agent {

class ScenarioEngine {
 public:
  ScenarioEngine(EventLoop& loop, HostCalls& host, const ScenarioPlan& plan, ScenarioCounters& counters,
                 Faucet* faucet, std::function<void(std::string)> note);

  Async<absl::Status> Setup();
  // Until stopped; or, when lifecycles alone run, until their count is reached.
  Async<void> Run();
  // Operations under way end by themselves; nothing new begins.
  void Stop() { context_.stop.Stop(); }
  Async<void> Teardown();

 private:
  void MakeWallets();
  Async<bool> ConnectAll();
  Async<void> RunTicks();
  Async<TickResult> Tick(Turn turn);
  Async<TickResult> TickInside(Turn turn);
  bool NeedsToBeAlone() const;
  Async<bool> ReviveDead();
  bool ReconnectIsDue() const;
  Async<bool> ReconnectAll();
  Async<bool> Reconnect(Wallet& wallet);
  // Drawn from a mix inside a tick: others wait, as for any reconnect.
  Async<bool> ReconnectDrawn(Wallet& wallet);
  TickExtras::OfInstances OfInstances();
  Async<bool> ChurnListeners();
  Async<bool> SyncBoth();
  Async<bool> QueryHistory();
  // Makes the payments that the history is to have; again after a lost wallet's.
  Async<absl::Status> PrefillHistory();

  ScenarioContext context_;
  const v1::ScenarioSpec& spec_;
  std::vector<std::unique_ptr<Wallet>> wallets_;  // alice, bob, then the extra ones
  SharedGate gate_{context_.loop};  // ticks together; replacing and reconnecting instances alone
  std::optional<Payments> payments_;
  std::optional<Operations> operations_;
  std::optional<TickExtras> extras_;
  std::optional<Lifecycles> lifecycles_;
  std::uint64_t reconnected_at_payments_;
  MonotonicTime reconnected_at_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_SCENARIO_ENGINE_H_
