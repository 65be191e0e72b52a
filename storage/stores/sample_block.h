// A batch of samples, opened and checked before anything of it is believed.
//
// Threads: safe from any.
// Failure: kDataLoss: the checksum does not fit (resend); kInvalidArgument: what
//          is wrong and where. Bounds as in store.h.
#ifndef SEEP_STORAGE_STORES_SAMPLE_BLOCK_H_
#define SEEP_STORAGE_STORES_SAMPLE_BLOCK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seep/v1/sample.pb.h"

namespace seep::storage {

inline constexpr std::size_t kMaxBlockBytes = 1 << 20;
inline constexpr std::uint32_t kMaxBlockSamples = 10'000;
// Far beyond any run, and far from where sums of sequences overflow.
inline constexpr std::uint64_t kMaxSequence = 1ULL << 53;
inline constexpr std::size_t kMaxGauges = 1'024;  // of a run

// Fills `block` (an old one is reused, with its memory). A batch without samples
// is good if it explains a hole.
absl::Status OpenBatch(const v1::SampleBatch& batch, v1::SampleBlock& block);

// [a-z][a-z0-9_.]{0,62}
bool IsGaugeName(const std::string& name);

// "run r-0001 from agent lab-3 (epoch 5f)": for messages.
std::string Describe(const v1::StreamKey& stream);

// Range of monotonic time within; {0, 0} of an empty block.
struct TimeRange {
  std::int64_t first_us = 0;
  std::int64_t last_us = 0;
};
TimeRange RangeOf(const v1::SampleBlock& block);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_SAMPLE_BLOCK_H_
