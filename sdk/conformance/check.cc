#include "sdk/conformance/check.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::conformance {
namespace {

constexpr char kPrefix[] = "seep-driver-check";

bool Names(const std::string& wanted, const std::string& id) { return wanted == id || absl::StartsWith(id, wanted + "."); }

absl::StatusOr<std::vector<Rule>> Select(const std::vector<std::string>& wanted) {
  std::vector<Rule> all = AllRules(), selected;
  for (const std::string& name : wanted) {
    if (std::any_of(all.begin(), all.end(), [&](const Rule& rule) { return Names(name, rule.id); })) continue;
    return absl::InvalidArgumentError(absl::StrCat("no rule '", Printable(name), "'; there are R-1.1 to ", all.back().id, ", or a section such as R-4"));
  }
  for (Rule& rule : all) {
    if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) { return Names(name, rule.id); })) {
      selected.push_back(std::move(rule));
    }
  }
  return selected;
}

// "R-7.12" → (7, 12)
std::pair<int, int> NumberOf(const std::string& id) {
  int section = 0, rule = 0;
  std::sscanf(id.c_str(), "R-%d.%d", &section, &rule);
  return {section, rule};
}

std::string Missing(const Trial& trial, const Rule& rule) {
  for (const std::string& need : rule.needs) {
    if (need[0] == ':') {
      if (!trial.Offers(need.substr(1))) return absl::StrCat("operation ", need.substr(1), " is not offered");
    } else if (!trial.Can(need)) {
      return absl::StrCat("capability ", need, " is not declared");
    }
  }
  return "";
}

Finding Check(Trial& trial, const Rule& rule) {
  if (const std::string missing = Missing(trial, rule); !missing.empty()) return Skip(missing);
  Finding finding = rule.check(trial);
  trial.Tidy();
  return finding;
}

}  // namespace

std::vector<Rule> AllRules() {
  std::vector<Rule> all;
  for (const auto part : {TransportRules, RequestRules, HostLifeRules, InstanceLifeRules, DeadlineRules, ErrorRules, MethodRules, CapabilityRules, PaymentRules,
                          NotificationRules}) {
    for (Rule& rule : part()) all.push_back(std::move(rule));
  }
  std::stable_sort(all.begin(), all.end(), [](const Rule& a, const Rule& b) { return NumberOf(a.id) < NumberOf(b.id); });
  return all;
}

absl::StatusOr<Report> CheckHost(const HostCommand& command, const std::vector<std::string>& wanted) {
  SEEP_ASSIGN_OR_RETURN(const std::vector<Rule> rules, Select(wanted));
  TempDirectory::RemoveAbandoned(kPrefix);  // of checks that were killed
  SEEP_ASSIGN_OR_RETURN(TempDirectory directory, TempDirectory::Create(kPrefix));
  Trial trial(command, std::move(directory));
  const Problem no_start = trial.Introduce();
  Report report;
  report.introduction = trial.introduction();
  for (const Rule& rule : rules) {
    Finding finding = no_start ? trial.NoHost() : Check(trial, rule);
    if (no_start && rule.id == "R-3.1") finding = *no_start;
    report.results.push_back({rule.id, rule.title, std::move(finding)});
  }
  // What was wrong in any conversation, also of other rules' checks.
  for (RuleResult& result : report.results) {
    const Finding* remark = trial.traffic().Of(result.id);
    if (remark != nullptr && result.finding.outcome != Outcome::kFail) result.finding = *remark;
  }
  return report;
}

}  // namespace seep::conformance
