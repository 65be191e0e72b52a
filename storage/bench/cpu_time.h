// What a benchmark counts: CPU time, which other work on the machine hardly
// changes, and the most memory that was ever in use.
//
// Threads: safe from any.
#ifndef SEEP_STORAGE_BENCH_CPU_TIME_H_
#define SEEP_STORAGE_BENCH_CPU_TIME_H_

#include <cstddef>

namespace seep::storage::bench {

double ProcessCpuSeconds();  // all threads, user and system
double ThreadCpuSeconds();   // the caller's
std::size_t PeakRssBytes();  // of the process, since it began

}  // namespace seep::storage::bench

#endif  // SEEP_STORAGE_BENCH_CPU_TIME_H_
