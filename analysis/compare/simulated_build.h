// A build of an SDK whose runs are simulated, so that what two builds differ by
// is known: heap and resident memory with a warm-up, a collector's sawtooth,
// noise that remembers, an allocator that starts somewhere else in each run,
// and so many bytes kept a payment. For tests.
#ifndef SEEP_ANALYSIS_COMPARE_SIMULATED_BUILD_H_
#define SEEP_ANALYSIS_COMPARE_SIMULATED_BUILD_H_

#include <cmath>
#include <random>
#include <vector>

#include "analysis/verdict/run_judge.h"

namespace seep::analysis {

struct SimulatedBuild {
  double heap_bytes = 40e6;
  double warm_bytes = 4e6, warm_s = 30;
  double tooth_bytes = 2e6, tooth_s = 17;
  double noise_bytes = 150e3, noise_s = 5;  // AR(1)
  double start_spread = 0.005;              // of the heap, from run to run
  double kept_bytes = 0;                    // a payment
  double payments_per_minute = 120;
};

struct SimulatedVerdict {
  RunVerdict verdict;
  std::vector<double> t_s, heap;  // without noise and sawtooth: the truth
};

inline SimulatedVerdict Soak(const SimulatedBuild& build, double minutes, double step_s, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<> normal;
  RunJudge judge({});
  judge.AddSeries(ClassifySeries("rss", "bytes", false));
  judge.AddSeries(ClassifySeries("heap_allocated", "bytes", false));
  judge.AddSeries(ClassifySeries("threads", "count", false));
  judge.AddSeries(ClassifySeries("fds", "count", false));
  judge.AddOperation("payments");
  SimulatedVerdict out;
  const double keep = std::exp(-step_s / build.noise_s);
  double noise = build.noise_bytes * normal(random), payments = 0, tooth_at = 0, tooth = build.tooth_s;
  const double base = build.heap_bytes * (1 + build.start_spread * normal(random));
  const double around = build.heap_bytes * 0.6 + 2e6 * (1 + build.start_spread * normal(random));
  double peak = 0;
  for (double t = 0.1; t < minutes * 60; t += step_s) {
    payments += std::poisson_distribution<>(build.payments_per_minute / 60 * step_s)(random);
    while (t - tooth_at > tooth) tooth_at += tooth, tooth = build.tooth_s * (0.8 + 0.4 * std::generate_canonical<double, 32>(random));
    noise = keep * noise + build.noise_bytes * std::sqrt(1 - keep * keep) * normal(random);
    const double truth = base + build.warm_bytes * (1 - std::exp(-t / build.warm_s)) + build.kept_bytes * payments;
    const double heap = truth + noise + build.tooth_bytes * (t - tooth_at) / build.tooth_s;
    peak = std::max(peak, heap);
    const double rss = std::floor((around + 0.5 * (peak + heap)) / 4096) * 4096;
    const double threads = 18 + (normal(random) > 1.5), fds = 42 + std::floor(std::abs(normal(random)));
    const double values[] = {rss, heap, threads, fds};
    const double operations[] = {payments};
    judge.AddSample({t, 1, Phase::kSoak, values, operations, kUnknown});
    out.t_s.push_back(t);
    out.heap.push_back(truth + build.tooth_bytes / 2);
  }
  out.verdict = judge.Final();
  return out;
}

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_COMPARE_SIMULATED_BUILD_H_
