// The frame of a chunk: header, directory, columns. FORMAT.md, "Frame".
//
// Threads: safe from any.
// Failure: as chunk_codec.h.
#ifndef SEEP_STORAGE_CHUNKS_CHUNK_FRAME_H_
#define SEEP_STORAGE_CHUNKS_CHUNK_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seep::storage {

// What is known of a chunk without decoding anything. Of sequences, times and
// generations: the least and the greatest.
struct ChunkHeader {
  std::uint32_t count = 0;  // 1 to kMaxChunkSamples
  std::uint64_t first_sequence = 0, last_sequence = 0;
  std::int64_t first_us = 0, last_us = 0;  // monotonic_us
  std::uint32_t first_generation = 0, last_generation = 0;
};

// The columns that every chunk has; those of its gauges stand behind them.
enum CommonColumn : std::size_t { kSequence, kMonotonic, kWall, kGeneration, kPhase, kRemainder, kCommonColumns };

// Where a column's bytes stand in the chunk.
struct ColumnPlace {
  std::uint32_t gauge = 0;  // 0 of a common column
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::uint32_t crc32c = 0;  // of these bytes
  bool compressed = false;
};

struct ChunkFrame {
  ChunkHeader header;
  std::vector<ColumnPlace> columns;
};

struct StoredColumn {
  std::uint32_t gauge = 0;
  std::string bytes;  // as they are to stand in the chunk
  bool compressed = false;
};
std::string WriteFrame(const ChunkHeader& header, const std::vector<StoredColumn>& columns);

// Checks all but the bytes of the columns.
absl::StatusOr<ChunkFrame> ReadFrame(std::string_view bytes);

// How large a column may be before compression: beyond what the limits of
// chunk.h can need.
std::size_t ColumnLimit(std::size_t column);

// A column's bytes as they were before compression, checked; `buffer` holds them
// if they had been compressed. `limit`: how large they may be then.
absl::StatusOr<std::string_view> ReadColumnBytes(std::string_view chunk, const ColumnPlace& place, std::size_t limit,
                                                 std::string& buffer);

// "gauge 7" or "times": for messages.
std::string ColumnName(const ChunkFrame& frame, std::size_t column);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_CHUNK_FRAME_H_
