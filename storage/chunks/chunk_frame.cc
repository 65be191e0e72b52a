#include "storage/chunks/chunk_frame.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/status/check.h"
#include "storage/chunks/byte_order.h"
#include "storage/chunks/chunk.h"
#include "storage/chunks/column_compression.h"

namespace seep::storage {
namespace {

constexpr std::string_view kMagic = "SChk";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kPrefixBytes = 8;  // magic and checksum, which does not cover itself
constexpr std::size_t kHeaderBytes = 64;
constexpr std::size_t kEntryBytes = 12;
constexpr std::uint32_t kCompressedBit = 1u << 31;

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(absl::StrCat("chunk: ", absl::string_view(what.data(), what.size())));
}

void PutHeader(const ChunkHeader& header, std::size_t size, std::size_t gauges, std::string& out) {
  PutFixed(kVersion, out);
  PutFixed(static_cast<std::uint16_t>(header.count), out);
  PutFixed(static_cast<std::uint32_t>(size), out);
  PutFixed(static_cast<std::uint32_t>(gauges), out);
  PutFixed(header.first_generation, out);
  PutFixed(header.last_generation, out);
  PutFixed(std::uint32_t{0}, out);
  PutFixed(header.first_sequence, out);
  PutFixed(header.last_sequence, out);
  PutFixed(static_cast<std::uint64_t>(header.first_us), out);
  PutFixed(static_cast<std::uint64_t>(header.last_us), out);
}

// False: the field that is kept free is in use.
bool TakeHeader(ByteReader& in, ChunkHeader& header) {
  header.first_generation = in.Fixed<std::uint32_t>();
  header.last_generation = in.Fixed<std::uint32_t>();
  const auto free = in.Fixed<std::uint32_t>();
  header.first_sequence = in.Fixed<std::uint64_t>();
  header.last_sequence = in.Fixed<std::uint64_t>();
  header.first_us = static_cast<std::int64_t>(in.Fixed<std::uint64_t>());
  header.last_us = static_cast<std::int64_t>(in.Fixed<std::uint64_t>());
  return free == 0;
}

absl::Status ReadDirectory(ByteReader& in, std::size_t data_begin, std::size_t size, std::vector<ColumnPlace>& columns) {
  std::size_t offset = data_begin;
  for (ColumnPlace& column : columns) {
    column.gauge = in.Fixed<std::uint32_t>();
    const auto length = in.Fixed<std::uint32_t>();
    column.crc32c = in.Fixed<std::uint32_t>();
    column.compressed = (length & kCompressedBit) != 0;
    column.size = length & ~kCompressedBit;
    column.offset = static_cast<std::uint32_t>(offset);
    offset += column.size;
    if (offset > size) return Damaged("a column reaches beyond its end");
  }
  if (offset != size) return Damaged("its columns do not fill it");
  return absl::OkStatus();
}

}  // namespace

std::string WriteFrame(const ChunkHeader& header, const std::vector<StoredColumn>& columns) {
  std::size_t size = kHeaderBytes + columns.size() * kEntryBytes;
  const std::size_t data_begin = size;
  for (const StoredColumn& column : columns) size += column.bytes.size();
  SEEP_CHECK(size <= kMaxChunkBytes) << size;
  std::string covered;
  covered.reserve(data_begin);
  PutHeader(header, size, columns.size() - kCommonColumns, covered);
  for (const StoredColumn& column : columns) {
    PutFixed(column.gauge, covered);
    PutFixed(static_cast<std::uint32_t>(column.bytes.size()) | (column.compressed ? kCompressedBit : 0), covered);
    PutFixed(Crc32c(column.bytes), covered);
  }
  std::string out;
  out.reserve(size);
  out += kMagic;
  PutFixed(Crc32c(covered), out);
  out += covered;
  for (const StoredColumn& column : columns) out += column.bytes;
  return out;
}

absl::StatusOr<ChunkFrame> ReadFrame(std::string_view bytes) {
  if (bytes.substr(0, kMagic.size()) != kMagic) return Damaged("does not begin as one");
  ByteReader in(bytes.substr(kMagic.size()));
  const auto crc = in.Fixed<std::uint32_t>();
  const auto version = in.Fixed<std::uint16_t>();
  if (in.ok() && version != kVersion) {
    return absl::UnimplementedError(absl::StrCat("chunk: written in version ", version, " of the format, this Seep reads ",
                                                 kVersion, "; use the Seep that wrote it, or a newer one"));
  }
  const auto count = in.Fixed<std::uint16_t>();
  const auto size = in.Fixed<std::uint32_t>();
  const auto gauges = in.Fixed<std::uint32_t>();
  if (!in.ok() || size != bytes.size()) return Damaged(absl::StrCat("has ", bytes.size(), " bytes, not ", size));
  if (size > kMaxChunkBytes) return Damaged("is larger than any");
  if (gauges > kMaxChunkGauges || count == 0 || count > kMaxChunkSamples) return Damaged("its header is damaged");
  const std::size_t data_begin = kHeaderBytes + (gauges + kCommonColumns) * kEntryBytes;
  if (data_begin > bytes.size() || Crc32c(bytes.substr(kPrefixBytes, data_begin - kPrefixBytes)) != crc) {
    return Damaged("its header fails its checksum");
  }
  ChunkFrame frame;
  if (!TakeHeader(in, frame.header)) return Damaged("its header has a field that version 1 does not know");
  frame.header.count = count;
  frame.columns.resize(gauges + kCommonColumns);
  if (absl::Status read = ReadDirectory(in, data_begin, size, frame.columns); !read.ok()) return read;
  return frame;
}

std::size_t ColumnLimit(std::size_t column) {
  // The last remainder may come when one byte less than the limit is there.
  if (column == kRemainder) return 2 * kMaxRemainderBytes;
  // Eight bytes a value, ten more of an exception, two of presence, and small change.
  return kMaxChunkSamples * 24;
}

absl::StatusOr<std::string_view> ReadColumnBytes(std::string_view chunk, const ColumnPlace& place, std::size_t limit,
                                                 std::string& buffer) {
  const std::string_view stored = chunk.substr(place.offset, place.size);
  if (Crc32c(stored) != place.crc32c) return Damaged("fails its checksum");
  if (!place.compressed) return stored;
  if (!DecompressBytes(stored, limit, buffer)) return Damaged("does not decompress within its limit");
  return std::string_view(buffer);
}

std::string ColumnName(const ChunkFrame& frame, std::size_t column) {
  constexpr std::array<const char*, kCommonColumns> kNames = {"sequences",   "times",  "wall times",
                                                              "generations", "phases", "remainders"};
  if (column < kCommonColumns) return kNames[column];
  return absl::StrCat("gauge ", frame.columns[column].gauge);
}

}  // namespace seep::storage
