#include "coordinator/runs/run_state.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace seep::coordinator {
namespace {

// What only leaves the coordinator's own hands: no agent has anything of it.
RunStep CloseNow(RunProgress next, v1::RunState state, std::string reason) {
  next.end = RunEnd{state, reason};
  next.closing = true;
  return {next, std::move(reason), {RunEffect::kClose}};
}

RunStep OnReported(RunProgress next, const RunInput& input) {
  if (next.state == v1::RUN_STATE_QUEUED || next.end) return {next, "", {}};
  const bool resumed = next.state == v1::RUN_STATE_LOST;
  next.state = input.reported;
  RunStep step{next, resumed && input.reason.empty() ? "its agent is back" : input.reason, {}};
  // Said again after each silence: the first StopRun may not have arrived.
  if (next.stop_asked && input.reported != v1::RUN_STATE_STOPPING) step.effects.push_back(RunEffect::kTellStop);
  return step;
}

RunStep OnSilent(RunProgress next, const RunInput& input) {
  switch (next.state) {
    case v1::RUN_STATE_ASSIGNED:
      if (next.stop_asked) return CloseNow(next, v1::RUN_STATE_CANCELLED, "stopped before it had begun");
      // Requeue, not fail: losing an agent says nothing about the leak.
      next.state = v1::RUN_STATE_QUEUED;
      return {next, absl::StrCat("requeued: ", input.reason), {}};
    case v1::RUN_STATE_STARTING:
    case v1::RUN_STATE_RUNNING:
    case v1::RUN_STATE_STOPPING:
      // The target goes on without us; its samples wait in the agent's spool.
      next.state = v1::RUN_STATE_LOST;
      return {next, input.reason, {}};
    default:
      return {next, "", {}};
  }
}

RunStep OnForgot(RunProgress next, const RunInput& input) {
  if (next.state == v1::RUN_STATE_QUEUED) return {next, "", {}};
  if (next.state == v1::RUN_STATE_ASSIGNED) {
    if (next.stop_asked) return CloseNow(next, v1::RUN_STATE_CANCELLED, "stopped before it had begun");
    return {next, "", {RunEffect::kOffer}};
  }
  // Without its state nobody can say that more samples are to come.
  if (next.end) return CloseNow(next, next.end->state, next.end->reason);
  return CloseNow(next, v1::RUN_STATE_FAILED, input.reason);
}

RunStep OnStop(RunProgress next, const RunInput& input) {
  if (next.state == v1::RUN_STATE_QUEUED) return CloseNow(next, v1::RUN_STATE_CANCELLED, input.reason);
  const bool again = next.stop_asked;
  next.stop_asked = true;
  RunStep step{next, again ? "" : input.reason, {}};
  if (!next.end && next.state != v1::RUN_STATE_LOST) step.effects.push_back(RunEffect::kTellStop);
  return step;
}

RunStep OnEnded(RunProgress next, const RunInput& input) {
  if (next.state == v1::RUN_STATE_QUEUED) return {next, "", {RunEffect::kForget}};
  next.end = RunEnd{input.reported, input.reason};
  // Until its last samples are stored the run is still stopping.
  next.state = v1::RUN_STATE_STOPPING;
  return {next, input.reason, {}};
}

}  // namespace

RunStep Step(const RunProgress& now, const RunInput& input) {
  if (IsTerminal(now.state)) {
    const bool agent_has_it = input.event == RunEvent::kReported || input.event == RunEvent::kEnded;
    return {now, "", agent_has_it ? std::vector{RunEffect::kForget} : std::vector<RunEffect>{}};
  }
  if (now.closing) return {now, "", {}};
  RunProgress next = now;
  switch (input.event) {
    case RunEvent::kPlaced:
      if (now.state != v1::RUN_STATE_QUEUED) return {now, "", {}};
      next.state = v1::RUN_STATE_ASSIGNED;
      return {next, input.reason, {RunEffect::kOffer}};
    case RunEvent::kReported: return OnReported(next, input);
    case RunEvent::kEnded: return OnEnded(next, input);
    case RunEvent::kDelivered:
      if (!now.end) return {now, "", {}};
      return CloseNow(next, now.end->state, now.end->reason);
    case RunEvent::kAgentSilent: return OnSilent(next, input);
    case RunEvent::kAgentForgot: return OnForgot(next, input);
    case RunEvent::kLostTooLong:
      if (now.state != v1::RUN_STATE_LOST) return {now, "", {}};
      return CloseNow(next, v1::RUN_STATE_FAILED, input.reason);
    case RunEvent::kStopAsked: return OnStop(next, input);
  }
  return {now, "", {}};
}

bool IsTerminal(v1::RunState state) {
  return state == v1::RUN_STATE_FINISHED || state == v1::RUN_STATE_FAILED || state == v1::RUN_STATE_CANCELLED;
}

bool TakesSlot(v1::RunState state) {
  return state == v1::RUN_STATE_ASSIGNED || state == v1::RUN_STATE_STARTING || state == v1::RUN_STATE_RUNNING ||
         state == v1::RUN_STATE_STOPPING || state == v1::RUN_STATE_LOST;
}

std::string StateName(v1::RunState state) {
  const std::string name = v1::RunState_Name(state);
  return absl::AsciiStrToLower(absl::StripPrefix(name, "RUN_STATE_"));
}

}  // namespace seep::coordinator
