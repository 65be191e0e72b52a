// The values of one stored block, gauge by gauge, decoding no more than asked.
//
// Threads: those of the caller.
// Failure: Open: kDataLoss naming the samples; then it has no values.
#ifndef SEEP_STORAGE_QUERIES_BLOCK_VALUES_H_
#define SEEP_STORAGE_QUERIES_BLOCK_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "seep/v1/sample.pb.h"
#include "storage/chunks/chunk_codec.h"
#include "storage/stores/stored_blocks.h"

namespace seep::storage {

class BlockValues {
 public:
  // All gauges of the stream, or the one of the run's number `only`. Copies what
  // it needs of the block.
  absl::Status Open(const StoredBlock& block, const StreamGauges& gauges, std::optional<std::uint32_t> only);
  void Clear() { columns_.clear(), column_ = row_ = 0, begun_ = false; }

  bool Next();  // true: on a value

  std::uint32_t gauge() const { return columns_[column_].gauge; }  // the run's number
  double value() const { return columns_[column_].values[row_]; }
  std::int64_t monotonic_us() const { return monotonic_us_[sample()]; }
  std::int64_t wall_us() const { return wall_us_[sample()]; }
  std::uint32_t generation() const { return generation_[sample()]; }
  v1::Phase phase() const { return static_cast<v1::Phase>(phase_[sample()]); }

 private:
  std::size_t sample() const { return columns_[column_].rows[row_]; }
  absl::Status OpenChunk(const StoredBlock& block, std::optional<std::uint32_t> only);
  absl::Status OpenTail(const StoredBlock& block, const StreamGauges& gauges, std::optional<std::uint32_t> only);

  std::vector<std::int64_t> monotonic_us_, wall_us_;
  std::vector<std::uint32_t> generation_;
  std::vector<std::int32_t> phase_;
  std::vector<GaugeColumn> columns_;
  std::size_t column_ = 0, row_ = 0;
  bool begun_ = false;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERIES_BLOCK_VALUES_H_
