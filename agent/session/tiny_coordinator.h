// A coordinator for tests, over real gRPC: assigns what it is told to,
// acknowledges all, remembers what came.
//
// Threads: gRPC's own; the members below `mutex` are guarded by it.
#ifndef SEEP_AGENT_SESSION_TINY_COORDINATOR_H_
#define SEEP_AGENT_SESSION_TINY_COORDINATOR_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "seep/v1/agent_link.pb.h"

namespace seep::agent {

class TinyCoordinator {
 public:
  explicit TinyCoordinator(const std::string& address);
  ~TinyCoordinator();
  void Shutdown();
  // The last status is final and every sample that it speaks of has come.
  bool Final();

  std::vector<v1::RunSpec> assignments;  // set before the agent connects
  absl::Mutex mutex;
  std::vector<v1::RunStatus> statuses;
  std::set<std::uint64_t> sequences;
  int duplicates = 0, bad_batches = 0;
  bool goodbye = false;

 private:
  class Service;
  const std::unique_ptr<Service> service_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SESSION_TINY_COORDINATOR_H_
