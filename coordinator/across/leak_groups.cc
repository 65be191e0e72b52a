#include "coordinator/across/leak_groups.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "analysis/compare/pool.h"
#include "coordinator/across/version_order.h"

namespace seep::coordinator {
namespace {

using storage::SeriesSighting;

constexpr int kShownRuns = 8;

struct OfVersion {
  std::vector<const SeriesSighting*> leaks;
  std::uint32_t leaking = 0, clean = 0, undecided = 0;
};

struct Group {
  std::vector<const SeriesSighting*> leaks;  // newest first
  std::map<std::string, OfVersion, VersionLess> versions;
  const SeriesSighting* first = nullptr;  // the earliest run that leaked, of all times
  const SeriesSighting* last = nullptr;
};
using Key = std::tuple<std::string, std::string, std::string>;  // sdk, scenario, series

Key KeyOf(const SeriesSighting& one) { return {one.sdk, one.scenario, one.series}; }

analysis::Estimate Of(const v1::Estimate& e) { return {e.value(), e.low(), e.high()}; }

void Set(v1::Estimate& out, const analysis::Estimate& e) {
  out.set_value(e.value);
  out.set_low(e.low);
  out.set_high(e.high);
}

// Which operation most of them blame; the first by name where they are even.
std::string BlamedMost(const std::vector<const SeriesSighting*>& leaks) {
  std::map<std::string, int> votes;
  for (const SeriesSighting* one : leaks) {
    if (!one->operation.empty()) ++votes[one->operation];
  }
  const auto most = std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == votes.end() ? std::string() : most->first;
}

template <typename Message>
void SetFigures(const std::vector<const SeriesSighting*>& leaks, Message& out) {
  const std::string operation = BlamedMost(leaks);
  std::vector<analysis::Estimate> kept, slope;
  for (const SeriesSighting* one : leaks) {
    slope.push_back(Of(one->slope_per_minute));
    if (!operation.empty() && one->operation == operation) kept.push_back(Of(one->kept_per_operation));
  }
  out.set_operation(operation);
  Set(*out.mutable_kept_per_operation(), analysis::Pooled(kept));
  Set(*out.mutable_slope_per_minute(), analysis::Pooled(slope));
}

void Count(const SeriesSighting& one, Group& group) {
  OfVersion& version = group.versions[one.version];
  version.leaking += one.verdict == v1::VERDICT_LEAK;
  version.clean += one.verdict == v1::VERDICT_CLEAN;
  version.undecided += one.verdict != v1::VERDICT_LEAK && one.verdict != v1::VERDICT_CLEAN;
  if (one.verdict != v1::VERDICT_LEAK) return;
  if (group.first == nullptr || one.wall_us < group.first->wall_us) group.first = &one;
  if (group.last == nullptr || one.wall_us > group.last->wall_us) group.last = &one;
}

void WriteVersions(const Group& group, v1::Leak& leak) {
  for (const auto& [name, version] : group.versions) {
    if (version.leaking > 0) {
      if (leak.leaking_runs() == 0) leak.set_first_version(name);
      leak.set_last_version(name);
      leak.clear_clean_version();
    } else if (version.clean > 0 && leak.leaking_runs() > 0 && leak.clean_version().empty()) {
      leak.set_clean_version(name);
    }
    leak.set_leaking_runs(leak.leaking_runs() + version.leaking);
    leak.set_runs(leak.runs() + version.leaking + version.clean + version.undecided);
    v1::LeakVersion& out = *leak.add_versions();
    out.set_version(name);
    out.set_leaking_runs(version.leaking);
    out.set_clean_runs(version.clean);
    out.set_undecided_runs(version.undecided);
    if (version.leaks.empty()) continue;
    SetFigures(version.leaks, out);
    for (const SeriesSighting* one : version.leaks) {
      if (out.run_ids_size() < kShownRuns) out.add_run_ids(one->run_id);
    }
  }
}

v1::Leak LeakOf(const Key& key, const Group& group) {
  v1::Leak leak;
  leak.set_sdk(std::get<0>(key));
  leak.set_scenario(std::get<1>(key));
  leak.set_series(std::get<2>(key));
  leak.set_unit(group.leaks.front()->unit);
  WriteVersions(group, leak);
  leak.set_first_wall_us(group.first->wall_us);
  leak.set_first_run_id(group.first->run_id);
  leak.set_last_wall_us(group.last->wall_us);
  leak.set_last_run_id(group.last->run_id);
  SetFigures(group.leaks, leak);
  return leak;
}

}  // namespace

v1::ListLeaksResponse GroupLeaks(const storage::Sightings& sightings, std::size_t limit) {
  std::map<Key, Group> groups;
  for (const SeriesSighting& one : sightings.leaks) {
    Group& group = groups[KeyOf(one)];
    group.leaks.push_back(&one);
    group.versions[one.version].leaks.push_back(&one);
  }
  for (const SeriesSighting& one : sightings.all) {
    const auto group = groups.find(KeyOf(one));
    if (group != groups.end()) Count(one, group->second);
  }
  std::vector<v1::Leak> leaks;
  for (const auto& [key, group] : groups) {
    // A run that was deleted between the two questions leaves nothing to say.
    if (group.first != nullptr) leaks.push_back(LeakOf(key, group));
  }
  std::stable_sort(leaks.begin(), leaks.end(), [](const v1::Leak& a, const v1::Leak& b) { return a.last_wall_us() > b.last_wall_us(); });
  v1::ListLeaksResponse response;
  response.set_truncated(sightings.truncated || leaks.size() > limit);
  if (leaks.size() > limit) leaks.resize(limit);
  for (v1::Leak& leak : leaks) *response.add_leaks() = std::move(leak);
  return response;
}

}  // namespace seep::coordinator
