// An SDK host in memory, for tests: wallets with balances, a faucet, and faults
// on request, all on a simulated clock.
//
// Threads: the loop's only.
#ifndef SEEP_AGENT_SCENARIO_FAKE_HOST_H_
#define SEEP_AGENT_SCENARIO_FAKE_HOST_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/driver_client/host_calls.h"
#include "agent/scenario/faucet.h"
#include "common/event_loop/event_loop.h"

namespace seep::agent {

class FakeHost : public HostCalls, public Faucet {
 public:
  explicit FakeHost(EventLoop& loop) : loop_(loop) {}

  void Call(HostCall call, Done done) override;
  bool Can(std::string_view capability) const override { return !lacks.contains(std::string(capability)); }
  void Fund(const std::string& address, std::uint64_t amount_sats, std::function<void(absl::Status)> done) override;

  void Cancel() override {}  // its answers are due within a millisecond

  // "METHOD ROLE" ("sync alice") → kinds of errors for its next calls.
  std::map<std::string, std::vector<std::string>> fail;
  std::set<std::string> lacks;
  int faucet_failures = 0;
  bool faucet_pays = true;
  bool refuses_bad_input = true;
  absl::Duration connect_takes = absl::Milliseconds(10);  // connects with a shorter deadline are given up

  std::vector<std::string> log;  // "METHOD INSTANCE", newest last; only while `keep_log`
  bool keep_log = true;
  std::map<std::string, int> calls;  // by method
  struct Instance {
    std::string seed, directory, context;
    std::set<std::string> listeners;
    bool connected = true;
    bool network_down = false;
  };
  std::map<std::string, Instance> instances;
  std::vector<Instance> lived;  // those that were destroyed
  std::map<std::string, std::int64_t> balances;  // by seed
  int use_of_the_dead = 0;  // calls on instances that were destroyed or failed

 private:
  CallOutcome Execute(const HostCall& call);
  CallOutcome OnInstance(const HostCall& call, Instance& instance);
  CallOutcome Send(Instance& instance);

  EventLoop& loop_;
  int last_listener_ = 0;
  std::string prepared_destination_;
  std::int64_t prepared_amount_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_FAKE_HOST_H_
