// A chunk as bytes: FORMAT.md, version 1. Every column has its own checksum, so
// that one is read without the others, and damage to one spares the others.
//
// Threads: those of the caller. A view may be read by several at once.
// Failure: kDataLoss: damaged (says which part); kUnimplemented: written by a
//          newer Seep. Memory and time are bounded whatever the bytes are.
#ifndef SEEP_STORAGE_CHUNKS_CHUNK_CODEC_H_
#define SEEP_STORAGE_CHUNKS_CHUNK_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/chunks/chunk.h"
#include "storage/chunks/chunk_frame.h"

namespace seep::storage {

// The chunk must hold 1 to kMaxChunkSamples samples, within the limits of
// chunk.h, as ChunkBuilder makes it: anything else is a bug and ends the process.
std::string EncodeChunk(const Chunk& chunk);

// The same chunk with each column compressed (zstd, level 1) that gains by it,
// or with none. A view opens and reads both alike.
absl::StatusOr<std::string> CompressChunk(std::string_view bytes);
absl::StatusOr<std::string> DecompressChunk(std::string_view bytes);

// Borrows the bytes. Readers reuse the memory of what they fill; a column is
// checked wholly before any of it is believed.
class ChunkView {
 public:
  static absl::StatusOr<ChunkView> Open(std::string_view bytes);

  const ChunkHeader& header() const { return frame_.header; }
  std::uint32_t count() const { return frame_.header.count; }
  bool compressed() const;  // at least one column is
  bool HasGauge(std::uint32_t gauge) const { return ColumnOf(gauge) != 0; }
  std::vector<std::uint32_t> gauges() const;

  // One number a sample.
  absl::Status ReadSequences(std::vector<std::uint64_t>& sequence) const;
  absl::Status ReadTimes(std::vector<std::int64_t>& monotonic_us) const;
  // They are kept as distances from the monotonic times, which must be the chunk's.
  absl::Status ReadWallTimes(const std::vector<std::int64_t>& monotonic_us, std::vector<std::int64_t>& wall_us) const;
  absl::Status ReadGenerations(std::vector<std::uint32_t>& generation) const;
  absl::Status ReadPhases(std::vector<std::int32_t>& phase) const;
  // One a sample, or none at all (Chunk::remainder).
  absl::Status ReadRemainders(std::vector<std::string>& remainder) const;
  // kNotFound: no sample of the chunk has it.
  absl::Status ReadGauge(std::uint32_t gauge, GaugeColumn& column) const;

  absl::StatusOr<Chunk> ReadAll() const;
  // Reads all, and compares the header with it.
  absl::Status Check() const;

 private:
  std::size_t ColumnOf(std::uint32_t gauge) const;  // 0: none
  absl::Status ReadGaugeAt(std::size_t column, GaugeColumn& into) const;
  // T is as wide as the numbers of the column may be.
  template <typename T>
  absl::Status ReadIntegers(CommonColumn column, std::vector<T>& values) const;
  absl::Status Damaged(std::size_t column) const;

  std::string_view bytes_;
  ChunkFrame frame_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_CHUNK_CODEC_H_
