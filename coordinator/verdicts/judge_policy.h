// What a run asks of its judge.
#ifndef SEEP_COORDINATOR_VERDICTS_JUDGE_POLICY_H_
#define SEEP_COORDINATOR_VERDICTS_JUDGE_POLICY_H_

#include "analysis/verdict/run_judge.h"
#include "seep/v1/run.pb.h"

namespace seep::coordinator {

double PlannedSeconds(const v1::Run& run);

// Whether the target's memory is garbage collected: as the campaign says, else
// as the agent's entry of the driver or target, else by the host's language
// (Go, JavaScript, Python, Java and such are; C++ and Rust, and what is not
// known, are not). All three are kept with the run, so that it is judged alike
// years later.
bool IsManaged(const v1::Run& run);

analysis::JudgePolicy PolicyOf(const v1::Run& run);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_VERDICTS_JUDGE_POLICY_H_
