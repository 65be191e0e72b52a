// What a soaked SDK's gauges look like: 20 of them, shaped after recordings of
// the simulated wallet under payments (one sample a second).
//
// Memory moves by whole pages with noise, the heap saws by 16 bytes, counters
// rise unevenly, some gauges hardly move, and two are quotients with the decimals
// that agents leave them (CPU and memory percent). Sampling times jitter as a busy host's do.
//
// Threads: one at a time. The same seed gives the same figures everywhere.
#ifndef SEEP_STORAGE_CHUNKS_TESTING_SOAK_FIGURES_H_
#define SEEP_STORAGE_CHUNKS_TESTING_SOAK_FIGURES_H_

#include <array>
#include <cstdint>

#include "common/os/random.h"
#include "seep/v1/sample.pb.h"
#include "storage/chunks/chunk.h"

namespace seep::storage::testing {

inline constexpr std::size_t kSoakGauges = 20;
extern const std::array<const char*, kSoakGauges> kSoakGaugeNames;

struct SoakFigures {
  std::int64_t monotonic_us = 0;
  std::int64_t wall_us = 0;
  std::array<double, kSoakGauges> values = {};
};

class SoakTarget {
 public:
  // `leak`: bytes that resident memory gains a second.
  explicit SoakTarget(std::uint64_t seed, double leak = 0) : random_(seed), leak_(leak) {}

  const SoakFigures& Next();
  // As Next, as a sample: gauges 1 to kSoakGauges, soak phase, generation 1.
  v1::Sample NextSample();
  std::uint64_t sequence() const { return sequence_; }

 private:
  double Uniform(double least, double greatest);
  bool OneIn(std::uint64_t times) { return random_.Below(times) == 0; }
  // About `mean` events, never negative.
  double Events(double mean);
  void Memory();
  void Counters();

  Random random_;
  double leak_;
  std::uint64_t sequence_ = 0;
  SoakFigures now_;
  double heap_ = 12e6;
  double swing_pages_ = 0;
};

// `count` samples of a new target.
Chunk SoakChunk(std::uint64_t seed, std::size_t count = kMaxChunkSamples);

}  // namespace seep::storage::testing

#endif  // SEEP_STORAGE_CHUNKS_TESTING_SOAK_FIGURES_H_
