// The life of a run: state and event in, state and effects out.
//
//   queued ─▶ assigned ─▶ starting ─▶ running ─▶ stopping ─▶ finished
//     ▲          │            │          │
//     └──────────┘            └── lost ◀─┘   (lease expired; resumes when the agent is back)
//
// Threads: safe from any; pure.
#ifndef SEEP_COORDINATOR_RUNS_RUN_STATE_H_
#define SEEP_COORDINATOR_RUNS_RUN_STATE_H_

#include <optional>
#include <string>
#include <vector>

#include "seep/v1/run.pb.h"

namespace seep::coordinator {

enum class RunEvent {
  kPlaced,        // the scheduler found an agent
  kReported,      // the agent says how it stands (`reported`)
  kEnded,         // the agent says it is over (`reported`: finished, failed, cancelled)
  kDelivered,     // all that the ended run will ever send is stored
  kAgentSilent,   // the lease expired
  kAgentForgot,   // the agent registered without it
  kLostTooLong,
  kStopAsked,     // by a person or a cancelled campaign
};

enum class RunEffect {
  kOffer,     // send the Assignment (once the state is stored)
  kTellStop,  // send StopRun
  kClose,     // judge for the last time, then store the end
  kForget,    // tell the agent to delete its state
};

struct RunEnd {
  v1::RunState state = v1::RUN_STATE_FINISHED;
  std::string reason;
};

struct RunProgress {
  v1::RunState state = v1::RUN_STATE_QUEUED;
  bool stop_asked = false;
  std::optional<RunEnd> end;  // known, though perhaps not everything is delivered
  bool closing = false;       // kClose was given; nothing changes the end any more
};

struct RunInput {
  RunEvent event;
  v1::RunState reported = v1::RUN_STATE_UNSPECIFIED;
  std::string reason;
};

struct RunStep {
  RunProgress next;
  std::string reason;  // for people; empty: keep the old one
  std::vector<RunEffect> effects;
};

RunStep Step(const RunProgress& now, const RunInput& input);

bool IsTerminal(v1::RunState state);
// Whether a run in this state takes a slot of its agent.
bool TakesSlot(v1::RunState state);
std::string StateName(v1::RunState state);  // "running"

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RUNS_RUN_STATE_H_
