// Little-endian numbers and varints, appended to a string and read back with
// every bound checked.
//
// Threads: those of the caller.
#ifndef SEEP_STORAGE_CHUNKS_BYTE_ORDER_H_
#define SEEP_STORAGE_CHUNKS_BYTE_ORDER_H_

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace seep::storage {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they stand in memory");

template <std::unsigned_integral T>
void PutFixed(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Seven bits a byte, the least first; the top bit says that more follow.
inline void PutVarint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
inline std::size_t VarintSize(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

// Small negative numbers become small positive ones: 0, -1, 1, -2, ...
inline std::uint64_t ZigZag(std::uint64_t value) { return (value << 1) ^ (0 - (value >> 63)); }
inline std::uint64_t UnZigZag(std::uint64_t value) { return (value >> 1) ^ (0 - (value & 1)); }

// Reads front to back. A read past the end yields zeros and leaves !ok().
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && bytes_.empty(); }
  std::string_view rest() const { return bytes_; }

  template <std::unsigned_integral T>
  T Fixed() {
    T value = 0;
    if (bytes_.size() < sizeof(T)) return Fail();
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }
  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = Fixed<std::uint8_t>();
      if (shift == 63 && byte > 1) return Fail();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return Fail();
  }
  std::string_view Bytes(std::size_t size) {
    if (bytes_.size() < size) {
      Fail();
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

 private:
  std::uint8_t Fail() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_BYTE_ORDER_H_
