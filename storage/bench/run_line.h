// The answer that every side must give of one gauge of one run, and that all
// sides must agree on.
#ifndef SEEP_STORAGE_BENCH_RUN_LINE_H_
#define SEEP_STORAGE_BENCH_RUN_LINE_H_

#include <cstddef>
#include <vector>

namespace seep::storage::bench {

struct RunLine {
  double min = 0, max = 0;
  double slope = 0;  // a second
};
using RunLines = std::vector<RunLine>;  // by run, from the first

// What is asked for everywhere: resident memory.
inline constexpr std::size_t kAskedGauge = 0;
inline constexpr char kAskedGaugeName[] = "rss";

}  // namespace seep::storage::bench

#endif  // SEEP_STORAGE_BENCH_RUN_LINE_H_
