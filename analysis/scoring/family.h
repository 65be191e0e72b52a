// Families of simulated runs that try to break the engine: healthy programs
// that look like leaks, and leaks that hide.
//
// Written for this repository, apart from the corpus that the priors came
// from; deterministic in (seed, family, instance).
// Threads: pure functions. Failure: none.
#ifndef SEEP_ANALYSIS_SCORING_FAMILY_H_
#define SEEP_ANALYSIS_SCORING_FAMILY_H_

#include <cstdint>
#include <string>
#include <vector>

namespace seep::analysis {

struct SimulatedRun {
  double step_s = 1;
  std::vector<double> t_s;
  std::vector<int> generation;
  std::vector<double> rss_kb, heap_kb;  // heap empty: the target has no inside view
  std::vector<double> threads, fds, connections;
  std::vector<double> payments, reconnects;  // cumulative
  std::vector<double> load;
  // The truth.
  bool leaks = false;
  std::string leaking_series;    // "heap_kb", "rss_kb", "fds", ...
  double rate_per_minute = 0;
  double bytes_per_payment = 0;  // 0: not tied to payments
};

struct Family {
  std::string name;
  bool leaks = false;
  SimulatedRun (*simulate)(std::uint64_t seed);
};

const std::vector<Family>& Families();

SimulatedRun Simulate(const Family& family, std::uint64_t seed, int instance);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_SCORING_FAMILY_H_
