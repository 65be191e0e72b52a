// Prometheus and PostgreSQL, where they are installed: the same samples, in
// processes of their own that peers.py starts, feeds, measures and ends.
//
// Threads: one at a time.
// Failure: a peer that is not there, or fails, has no figures and says why.
#ifndef SEEP_STORAGE_BENCH_PEERS_H_
#define SEEP_STORAGE_BENCH_PEERS_H_

#include <cstdint>
#include <string>

namespace seep::storage::bench {

// CPU seconds and bytes per value.
struct PeerFigures {
  std::string prometheus, postgresql;  // why there are no figures; empty when there are
  double prometheus_cpu_10 = 0, prometheus_cpu_100 = 0;  // remote write, samples a series and message
  double prometheus_bytes = 0;                           // a block of two hours, compacted
  double postgresql_cpu = 0;                             // COPY
  double postgresql_bytes = 0;
  double postgresql_ask_per_sample = 0;  // CPU seconds of min, max, regr_slope, per sample
};

PeerFigures NoPeers(const std::string& why);

// At most `samples`, and no more than two hours of 14 runs.
PeerFigures MeasurePeers(std::uint64_t samples, const std::string& directory);

}  // namespace seep::storage::bench

#endif  // SEEP_STORAGE_BENCH_PEERS_H_
