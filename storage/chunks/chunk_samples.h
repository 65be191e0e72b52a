// Samples into a chunk, and a chunk back into the same samples.
//
// Threads: those of the caller.
#ifndef SEEP_STORAGE_CHUNKS_CHUNK_SAMPLES_H_
#define SEEP_STORAGE_CHUNKS_CHUNK_SAMPLES_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seep/v1/sample.pb.h"
#include "storage/chunks/chunk.h"

namespace seep::storage {

// Gathers one chunk. Gauge ids must be the run's already: nothing is renumbered
// here. A chunk may span restarts and gaps of its stream: summaries are split
// by generation (column_summary.h), and sequences are kept one by one.
//
// Failure: kResourceExhausted: the chunk is full, nothing was added: Take it and
//          add the sample to the next. An empty builder never says so of a
//          sample that the store accepted (store.h's limits).
//          kInvalidArgument: not as many gauges as values, or too many.
class ChunkBuilder {
 public:
  absl::Status Add(const v1::Sample& sample);
  const Chunk& chunk() const { return chunk_; }
  std::size_t count() const { return chunk_.count(); }
  bool full() const { return count() == kMaxChunkSamples; }
  // The builder begins anew.
  Chunk Take();

 private:
  absl::Status CheckRoom(const v1::Sample& sample) const;
  // Whether every gauge found its place in the order of the columns.
  bool AddValues(const v1::Sample& sample);
  void AddRemainder(const v1::Sample& sample, bool in_order);
  // Where the column of `gauge` stands, made behind `previous` when new.
  std::size_t Place(std::uint32_t gauge, std::size_t next);

  Chunk chunk_;
  absl::flat_hash_map<std::uint32_t, std::size_t> place_;  // gauge → index of its column
  std::size_t remainder_bytes_ = 0;
};

// The samples as they were added, appended to `samples`. kDataLoss: the chunk
// contradicts itself (a remainder that is no sample).
absl::Status AppendSamples(const Chunk& chunk, std::vector<v1::Sample>& samples);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_CHUNK_SAMPLES_H_
