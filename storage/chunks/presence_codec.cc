#include "storage/chunks/presence_codec.h"

#include <array>
#include <numeric>
#include <utility>

#include "storage/chunks/chunk.h"
#include "storage/chunks/integer_codec.h"

namespace seep::storage {
namespace {

enum PresenceTag : std::uint8_t { kEverywhere = 0, kBitmap = 1, kRows = 2, kMissingRows = 3 };

using Words = std::vector<std::uint64_t>;

constexpr auto kAllRows = [] {
  std::array<std::uint16_t, kMaxChunkSamples> rows{};
  std::iota(rows.begin(), rows.end(), std::uint16_t{0});
  return rows;
}();

bool IsSet(std::string_view bitmap, std::size_t row) { return (bitmap[row / 8] >> (row % 8) & 1) != 0; }

std::string BitmapOf(const std::vector<std::uint16_t>& rows, std::size_t count) {
  std::string bitmap((count + 7) / 8, '\0');
  for (const std::uint16_t row : rows) bitmap[row / 8] = static_cast<char>(bitmap[row / 8] | 1 << (row % 8));
  return bitmap;
}

bool DecodeList(ByteReader& in, std::size_t count, Words& rows) {
  const std::uint64_t size = in.Varint();
  if (!in.ok() || size > count) return false;
  rows.resize(size);
  if (!DecodeIntegers(in, rows)) return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] >= count || (i > 0 && rows[i] <= rows[i - 1])) return false;
  }
  return true;
}

bool DecodeBitmap(ByteReader& in, std::size_t count, std::vector<std::uint16_t>& rows) {
  const std::string_view bitmap = in.Bytes((count + 7) / 8);
  for (std::size_t row = 0; row < bitmap.size() * 8; ++row) {
    if (!IsSet(bitmap, row)) continue;
    if (row >= count) return false;
    rows.push_back(static_cast<std::uint16_t>(row));
  }
  return in.ok();
}

}  // namespace

void EncodePresence(const std::vector<std::uint16_t>& rows, std::size_t count, std::string& out) {
  if (rows.size() == count) {
    out.push_back(static_cast<char>(kEverywhere));
    return;
  }
  const std::string bitmap = BitmapOf(rows, count);
  Words present(rows.begin(), rows.end());
  Words missing;
  for (std::size_t row = 0; row < count; ++row) {
    if (!IsSet(bitmap, row)) missing.push_back(row);
  }
  std::string best = std::string(1, static_cast<char>(kBitmap)) + bitmap;
  for (const auto& [tag, list] : {std::pair{kRows, &present}, {kMissingRows, &missing}}) {
    std::string other(1, static_cast<char>(tag));
    PutVarint(list->size(), other);
    EncodeIntegers(*list, other);
    if (other.size() < best.size()) best = std::move(other);
  }
  out += best;
}

bool DecodePresence(ByteReader& in, std::size_t count, std::vector<std::uint16_t>& rows) {
  const auto tag = in.Fixed<std::uint8_t>();
  rows.clear();
  if (!in.ok() || tag > kMissingRows) return false;
  if (tag == kEverywhere) {
    rows.assign(kAllRows.begin(), kAllRows.begin() + static_cast<std::ptrdiff_t>(count));
    return true;
  }
  if (tag == kBitmap) return DecodeBitmap(in, count, rows);
  Words listed;
  if (!DecodeList(in, count, listed)) return false;
  if (tag == kRows) {
    rows.assign(listed.begin(), listed.end());
    return true;
  }
  std::size_t next = 0;
  for (std::size_t row = 0; row < count; ++row) {
    if (next < listed.size() && listed[next] == row) ++next;
    else rows.push_back(static_cast<std::uint16_t>(row));
  }
  return true;
}

}  // namespace seep::storage
