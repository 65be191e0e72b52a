// What one run's scenario is to do, resolved: secrets in place, directories
// chosen. Plain values.
#ifndef SEEP_AGENT_SCENARIO_SCENARIO_PLAN_H_
#define SEEP_AGENT_SCENARIO_SCENARIO_PLAN_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/async/waiting.h"
#include "agent/driver_client/host_calls.h"
#include "agent/scenario/faucet.h"
#include "agent/scenario/scenario_counters.h"
#include "seep/v1/campaign.pb.h"

namespace seep::agent {

// A secret: never logged, nor part of any error.
struct WalletSecret {
  std::string value;      // 64 hexadecimal characters, or words
  bool mnemonic = false;
};

// Drawn from the run's seed; the same on any machine (R14).
WalletSecret DrawWalletSecret(std::uint64_t seed, std::string_view purpose);
// kInvalidArgument: neither 64 hexadecimal characters nor 12 to 24 words.
absl::StatusOr<WalletSecret> ReadWalletSecret(std::string_view text);

struct ScenarioPlan {
  v1::ScenarioSpec spec;
  v1::Pace pace;
  std::string run_id;
  std::string network = "local";
  std::string connect_settings_json;  // empty: none
  std::uint32_t extra_instances = 0;
  bool shared_context = false;        // all instances name the same one
  std::uint64_t seed = 0;
  WalletSecret alice, bob;
  std::string work_directory;  // storage of instances goes below it

  // Whether anything needs the two wallets, or lifecycles alone.
  bool needs_wallets() const;
};

// What the parts of a scenario share for one generation.
struct ScenarioContext {
  EventLoop& loop;
  HostCalls& host;
  const ScenarioPlan& plan;
  ScenarioCounters& counters;
  Faucet* faucet;  // none: wallets are not refilled
  std::function<void(std::string)> note;  // a line for the run's log
  StopSignal stop{loop};
};

// kFailedPrecondition naming the capability that the host lacks;
// kInvalidArgument for an operation that is none.
absl::Status CheckScenario(const ScenarioPlan& plan, const HostCalls& host);

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_SCENARIO_PLAN_H_
