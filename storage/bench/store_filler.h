// Fills a store as a fleet would: through SqliteStore, batches of all runs in
// turn, acknowledged after COMMIT, compacted while they come and compressed when
// their runs end.
//
// Threads: the store's own; the caller's makes the samples and is not counted.
// Ends the process when the store fails: it is a benchmark.
#ifndef SEEP_STORAGE_BENCH_STORE_FILLER_H_
#define SEEP_STORAGE_BENCH_STORE_FILLER_H_

#include <cstdint>
#include <string>

namespace seep::storage::bench {

struct FillPlan {
  std::string directory;
  int runs = 100;
  std::uint64_t samples_per_run = 0;
  std::uint32_t samples_per_message = 100;
};

// CPU seconds of the store's threads.
struct FillCost {
  double acknowledged = 0;  // until the last Ack; some compaction is in it
  double settled = 0;       // until every sample is in a compressed chunk
};

FillCost Fill(const FillPlan& plan);

// Each run has a target of its own: seed run + 1, and a leak.
double LeakOf(int run);

}  // namespace seep::storage::bench

#endif  // SEEP_STORAGE_BENCH_STORE_FILLER_H_
