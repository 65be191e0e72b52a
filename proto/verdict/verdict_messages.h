// The judge's answer as a message: the one place where both are known, for the
// coordinator that judges runs and the CLI that judges recordings.
//
// Threads: pure.
#ifndef SEEP_PROTO_VERDICT_VERDICT_MESSAGES_H_
#define SEEP_PROTO_VERDICT_VERDICT_MESSAGES_H_

#include "analysis/verdict/verdict.h"
#include "seep/v1/verdict.pb.h"

namespace seep {

v1::RunVerdict ToMessage(const analysis::RunVerdict& verdict);
// For a verdict that is to be kept; `message` is ToMessage's of the same.
void AddCurves(const analysis::RunVerdict& verdict, v1::RunVerdict& message);

// Back again, curves included; rules are left out.
analysis::RunVerdict FromMessage(const v1::RunVerdict& message);

}  // namespace seep

#endif  // SEEP_PROTO_VERDICT_VERDICT_MESSAGES_H_
