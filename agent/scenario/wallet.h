// One SDK instance in the hands of a scenario, and its replacements: each
// connect takes a name never used before, so that a handle that died (failed
// reconnect, missed deadline) can never be used again.
//
// Threads: the loop's only.
// Owns:    the knowledge of what the host holds for it. Borrows the context.
// Failure: every failed call is counted by kind and answered with false or
//          nothing; the scenario goes on.
#ifndef SEEP_AGENT_SCENARIO_WALLET_H_
#define SEEP_AGENT_SCENARIO_WALLET_H_

#include <deque>
#include <optional>
#include <string>

#include "agent/async/async.h"
#include "agent/scenario/scenario_plan.h"

namespace seep::agent {

class Wallet {
 public:
  // `directory` exists and is this wallet's alone.
  Wallet(ScenarioContext& context, std::string role, WalletSecret secret, std::string directory);

  bool alive() const { return alive_; }
  const std::string& role() const { return role_; }
  // What happens to listeners belongs to a larger operation, which counts.
  void LeaveListenerChangesUncounted() { counts_listener_changes_ = false; }
  const std::string& last_error() const { return last_error_; }
  bool error_is_permanent() const { return permanent_; }  // trying again cannot help

  // With a listener of its own where the host can, unless `bare`.
  Async<bool> Connect(bool bare = false, bool network_down = false);
  // Remove the listener, disconnect (an error is a warning), destroy.
  Async<void> Disconnect();
  // Forgets the handle; tells the host so, as far as it listens. With
  // `abandon` the instance stays connected inside the SDK: that is the test.
  Async<bool> Destroy(bool abandon = false);

  Async<CallOutcome> Call(std::string_view method, std::string params_json = "{}");
  // A call that is meant to fail: its error is neither counted nor noted.
  Async<CallOutcome> CallToFail(std::string_view method, std::string params_json);
  Async<bool> AddListener(bool capture_instance);
  Async<bool> RemoveOldestListener();
  Async<std::optional<std::int64_t>> Balance();
  // `method`: spark_address, spark_invoice, bolt11_invoice.
  Async<std::optional<std::string>> Receive(std::string_view method, std::uint64_t amount_sats);
  Async<bool> Send(const std::string& destination, std::uint64_t amount_sats, const std::string& idempotency_key);

 private:
  Async<CallOutcome> Plain(std::string_view method, std::string instance, std::string params_json);
  void NoteFailure(const CallOutcome& outcome, std::string_view method);
  void ForgetListeners();

  ScenarioContext& context_;
  const std::string role_;
  const WalletSecret secret_;
  const std::string directory_;
  std::string instance_;    // the current name; empty before the first connect
  bool held_ = false;       // the host may hold an instance of that name
  bool alive_ = false;      // and it may be used
  bool permanent_ = false;
  bool counts_listener_changes_ = true;
  int connects_ = 0;
  std::string base_listener_;
  std::deque<std::string> churned_;
  std::string last_error_;
};

// One call on the host; failures are counted and everything is timed.
Async<CallOutcome> CallHost(ScenarioContext& context, HostCall call);
// Neither: what it answers is the caller's to judge.
Async<CallOutcome> CallUncounted(ScenarioContext& context, HostCall call);

// The parameters of `connect`, secrets and all.
std::string ConnectParams(const ScenarioPlan& plan, const WalletSecret& secret, std::string_view directory,
                          bool network_down = false);

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_WALLET_H_
