#include "storage/queries/block_values.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::storage {

absl::Status BlockValues::Open(const StoredBlock& block, const StreamGauges& gauges,
                               std::optional<std::uint32_t> only) {
  Clear();
  if (block.kind == StoredBlock::Kind::kTail) return OpenTail(block, gauges, only);
  const absl::Status opened = OpenChunk(block, only);
  if (opened.ok()) return opened;
  Clear();
  return absl::DataLossError(absl::StrCat(Describe(block), " are damaged: ", opened.message()));
}

// Each column has its own checksum: that of the whole would be read for nothing.
absl::Status BlockValues::OpenChunk(const StoredBlock& block, std::optional<std::uint32_t> only) {
  SEEP_ASSIGN_OR_RETURN(const ChunkView view, ChunkView::Open(block.bytes));
  if (view.count() != block.count || view.header().first_sequence != block.first_sequence) {
    return absl::DataLossError("they are other samples");
  }
  if (only.has_value() && !view.HasGauge(*only)) return absl::OkStatus();
  SEEP_RETURN_IF_ERROR(view.ReadTimes(monotonic_us_));
  SEEP_RETURN_IF_ERROR(view.ReadWallTimes(monotonic_us_, wall_us_));
  SEEP_RETURN_IF_ERROR(view.ReadGenerations(generation_));
  SEEP_RETURN_IF_ERROR(view.ReadPhases(phase_));
  for (const std::uint32_t gauge : view.gauges()) {
    if (only.has_value() && gauge != *only) continue;
    SEEP_RETURN_IF_ERROR(view.ReadGauge(gauge, columns_.emplace_back()));
  }
  return absl::OkStatus();
}

absl::Status BlockValues::OpenTail(const StoredBlock& block, const StreamGauges& gauges,
                                   std::optional<std::uint32_t> only) {
  std::vector<v1::Sample> samples;
  SEEP_RETURN_IF_ERROR(ReadBlock(block, gauges, samples));
  monotonic_us_.clear(), wall_us_.clear(), generation_.clear(), phase_.clear();
  absl::flat_hash_map<std::uint32_t, std::size_t> place;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    monotonic_us_.push_back(samples[i].monotonic_us());
    wall_us_.push_back(samples[i].wall_us());
    generation_.push_back(samples[i].generation());
    phase_.push_back(samples[i].phase());
    for (int k = 0; k < samples[i].gauge_size(); ++k) {
      const std::uint32_t gauge = samples[i].gauge(k);
      if (only.has_value() && gauge != *only) continue;
      const auto [found, fresh] = place.try_emplace(gauge, columns_.size());
      if (fresh) columns_.emplace_back().gauge = gauge;
      columns_[found->second].rows.push_back(static_cast<std::uint16_t>(i));  // at most 10,000 (sample_block.h)
      columns_[found->second].values.push_back(samples[i].value(k));
    }
  }
  return absl::OkStatus();
}

bool BlockValues::Next() {
  if (begun_) ++row_;
  begun_ = true;
  while (column_ < columns_.size() && row_ >= columns_[column_].rows.size()) {
    ++column_;
    row_ = 0;
  }
  return column_ < columns_.size();
}

}  // namespace seep::storage
