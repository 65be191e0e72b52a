// Which queued run goes to which agent, and why the others wait.
//
// Threads: safe from any; pure: the same question gives the same answer.
#ifndef SEEP_COORDINATOR_SCHEDULER_PLACEMENT_H_
#define SEEP_COORDINATOR_SCHEDULER_PLACEMENT_H_

#include <string>
#include <vector>

#include "seep/v1/campaign.pb.h"
#include "seep/v1/run.pb.h"

namespace seep::coordinator {

struct Candidate {
  const v1::AgentInfo* agent = nullptr;
  std::uint32_t slots_taken = 0;  // by runs that the coordinator placed there
};

struct Placement {
  std::string run_id;
  std::string agent;   // empty: it waits
  std::string reason;  // why it waits: "no agent has driver breez 0.15.1"
};

// Runs in the order they are to be served. Each goes to the fitting agent with
// the largest free share of its slots, ties by name.
std::vector<Placement> PlaceRuns(const std::vector<const v1::RunSpec*>& queued, std::vector<Candidate> candidates);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_SCHEDULER_PLACEMENT_H_
