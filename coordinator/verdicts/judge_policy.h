// The judge's plain types and their messages.
#ifndef SEEP_COORDINATOR_VERDICTS_VERDICT_MESSAGES_H_
#define SEEP_COORDINATOR_VERDICTS_VERDICT_MESSAGES_H_

#include "analysis/verdict/run_judge.h"
#include "seep/v1/run.pb.h"

namespace seep::coordinator {

analysis::JudgePolicy PolicyOf(const v1::Run& run);
v1::RunVerdict ToMessage(const analysis::RunVerdict& verdict);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_VERDICTS_VERDICT_MESSAGES_H_
