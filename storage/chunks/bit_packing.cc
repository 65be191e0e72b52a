#include "storage/chunks/bit_packing.h"

#include <array>
#include <cstring>
#include <utility>

namespace seep::storage {
namespace {

// One word more than the widest block, so that values are read by whole words.
constexpr std::size_t kBufferBytes = kPackedBlock * 8 + 16;

template <unsigned kWidth>
void Unpack(const char* bytes, std::uint64_t* values, std::size_t count) {
  constexpr std::uint64_t kMask = kWidth == 64 ? ~0ULL : (1ULL << kWidth) - 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t bit = i * kWidth;
    std::uint64_t word;
    std::memcpy(&word, bytes + bit / 8, 8);
    word >>= bit % 8;
    if constexpr (kWidth > 57) {
      // The value may end in the ninth byte; the double shift avoids one by 64.
      std::uint64_t next;
      std::memcpy(&next, bytes + bit / 8 + 8, 8);
      word |= (next << 1) << (63 - bit % 8);
    }
    values[i] = word & kMask;
  }
}

using Unpacker = void (*)(const char*, std::uint64_t*, std::size_t);

template <std::size_t... kWidths>
constexpr std::array<Unpacker, sizeof...(kWidths)> MakeUnpackers(std::index_sequence<kWidths...>) {
  return {Unpack<kWidths>...};
}
constexpr auto kUnpackers = MakeUnpackers(std::make_index_sequence<65>());

}  // namespace

void PackBits(std::span<const std::uint64_t> values, unsigned width, std::string& out) {
  if (width == 0) return;
  std::array<char, kBufferBytes> buffer;
  char* next = buffer.data();
  std::uint64_t word = 0;
  unsigned filled = 0;
  for (const std::uint64_t value : values) {
    word |= value << filled;
    filled += width;
    if (filled < 64) continue;
    std::memcpy(next, &word, 8);
    next += 8;
    filled -= 64;
    word = filled == 0 ? 0 : value >> (width - filled);
  }
  std::memcpy(next, &word, 8);
  out.append(buffer.data(), PackedSize(values.size(), width));
}

void UnpackBits(std::string_view bytes, unsigned width, std::span<std::uint64_t> values) {
  std::array<char, kBufferBytes> buffer;
  bytes.copy(buffer.data(), bytes.size());
  std::memset(buffer.data() + bytes.size(), 0, 16);
  kUnpackers[width](buffer.data(), values.data(), values.size());
}

}  // namespace seep::storage
