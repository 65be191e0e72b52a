#include <algorithm>
#include <array>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/chunks/byte_order.h"
#include "storage/chunks/chunk_codec.h"
#include "storage/chunks/gauge_codec.h"
#include "storage/chunks/integer_codec.h"

namespace seep::storage {
namespace {

template <typename T>
bool IsWithin(const std::vector<T>& values, T least, T greatest) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *low == least && *high == greatest;
}

}  // namespace

absl::StatusOr<ChunkView> ChunkView::Open(std::string_view bytes) {
  ChunkView view;
  view.bytes_ = bytes;
  SEEP_ASSIGN_OR_RETURN(view.frame_, ReadFrame(bytes));
  return view;
}

bool ChunkView::compressed() const {
  return std::any_of(frame_.columns.begin(), frame_.columns.end(), [](const auto& column) { return column.compressed; });
}

std::vector<std::uint32_t> ChunkView::gauges() const {
  std::vector<std::uint32_t> gauges;
  for (std::size_t i = kCommonColumns; i < frame_.columns.size(); ++i) gauges.push_back(frame_.columns[i].gauge);
  return gauges;
}

std::size_t ChunkView::ColumnOf(std::uint32_t gauge) const {
  for (std::size_t i = kCommonColumns; i < frame_.columns.size(); ++i) {
    if (frame_.columns[i].gauge == gauge) return i;
  }
  return 0;
}

absl::Status ChunkView::Damaged(std::size_t column) const {
  return absl::DataLossError(absl::StrCat("chunk: ", ColumnName(frame_, column), " cannot be decoded"));
}

template <typename T>
absl::Status ChunkView::ReadIntegers(CommonColumn column, std::vector<T>& values) const {
  std::string buffer;
  auto bytes = ReadColumnBytes(bytes_, frame_.columns[column], ColumnLimit(column), buffer);
  if (!bytes.ok()) return Annotate(bytes.status(), ColumnName(frame_, column));
  ByteReader in(*bytes);
  values.resize(count());
  if constexpr (sizeof(T) == sizeof(std::uint64_t)) {
    // A signed and an unsigned number of one width may lie in the same place.
    const std::span words(reinterpret_cast<std::uint64_t*>(values.data()), values.size());
    return DecodeIntegers(in, words) && in.at_end() ? absl::OkStatus() : Damaged(column);
  } else {
    std::array<std::uint64_t, kMaxChunkSamples> words;
    if (!DecodeIntegers(in, std::span(words).first(count())) || !in.at_end()) return Damaged(column);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<T>(words[i]);
      if (static_cast<std::uint64_t>(values[i]) != words[i]) return Damaged(column);
    }
    return absl::OkStatus();
  }
}

absl::Status ChunkView::ReadSequences(std::vector<std::uint64_t>& sequence) const {
  return ReadIntegers(kSequence, sequence);
}
absl::Status ChunkView::ReadTimes(std::vector<std::int64_t>& monotonic_us) const {
  return ReadIntegers(kMonotonic, monotonic_us);
}
absl::Status ChunkView::ReadGenerations(std::vector<std::uint32_t>& generation) const {
  return ReadIntegers(kGeneration, generation);
}
absl::Status ChunkView::ReadPhases(std::vector<std::int32_t>& phase) const { return ReadIntegers(kPhase, phase); }

absl::Status ChunkView::ReadWallTimes(const std::vector<std::int64_t>& monotonic_us,
                                      std::vector<std::int64_t>& wall_us) const {
  if (monotonic_us.size() != count()) return absl::InvalidArgumentError("the times are not this chunk's");
  SEEP_RETURN_IF_ERROR(ReadIntegers(kWall, wall_us));
  for (std::size_t i = 0; i < wall_us.size(); ++i) {
    wall_us[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(wall_us[i]) +
                                           static_cast<std::uint64_t>(monotonic_us[i]));
  }
  return absl::OkStatus();
}

absl::Status ChunkView::ReadRemainders(std::vector<std::string>& remainder) const {
  remainder.clear();
  if (frame_.columns[kRemainder].size == 0) return absl::OkStatus();
  std::string buffer;
  auto bytes = ReadColumnBytes(bytes_, frame_.columns[kRemainder], ColumnLimit(kRemainder), buffer);
  if (!bytes.ok()) return Annotate(bytes.status(), ColumnName(frame_, kRemainder));
  std::array<std::uint64_t, kMaxChunkSamples> sizes;
  ByteReader in(*bytes);
  if (!DecodeIntegers(in, std::span(sizes).first(count()))) return Damaged(kRemainder);
  remainder.resize(count());
  for (std::size_t i = 0; i < remainder.size(); ++i) remainder[i] = std::string(in.Bytes(sizes[i]));
  return in.at_end() ? absl::OkStatus() : Damaged(kRemainder);
}

absl::Status ChunkView::ReadGauge(std::uint32_t gauge, GaugeColumn& column) const {
  const std::size_t place = ColumnOf(gauge);
  if (place == 0) return absl::NotFoundError(absl::StrCat("chunk: has no gauge ", gauge));
  return ReadGaugeAt(place, column);
}

absl::Status ChunkView::ReadGaugeAt(std::size_t column, GaugeColumn& into) const {
  into.gauge = frame_.columns[column].gauge;
  std::string buffer;
  auto bytes = ReadColumnBytes(bytes_, frame_.columns[column], ColumnLimit(column), buffer);
  if (!bytes.ok()) return Annotate(bytes.status(), ColumnName(frame_, column));
  return DecodeGauge(*bytes, count(), into) ? absl::OkStatus() : Damaged(column);
}

absl::StatusOr<Chunk> ChunkView::ReadAll() const {
  Chunk chunk;
  SEEP_RETURN_IF_ERROR(ReadSequences(chunk.sequence));
  SEEP_RETURN_IF_ERROR(ReadTimes(chunk.monotonic_us));
  SEEP_RETURN_IF_ERROR(ReadWallTimes(chunk.monotonic_us, chunk.wall_us));
  SEEP_RETURN_IF_ERROR(ReadGenerations(chunk.generation));
  SEEP_RETURN_IF_ERROR(ReadPhases(chunk.phase));
  SEEP_RETURN_IF_ERROR(ReadRemainders(chunk.remainder));
  chunk.gauges.resize(frame_.columns.size() - kCommonColumns);
  for (std::size_t i = 0; i < chunk.gauges.size(); ++i) {
    SEEP_RETURN_IF_ERROR(ReadGaugeAt(kCommonColumns + i, chunk.gauges[i]));
  }
  return chunk;
}

absl::Status ChunkView::Check() const {
  SEEP_ASSIGN_OR_RETURN(const Chunk chunk, ReadAll());
  const ChunkHeader& header = frame_.header;
  if (!IsWithin(chunk.sequence, header.first_sequence, header.last_sequence) ||
      !IsWithin(chunk.monotonic_us, header.first_us, header.last_us) ||
      !IsWithin(chunk.generation, header.first_generation, header.last_generation)) {
    return absl::DataLossError("chunk: its header contradicts its columns");
  }
  return absl::OkStatus();
}

}  // namespace seep::storage
