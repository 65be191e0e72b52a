// Chance, injected: the same seed gives the same draws on any machine (R14).
//
// Threads: one at a time.
#ifndef SEEP_COMMON_OS_RANDOM_H_
#define SEEP_COMMON_OS_RANDOM_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace seep {

// SplitMix64 (Steele, Lea, Flood 2014): one word of state, the same sequence
// everywhere, unlike the unspecified std distributions.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next();
  double Uniform();                                     // [0, 1)
  std::uint64_t Below(std::uint64_t bound);             // [0, bound), unbiased; bound > 0
  absl::Duration Between(absl::Duration low, absl::Duration high);  // [low, high], whole microseconds
  // An independent stream for a named purpose, so that adding one consumer
  // does not change what the others draw.
  Random Fork(std::string_view purpose) const;

 private:
  std::uint64_t state_;
};

// From the kernel: for seeds and ids that nobody chose.
std::uint64_t EntropySeed();
std::string EntropyHex(int bytes);  // lower case, 2 characters a byte

}  // namespace seep

#endif  // SEEP_COMMON_OS_RANDOM_H_
