// Where a scenario gets money from.
//
// `HttpFaucet` (agent/faucet) asks a GraphQL server; `FakeHost` credits its own
// wallets in tests.
//
// Threads: the loop's only.
#ifndef SEEP_AGENT_SCENARIO_FAUCET_H_
#define SEEP_AGENT_SCENARIO_FAUCET_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace seep::agent {

class Faucet {
 public:
  virtual ~Faucet() = default;
  // One try. `done` runs exactly once, later, on the loop: kUnavailable and
  // kDeadlineExceeded may be tried again.
  virtual void Fund(const std::string& address, std::uint64_t amount_sats,
                    std::function<void(absl::Status)> done) = 0;
  // Answers all that wait with kCancelled.
  virtual void Cancel() = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SCENARIO_FAUCET_H_
