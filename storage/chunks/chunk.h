// Up to 1,024 consecutive samples of one stream, column by column: what is
// encoded into, and decoded from, the bytes that FORMAT.md specifies.
//
// Threads: plain data.
#ifndef SEEP_STORAGE_CHUNKS_CHUNK_H_
#define SEEP_STORAGE_CHUNKS_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace seep::storage {

inline constexpr std::size_t kMaxChunkSamples = 1'024;
inline constexpr std::size_t kMaxChunkGauges = 1'024;
// Of the remainders of all samples together; a single sample may bring as much
// by itself (a batch is at most 1 MiB, store.h).
inline constexpr std::size_t kMaxRemainderBytes = 4u << 20;
// Nothing larger is written, and nothing larger is believed.
inline constexpr std::size_t kMaxChunkBytes = 32u << 20;

// The values of one gauge. values[i] was seen in sample rows[i] of the chunk;
// a sample that is not in `rows` (strictly increasing) did not know the gauge.
struct GaugeColumn {
  std::uint32_t gauge = 0;  // the run's number of it
  std::vector<double> values;
  std::vector<std::uint16_t> rows;
};

// All of one sample is at the same index of each vector.
struct Chunk {
  std::vector<std::uint64_t> sequence;
  std::vector<std::int64_t> monotonic_us;
  std::vector<std::int64_t> wall_us;
  std::vector<std::uint32_t> generation;
  std::vector<std::int32_t> phase;  // seep.v1.Phase, or what a newer agent calls a phase
  std::vector<GaugeColumn> gauges;  // each id once; in the order in which samples list them
  // What of a sample has no column of its own, as bytes of a seep.v1.Sample:
  // `operations`, fields of newer agents, and, of a sample whose gauges stand
  // in another order than the columns or repeat themselves, these lists too.
  // Empty if no sample has any.
  std::vector<std::string> remainder;

  std::size_t count() const { return sequence.size(); }
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_CHUNK_H_
