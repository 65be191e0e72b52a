// Prints figures and ratios as they come, each ratio with what it should reach
// (design table "Ratios to reach"), and keeps count.
//
// Threads: one at a time.
#ifndef SEEP_STORAGE_BENCH_RATIO_H_
#define SEEP_STORAGE_BENCH_RATIO_H_

#include <string>

namespace seep::storage::bench {

enum class Reach { kNone, kAtMost, kAtLeast };

void Section(const std::string& title);
void Figure(const std::string& what, double value, const char* unit);
// ours / peers. `absent`: why the peer has no figure; empty when it has one.
void Ratio(const std::string& what, double ours, double peers, Reach reach, double target, const std::string& absent);
// One line of how many were reached; 0, as a missed ratio is a finding, not a failure.
int Verdict();

}  // namespace seep::storage::bench

#endif  // SEEP_STORAGE_BENCH_RATIO_H_
