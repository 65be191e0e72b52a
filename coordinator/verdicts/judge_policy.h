// What a run asks of its judge.
#ifndef SEEP_COORDINATOR_VERDICTS_JUDGE_POLICY_H_
#define SEEP_COORDINATOR_VERDICTS_JUDGE_POLICY_H_

#include "analysis/verdict/run_judge.h"
#include "seep/v1/run.pb.h"

namespace seep::coordinator {

double PlannedSeconds(const v1::Run& run);
analysis::JudgePolicy PolicyOf(const v1::Run& run);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_VERDICTS_JUDGE_POLICY_H_
