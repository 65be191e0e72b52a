#include "coordinator/upkeep/retention_policy.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace seep::coordinator {
namespace {

bool Applies(const RetentionRule& rule, const storage::ExpirableRun& run) {
  return std::all_of(rule.labels.begin(), rule.labels.end(), [&](const auto& label) {
    const auto found = run.labels.find(label.first);
    return found != run.labels.end() && found->second == label.second;
  });
}

std::string Words(absl::Duration age) {
  constexpr absl::Duration kDay = absl::Hours(24);
  if (age >= 2 * kDay) return absl::StrCat(age / kDay, " days");
  return absl::FormatDuration(absl::Trunc(age, absl::Minutes(1)));
}

}  // namespace

absl::Duration RetentionPolicy::youngest() const {
  absl::Duration youngest = absl::InfiniteDuration();
  for (const RetentionRule& rule : rules_) {
    youngest = std::min({youngest, rule.keep_details, rule.keep_minutes, rule.keep_runs});
  }
  return youngest;
}

std::optional<storage::ExpiryOrder> RetentionPolicy::Decide(const storage::ExpirableRun& run, WallTime now) const {
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const RetentionRule& r) { return Applies(r, run); });
  if (rule == rules_.end()) return std::nullopt;
  // Wall time is all there is across restarts; a clock set back only waits longer.
  const absl::Duration age = now.time() - absl::FromUnixMicros(run.ended_wall_us);
  auto keeps = v1::SAMPLE_TIER_RAW;
  absl::Duration limit = absl::InfiniteDuration();
  const auto reach = [&](absl::Duration keep, v1::SampleTier then) {
    if (age < keep) return;
    keeps = then;
    limit = keep;
  };
  reach(rule->keep_details, v1::SAMPLE_TIER_MINUTES);
  reach(rule->keep_minutes, v1::SAMPLE_TIER_HOURS);
  reach(rule->keep_runs, v1::SAMPLE_TIER_NONE);
  if (keeps < run.keeps || (keeps == run.keeps && !run.leftovers) || keeps == v1::SAMPLE_TIER_RAW) return std::nullopt;
  const char* what = keeps == v1::SAMPLE_TIER_MINUTES ? "details" : keeps == v1::SAMPLE_TIER_HOURS ? "minutes" : "runs";
  return storage::ExpiryOrder{run.run_id, keeps,
                              absl::StrCat("ended ", Words(age), " ago; rule ", rule - rules_.begin() + 1, " of the retention keeps ", what,
                                           " for ", Words(limit))};
}

}  // namespace seep::coordinator
