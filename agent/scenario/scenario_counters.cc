#include "agent/scenario/scenario_counters.h"


namespace seep::agent {
namespace {

constexpr std::size_t kMaxKinds = 32;
}  // namespace

void ScenarioCounters::CountError(std::string_view kind) {
  ++errors_;
  // A host of a newer protocol may send any kind: only gauge names get through.
  std::string name = PlainName(kind);
  if (!by_kind_.contains(name) && by_kind_.size() >= kMaxKinds) name = "other";
  ++by_kind_[name];
}

std::vector<ScenarioValue> ScenarioCounters::Values() const {
  std::vector<ScenarioValue> values;
  const auto add = [&](std::string name, std::uint64_t count, bool operation) {
    if (count > 0) values.push_back({std::move(name), static_cast<double>(count), operation, true});
  };
  add("payments", payments, true);
  add("reconnects", reconnects, true);
  add("lifecycles", lifecycles, true);
  add("listener_changes", listener_changes, true);
  add("history_queries", history_queries, true);
  add("syncs", syncs, true);
  add("parses", parses, true);
  add("info_queries", info_queries, true);
  add("receives", receives, true);
  add("cancelled_connects", cancelled_connects, true);
  for (const auto& [kind, count] : failures) add("failures." + kind, count, true);
  for (const auto& [operation, count] : invokes) add("invoke." + operation, count, true);
  add("prefilled", prefilled, false);
  add("late_cancels", late_cancels, false);
  add("refills", refills, false);
  add("collections", collections, false);
  add("replacements", replacements, false);
  add("warnings", warnings, false);
  add("events", events, false);
  std::uint64_t dropped = 0, waiting = 0;
  for (const auto& [part, pace] : paces) {
    dropped += pace.dropped;
    waiting += pace.waiting.size();
  }
  if (!paces.empty() && paces.begin()->second.arrivals) {
    values.push_back({"dropped_iterations", static_cast<double>(dropped), false, true});
    values.push_back({"waiting_iterations", static_cast<double>(waiting), false, false});
  }
  values.push_back({"errors", static_cast<double>(errors_), false, true});
  for (const auto& [kind, count] : by_kind_) add("errors." + kind, count, false);
  values.push_back({"listeners_expected", static_cast<double>(listeners_expected), false, false});
  return values;
}

}  // namespace seep::agent
