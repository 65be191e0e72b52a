#include "coordinator/scheduler/placement.h"

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace seep::coordinator {
namespace {

bool HasLabels(const v1::AgentInfo& agent, const v1::RunSpec& spec) {
  return std::all_of(spec.placement().begin(), spec.placement().end(), [&](const auto& label) {
    const auto found = agent.labels().find(label.first);
    return found != agent.labels().end() && found->second == label.second;
  });
}

const v1::AgentInfo::DriverInfo* DriverOf(const v1::AgentInfo& agent, const std::string& name) {
  for (const auto& driver : agent.drivers()) {
    if (driver.name() == name) return &driver;
  }
  return nullptr;
}

// A driver that lists no versions has one, unnamed.
bool HasVersion(const v1::AgentInfo::DriverInfo& driver, const std::string& version) {
  return version.empty() || std::find(driver.versions().begin(), driver.versions().end(), version) !=
                                driver.versions().end();
}

std::string LabelList(const v1::RunSpec& spec) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : spec.placement()) labels.push_back(absl::StrCat(key, "=", value));
  std::sort(labels.begin(), labels.end());
  return absl::StrJoin(labels, ", ");
}

std::string VersionsOffered(const std::vector<const Candidate*>& agents, const std::string& driver) {
  std::vector<std::string> versions;
  for (const Candidate* candidate : agents) {
    for (const std::string& version : DriverOf(*candidate->agent, driver)->versions()) versions.push_back(version);
  }
  std::sort(versions.begin(), versions.end());
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  if (versions.size() > 10) versions.resize(10);
  return versions.empty() ? "none is named" : absl::StrJoin(versions, ", ");
}

using Fits = std::function<bool(const Candidate&)>;
std::vector<const Candidate*> Keep(const std::vector<const Candidate*>& from, const Fits& fits) {
  std::vector<const Candidate*> kept;
  std::copy_if(from.begin(), from.end(), std::back_inserter(kept), [&](const Candidate* c) { return fits(*c); });
  return kept;
}

std::vector<const Candidate*> WithFreeSlots(std::vector<const Candidate*> fitting, std::string& reason) {
  const auto left = Keep(fitting, [](const Candidate& c) { return !c.agent->draining(); });
  if (left.empty()) return reason = "the agents that fit are draining", left;
  auto free = Keep(left, [](const Candidate& c) { return c.slots_taken < c.agent->slots(); });
  if (free.empty()) {
    std::uint32_t slots = 0;
    for (const Candidate* candidate : left) slots += candidate->agent->slots();
    reason = absl::StrCat("all ", slots, " slots of the agents that fit are taken");
  }
  return free;
}

// Processes that agents start or attach to, by the names of their own lists.
std::vector<const Candidate*> WithEntries(const v1::TargetSpec& target, std::vector<const Candidate*> left, std::string& reason) {
  const auto lists = [](const google::protobuf::RepeatedPtrField<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  left = Keep(left, [&](const Candidate& c) { return lists(c.agent->targets(), target.entry()); });
  if (left.empty()) return reason = absl::StrCat("no agent has target ", target.entry()), left;
  if (!target.has_load()) return left;
  left = Keep(left, [&](const Candidate& c) { return lists(c.agent->loads(), target.load().entry()); });
  if (left.empty()) reason = absl::StrCat("no agent that has target ", target.entry(), " has load ", target.load().entry());
  return left;
}

// Narrows the fleet condition by condition; the first that leaves nobody is
// the reason.
std::vector<const Candidate*> Fitting(const v1::RunSpec& spec, const std::vector<Candidate>& candidates,
                                      std::string& reason) {
  const std::string& driver = spec.target().driver();
  const std::string& version = spec.target().version();
  std::vector<const Candidate*> all;
  for (const Candidate& candidate : candidates) all.push_back(&candidate);
  auto left = Keep(all, [](const Candidate& c) { return c.agent->connected(); });
  if (left.empty()) return reason = "no agent is connected", left;
  left = Keep(left, [&](const Candidate& c) { return HasLabels(*c.agent, spec); });
  if (left.empty()) return reason = absl::StrCat("no agent has the labels ", LabelList(spec)), left;
  if (spec.target().kind() == v1::TARGET_KIND_PROCESS || spec.target().kind() == v1::TARGET_KIND_ATTACH) {
    left = WithEntries(spec.target(), std::move(left), reason);
    return left.empty() ? left : WithFreeSlots(std::move(left), reason);
  }
  left = Keep(left, [&](const Candidate& c) { return DriverOf(*c.agent, driver) != nullptr; });
  if (left.empty()) return reason = absl::StrCat("no agent has driver ", driver), left;
  auto versioned = Keep(left, [&](const Candidate& c) { return HasVersion(*DriverOf(*c.agent, driver), version); });
  if (versioned.empty()) {
    reason = absl::StrCat("no agent has driver ", driver, " ", version, " (installed: ",
                          VersionsOffered(left, driver), ")");
    return versioned;
  }
  return WithFreeSlots(std::move(versioned), reason);
}

double FreeShare(const Candidate& candidate) {
  return 1.0 - static_cast<double>(candidate.slots_taken) / candidate.agent->slots();
}

}  // namespace

std::vector<Placement> PlaceRuns(const std::vector<const v1::RunSpec*>& queued, std::vector<Candidate> candidates) {
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.agent->agent() < b.agent->agent(); });
  std::vector<Placement> placements;
  for (const v1::RunSpec* spec : queued) {
    Placement placement;
    placement.run_id = spec->run_id();
    const Candidate* best = nullptr;
    for (const Candidate* candidate : Fitting(*spec, candidates, placement.reason)) {
      if (best == nullptr || FreeShare(*candidate) > FreeShare(*best)) best = candidate;
    }
    if (best != nullptr) {
      placement.agent = best->agent->agent();
      ++candidates[static_cast<std::size_t>(best - candidates.data())].slots_taken;
    }
    placements.push_back(std::move(placement));
  }
  return placements;
}

}  // namespace seep::coordinator
