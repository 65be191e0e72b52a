// Samples that no agent has sent yet but one may: what a codec must survive.
//
// Threads: safe from any.
#ifndef SEEP_STORAGE_CHUNKS_TESTING_ODD_SAMPLES_H_
#define SEEP_STORAGE_CHUNKS_TESTING_ODD_SAMPLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "seep/v1/sample.pb.h"

namespace seep::storage::testing {

// 1 to `most` samples: gauges that come and go, change their order, repeat
// themselves; whole numbers, decimals, noise, NaNs with payloads, infinities,
// −0, denormals; gaps, restarts, times and sequences from anywhere; operations,
// and fields of a newer protocol. The same seed gives the same samples.
std::vector<v1::Sample> OddSamples(std::uint64_t seed, std::size_t most);

// The deterministic encoding: equal bytes, equal samples, NaNs included.
std::vector<std::string> BytesOf(const std::vector<v1::Sample>& samples);

}  // namespace seep::storage::testing

#endif  // SEEP_STORAGE_CHUNKS_TESTING_ODD_SAMPLES_H_
