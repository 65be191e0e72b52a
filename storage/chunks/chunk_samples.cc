#include "storage/chunks/chunk_samples.h"

#include <google/protobuf/unknown_field_set.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace seep::storage {
namespace {

const google::protobuf::UnknownFieldSet& UnknownFields(const v1::Sample& sample) {
  return v1::Sample::GetReflection()->GetUnknownFields(sample);
}

// `sample` without what has columns.
v1::Sample WithoutColumns(const v1::Sample& sample, bool with_gauges) {
  v1::Sample rest;
  *rest.mutable_operations() = sample.operations();
  if (with_gauges) {
    *rest.mutable_gauge() = sample.gauge();
    *rest.mutable_value() = sample.value();
  }
  v1::Sample::GetReflection()->MutableUnknownFields(&rest)->MergeFrom(UnknownFields(sample));
  return rest;
}

bool HasRemainder(const v1::Sample& sample) {
  return sample.operations_size() > 0 || !UnknownFields(sample).empty();
}

}  // namespace

absl::Status ChunkBuilder::CheckRoom(const v1::Sample& sample) const {
  if (sample.gauge_size() != sample.value_size()) {
    return absl::InvalidArgumentError(absl::StrCat("sample ", sample.sequence(), " has ", sample.gauge_size(),
                                                   " gauges and ", sample.value_size(), " values"));
  }
  if (full()) return absl::ResourceExhaustedError("the chunk is full");
  if (remainder_bytes_ >= kMaxRemainderBytes) return absl::ResourceExhaustedError("the chunk's remainders are full");
  if (chunk_.gauges.size() + static_cast<std::size_t>(sample.gauge_size()) <= kMaxChunkGauges) return absl::OkStatus();
  std::size_t fresh = 0;
  for (const std::uint32_t gauge : sample.gauge()) fresh += place_.contains(gauge) ? 0 : 1;
  if (chunk_.gauges.size() + fresh <= kMaxChunkGauges) return absl::OkStatus();
  if (count() > 0) return absl::ResourceExhaustedError("the chunk's gauges are full");
  return absl::InvalidArgumentError(absl::StrCat("sample ", sample.sequence(), " has over ", kMaxChunkGauges, " gauges"));
}

absl::Status ChunkBuilder::Add(const v1::Sample& sample) {
  if (absl::Status room = CheckRoom(sample); !room.ok()) return room;
  const bool in_order = AddValues(sample);
  if (HasRemainder(sample) || !in_order) AddRemainder(sample, in_order);
  if (!chunk_.remainder.empty()) chunk_.remainder.resize(count() + 1);
  chunk_.sequence.push_back(sample.sequence());
  chunk_.monotonic_us.push_back(sample.monotonic_us());
  chunk_.wall_us.push_back(sample.wall_us());
  chunk_.generation.push_back(sample.generation());
  chunk_.phase.push_back(sample.phase());
  return absl::OkStatus();
}

bool ChunkBuilder::AddValues(const v1::Sample& sample) {
  const auto row = static_cast<std::uint16_t>(count());
  bool in_order = true;
  std::size_t next = 0;  // columns before it are behind the sample's last gauge
  for (int i = 0; i < sample.gauge_size(); ++i) {
    const std::size_t place = Place(sample.gauge(i), next);
    in_order = in_order && place >= next;
    GaugeColumn& column = chunk_.gauges[place];
    next = place + 1;
    // A gauge that repeats itself: the first value is the column's.
    if (!column.rows.empty() && column.rows.back() == row) continue;
    column.rows.push_back(row);
    column.values.push_back(sample.value(i));
  }
  return in_order;
}

std::size_t ChunkBuilder::Place(std::uint32_t gauge, std::size_t next) {
  if (next < chunk_.gauges.size() && chunk_.gauges[next].gauge == gauge) return next;
  const auto [found, fresh] = place_.try_emplace(gauge, next);
  if (!fresh) return found->second;
  chunk_.gauges.insert(chunk_.gauges.begin() + static_cast<std::ptrdiff_t>(next), GaugeColumn{gauge, {}, {}});
  for (std::size_t i = next + 1; i < chunk_.gauges.size(); ++i) place_[chunk_.gauges[i].gauge] = i;
  return next;
}

void ChunkBuilder::AddRemainder(const v1::Sample& sample, bool in_order) {
  chunk_.remainder.resize(count() + 1);
  std::string& bytes = chunk_.remainder.back();
  WithoutColumns(sample, !in_order).SerializeToString(&bytes);
  remainder_bytes_ += bytes.size();
}

Chunk ChunkBuilder::Take() {
  place_.clear();
  remainder_bytes_ = 0;
  return std::exchange(chunk_, {});
}

absl::Status AppendSamples(const Chunk& chunk, std::vector<v1::Sample>& samples) {
  const std::size_t begin = samples.size();
  samples.resize(begin + chunk.count());
  for (std::size_t i = 0; i < chunk.count(); ++i) {
    v1::Sample& sample = samples[begin + i];
    const bool has_remainder = !chunk.remainder.empty() && !chunk.remainder[i].empty();
    if (has_remainder && !sample.ParseFromString(chunk.remainder[i])) {
      return absl::DataLossError(absl::StrCat("sample ", chunk.sequence[i], ": its remainder is damaged"));
    }
    sample.set_sequence(chunk.sequence[i]);
    sample.set_monotonic_us(chunk.monotonic_us[i]);
    sample.set_wall_us(chunk.wall_us[i]);
    sample.set_generation(chunk.generation[i]);
    sample.set_phase(static_cast<v1::Phase>(chunk.phase[i]));
  }
  std::vector<bool> verbatim(chunk.count());
  for (std::size_t i = 0; i < chunk.count(); ++i) verbatim[i] = samples[begin + i].gauge_size() > 0;
  for (const GaugeColumn& column : chunk.gauges) {
    for (std::size_t k = 0; k < column.rows.size(); ++k) {
      if (verbatim[column.rows[k]]) continue;
      v1::Sample& sample = samples[begin + column.rows[k]];
      sample.add_gauge(column.gauge);
      sample.add_value(column.values[k]);
    }
  }
  return absl::OkStatus();
}

}  // namespace seep::storage
