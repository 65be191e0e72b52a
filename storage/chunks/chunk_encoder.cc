#include <algorithm>
#include <utility>

#include "common/status/check.h"
#include "common/status/status_macros.h"
#include "storage/chunks/chunk_codec.h"
#include "storage/chunks/column_compression.h"
#include "storage/chunks/gauge_codec.h"
#include "storage/chunks/integer_codec.h"

namespace seep::storage {
namespace {

template <typename T>
std::string EncodeNumbers(const std::vector<T>& numbers) {
  std::vector<std::uint64_t> words(numbers.begin(), numbers.end());
  std::string bytes;
  EncodeIntegers(words, bytes);
  return bytes;
}

// The two clocks of a machine keep their distance.
std::string EncodeWallTimes(const Chunk& chunk) {
  std::vector<std::uint64_t> distances(chunk.count());
  for (std::size_t i = 0; i < chunk.count(); ++i) {
    distances[i] = static_cast<std::uint64_t>(chunk.wall_us[i]) - static_cast<std::uint64_t>(chunk.monotonic_us[i]);
  }
  return EncodeNumbers(distances);
}

std::string EncodeRemainders(const std::vector<std::string>& remainders) {
  if (std::all_of(remainders.begin(), remainders.end(), [](const auto& bytes) { return bytes.empty(); })) return {};
  std::vector<std::uint64_t> sizes;
  for (const std::string& remainder : remainders) sizes.push_back(remainder.size());
  std::string bytes = EncodeNumbers(sizes);
  for (const std::string& remainder : remainders) bytes += remainder;
  return bytes;
}

template <typename T>
std::pair<T, T> Range(const std::vector<T>& values) {
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  return {*least, *greatest};
}

ChunkHeader HeaderOf(const Chunk& chunk) {
  ChunkHeader header;
  header.count = static_cast<std::uint32_t>(chunk.count());
  std::tie(header.first_sequence, header.last_sequence) = Range(chunk.sequence);
  std::tie(header.first_us, header.last_us) = Range(chunk.monotonic_us);
  std::tie(header.first_generation, header.last_generation) = Range(chunk.generation);
  return header;
}

void CheckShape(const Chunk& chunk) {
  const std::size_t count = chunk.count();
  SEEP_CHECK(count >= 1 && count <= kMaxChunkSamples) << count;
  SEEP_CHECK(chunk.monotonic_us.size() == count && chunk.wall_us.size() == count);
  SEEP_CHECK(chunk.generation.size() == count && chunk.phase.size() == count);
  SEEP_CHECK(chunk.remainder.empty() || chunk.remainder.size() == count);
  SEEP_CHECK(chunk.gauges.size() <= kMaxChunkGauges) << chunk.gauges.size();
  for (const GaugeColumn& column : chunk.gauges) {
    SEEP_CHECK(column.values.size() == column.rows.size()) << column.gauge;
    SEEP_CHECK(std::adjacent_find(column.rows.begin(), column.rows.end(), std::greater_equal<>()) == column.rows.end());
    SEEP_CHECK(column.rows.empty() || column.rows.back() < count) << column.gauge;
  }
}

// Takes a chunk's columns apart; `store` puts each back as it pleases.
template <typename Store>
absl::StatusOr<std::string> Rewrite(std::string_view bytes, Store store) {
  SEEP_ASSIGN_OR_RETURN(const ChunkFrame frame, ReadFrame(bytes));
  std::vector<StoredColumn> columns;
  std::string buffer;
  for (std::size_t i = 0; i < frame.columns.size(); ++i) {
    auto plain = ReadColumnBytes(bytes, frame.columns[i], ColumnLimit(i), buffer);
    if (!plain.ok()) return Annotate(plain.status(), ColumnName(frame, i));
    columns.push_back(store(*plain));
    columns.back().gauge = frame.columns[i].gauge;
  }
  return WriteFrame(frame.header, columns);
}

}  // namespace

std::string EncodeChunk(const Chunk& chunk) {
  CheckShape(chunk);
  std::vector<StoredColumn> columns(kCommonColumns);
  columns[kSequence].bytes = EncodeNumbers(chunk.sequence);
  columns[kMonotonic].bytes = EncodeNumbers(chunk.monotonic_us);
  columns[kWall].bytes = EncodeWallTimes(chunk);
  columns[kGeneration].bytes = EncodeNumbers(chunk.generation);
  columns[kPhase].bytes = EncodeNumbers(chunk.phase);
  columns[kRemainder].bytes = EncodeRemainders(chunk.remainder);
  for (const GaugeColumn& gauge : chunk.gauges) {
    StoredColumn& column = columns.emplace_back();
    column.gauge = gauge.gauge;
    EncodeGauge(gauge, chunk.count(), column.bytes);
  }
  return WriteFrame(HeaderOf(chunk), columns);
}

absl::StatusOr<std::string> CompressChunk(std::string_view bytes) {
  return Rewrite(bytes, [](std::string_view plain) {
    StoredColumn column;
    column.bytes = CompressBytes(plain);
    column.compressed = column.bytes.size() < plain.size();
    if (!column.compressed) column.bytes = std::string(plain);
    return column;
  });
}

absl::StatusOr<std::string> DecompressChunk(std::string_view bytes) {
  return Rewrite(bytes, [](std::string_view plain) {
    StoredColumn column;
    column.bytes = std::string(plain);
    return column;
  });
}

}  // namespace seep::storage
