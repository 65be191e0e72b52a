#include "coordinator/verdicts/judge_policy.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace seep::coordinator {

double PlannedSeconds(const v1::Run& run) { return static_cast<double>(run.spec().duration_ms()) / 1000; }

namespace {

// As hosts name themselves (SPEC.md, `initialize`), in lower case.
constexpr absl::string_view kCollected[] = {
    "c#", "clojure", "csharp", "dart", "dotnet", "elixir", "erlang", "f#", "go", "golang", "groovy", "haskell", "java",
    "javascript", "js", "julia", "kotlin", "lua", "node", "node.js", "nodejs", "ocaml", "php", "python", "ruby", "scala",
    "typescript"};

}  // namespace

bool IsManaged(const v1::Run& run) {
  if (run.judging().has_managed_collector()) return run.judging().managed_collector();
  if (run.has_managed_collector()) return run.managed_collector();
  // "Python 3.11", "go/1.22": the word before a version counts.
  const absl::string_view language = run.sdk_language();
  const std::string word = absl::AsciiStrToLower(language.substr(0, language.find_first_of(" /")));
  return std::find(std::begin(kCollected), std::end(kCollected), word) != std::end(kCollected);
}

analysis::JudgePolicy PolicyOf(const v1::Run& run) {
  const v1::VerdictSpec& judging = run.judging();
  analysis::JudgePolicy policy;
  if (judging.has_memory_per_minute_bytes()) policy.memory_per_minute_bytes = judging.memory_per_minute_bytes();
  if (judging.has_memory_per_operation_bytes()) {
    policy.memory_per_operation_bytes = judging.memory_per_operation_bytes();
  }
  if (judging.has_resource_per_minute()) policy.resource_per_minute = judging.resource_per_minute();
  if (judging.has_resource_per_operation()) policy.resource_per_operation = judging.resource_per_operation();
  if (IsManaged(run)) {
    const bool forced = run.spec().sampling().force_collection() || run.spec().scenario().has_collect_garbage();
    policy.collector = forced ? analysis::Collector::kForced : analysis::Collector::kManaged;
  }
  policy.planned_duration_s = PlannedSeconds(run);
  policy.rule_sets.assign(judging.rule_sets().begin(), judging.rule_sets().end());
  for (const auto& budget : judging.budgets()) policy.budgets.push_back({budget.series(), budget.ceiling()});
  return policy;
}

}  // namespace seep::coordinator
