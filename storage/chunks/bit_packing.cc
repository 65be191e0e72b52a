#include "storage/chunks/bit_packing.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace seep::storage {
namespace {

// One group and one word more than the widest block: both are read whole.
constexpr std::size_t kBufferBytes = kPackedBlock * 8 + 80;
// Eight values begin and end on whole bytes: within them every shift is a constant.
constexpr std::size_t kGroup = 8;

template <unsigned kWidth, std::size_t kIndex>
std::uint64_t Take(const char* group) {
  constexpr std::uint64_t kMask = kWidth == 64 ? ~0ULL : (1ULL << kWidth) - 1;
  constexpr std::size_t kBit = kIndex * kWidth;
  std::uint64_t word;
  std::memcpy(&word, group + kBit / 8, 8);
  word >>= kBit % 8;
  if constexpr (kBit % 8 + kWidth > 64) {
    std::uint64_t next;
    std::memcpy(&next, group + kBit / 8 + 8, 8);
    word |= next << (64 - kBit % 8);
  }
  return word & kMask;
}

// Whole groups: what stands behind the last value is overwritten.
template <unsigned kWidth>
void Unpack(const char* bytes, std::uint64_t* values, std::size_t count, std::uint64_t factor, std::uint64_t offset) {
  for (std::size_t i = 0; i < count; i += kGroup, bytes += kWidth) {
    [&]<std::size_t... kIndexes>(std::index_sequence<kIndexes...>) {
      ((values[i + kIndexes] = offset + factor * Take<kWidth, kIndexes>(bytes)), ...);
    }(std::make_index_sequence<kGroup>());
  }
}

using Unpacker = void (*)(const char*, std::uint64_t*, std::size_t, std::uint64_t, std::uint64_t);

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

void UnpackBits(std::string_view bytes, unsigned width, std::uint64_t factor, std::uint64_t offset,
                std::span<std::uint64_t> values) {
  std::array<char, kBufferBytes> buffer;
  bytes.copy(buffer.data(), bytes.size());
  std::memset(buffer.data() + bytes.size(), 0, kGroup * 8 + 16);
  const std::size_t whole = values.size() / kGroup * kGroup;
  kUnpackers[width](buffer.data(), values.data(), whole, factor, offset);
  if (whole == values.size()) return;
  std::array<std::uint64_t, kGroup> last;
  kUnpackers[width](buffer.data() + whole / kGroup * width, last.data(), kGroup, factor, offset);
  std::copy_n(last.begin(), values.size() - whole, values.begin() + static_cast<std::ptrdiff_t>(whole));
}

}  // namespace seep::storage
