// Numbers of a common width, end to end: value i takes bits [i·width, (i+1)·width)
// of the stream, the least significant bit of a byte being its first.
//
// Threads: safe from any.
#ifndef SEEP_STORAGE_CHUNKS_BIT_PACKING_H_
#define SEEP_STORAGE_CHUNKS_BIT_PACKING_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace seep::storage {

inline constexpr std::size_t kPackedBlock = 128;

constexpr std::size_t PackedSize(std::size_t count, unsigned width) { return (count * width + 7) / 8; }

// At most kPackedBlock values, each below 2^width; width 0 to 64.
void PackBits(std::span<const std::uint64_t> values, unsigned width, std::string& out);
// Fills `values`, at most kPackedBlock, with offset + factor · packed value, at
// 64 bits. `bytes` has PackedSize(values.size(), width).
void UnpackBits(std::string_view bytes, unsigned width, std::uint64_t factor, std::uint64_t offset,
                std::span<std::uint64_t> values);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_BIT_PACKING_H_
