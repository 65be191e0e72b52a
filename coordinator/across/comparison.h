// Two stored runs against each other: the arithmetic is analysis/compare's; here
// are the messages and what makes two runs hard to compare.
//
// Threads: pure.
#ifndef SEEP_COORDINATOR_ACROSS_COMPARISON_H_
#define SEEP_COORDINATOR_ACROSS_COMPARISON_H_

#include <string>
#include <vector>

#include "seep/v1/across.pb.h"
#include "storage/across_runs.h"

namespace seep::coordinator {

v1::RunComparison Compare(const storage::ComparableRun& base, const storage::ComparableRun& run,
                          const v1::CompareRunsRequest& request);

// Sentences, most weighty first: verdicts that are not final, other SDKs,
// scenarios, hosts, seeds, paces, durations; samples that were lost.
std::vector<std::string> Warnings(const v1::Run& base, const v1::Run& run);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_ACROSS_COMPARISON_H_
