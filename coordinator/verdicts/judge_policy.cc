#include "coordinator/verdicts/judge_policy.h"

namespace seep::coordinator {

double PlannedSeconds(const v1::Run& run) { return static_cast<double>(run.spec().duration_ms()) / 1000; }

analysis::JudgePolicy PolicyOf(const v1::Run& run) {
  const v1::VerdictSpec& judging = run.judging();
  analysis::JudgePolicy policy;
  if (judging.has_memory_per_minute_bytes()) policy.memory_per_minute_bytes = judging.memory_per_minute_bytes();
  if (judging.has_memory_per_operation_bytes()) {
    policy.memory_per_operation_bytes = judging.memory_per_operation_bytes();
  }
  if (judging.has_resource_per_minute()) policy.resource_per_minute = judging.resource_per_minute();
  if (judging.has_resource_per_operation()) policy.resource_per_operation = judging.resource_per_operation();
  if (judging.managed_collector()) {
    const bool forced = run.spec().sampling().force_collection() || run.spec().scenario().has_collect_garbage();
    policy.collector = forced ? analysis::Collector::kForced : analysis::Collector::kManaged;
  }
  policy.planned_duration_s = PlannedSeconds(run);
  policy.rule_sets.assign(judging.rule_sets().begin(), judging.rule_sets().end());
  for (const auto& budget : judging.budgets()) policy.budgets.push_back({budget.series(), budget.ceiling()});
  return policy;
}

}  // namespace seep::coordinator
