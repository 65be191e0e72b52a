// One append-only file of a stream: records end to end.
//
//   record = magic "SpRc" | u32 length | u32 crc32c | u64 sequence | bytes
//
// little-endian; `length` counts the bytes after the sequence, the checksum
// covers sequence and bytes. Sequence 0 holds all gauge definitions known when
// the segment began, so that a segment makes sense without those before it.
//
// Threads: one at a time.
// Restart: a torn or damaged record is skipped by looking for the next magic
//          whose checksum holds; what was between them is a hole.
#ifndef SEEP_AGENT_SPOOL_SEGMENT_H_
#define SEEP_AGENT_SPOOL_SEGMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace seep::agent {

inline constexpr std::size_t kRecordHeaderBytes = 20;
inline constexpr std::uint32_t kMaxRecordBytes = 1 << 20;

struct SpoolRecord {
  std::uint64_t sequence = 0;
  std::string_view bytes;
  std::size_t end = 0;  // offset after it
};

std::string EncodeRecord(std::uint64_t sequence, std::string_view bytes);

// The first sound record at or after `offset`; nothing: none is left.
std::optional<SpoolRecord> NextRecord(std::string_view segment, std::size_t offset);

}  // namespace seep::agent

#endif  // SEEP_AGENT_SPOOL_SEGMENT_H_
