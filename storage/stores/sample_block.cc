#include "storage/stores/sample_block.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::storage {
namespace {

constexpr std::size_t kMaxKeyPart = 128;
constexpr std::size_t kMaxReason = 1024;

absl::Status CheckEnvelope(const v1::SampleBatch& batch) {
  const v1::StreamKey& stream = batch.stream();
  if (stream.agent().empty() || stream.boot_epoch().empty() || stream.run_id().empty()) {
    return absl::InvalidArgumentError("its stream lacks the agent, the boot epoch or the run");
  }
  if (std::max({stream.agent().size(), stream.boot_epoch().size(), stream.run_id().size()}) > kMaxKeyPart) {
    return absl::InvalidArgumentError(absl::StrCat("its stream's key has a part over ", kMaxKeyPart, " bytes"));
  }
  if (batch.first_sequence() == 0 || batch.first_sequence() > kMaxSequence) {
    return absl::InvalidArgumentError(absl::StrCat("first_sequence ", batch.first_sequence(),
                                                   " is not between 1 and 2^53"));
  }
  if (batch.dropped_from() > batch.first_sequence()) {
    return absl::InvalidArgumentError("dropped_from is after first_sequence");
  }
  if (batch.dropped_reason().size() > kMaxReason) {
    return absl::InvalidArgumentError(absl::StrCat("dropped_reason is over ", kMaxReason, " bytes"));
  }
  if (batch.count() > kMaxBlockSamples || batch.block().size() > kMaxBlockBytes) {
    return absl::InvalidArgumentError(absl::StrCat(batch.count(), " samples in ", batch.block().size(),
                                                   " bytes; at most ", kMaxBlockSamples, " in ",
                                                   kMaxBlockBytes));
  }
  if (batch.count() == 0 && batch.dropped_from() == 0) {
    return absl::InvalidArgumentError("neither samples nor a dropped range");
  }
  return absl::OkStatus();
}

absl::Status CheckSamples(const v1::SampleBatch& batch, const v1::SampleBlock& block) {
  if (block.samples_size() != static_cast<int>(batch.count())) {
    return absl::InvalidArgumentError(
        absl::StrCat("count says ", batch.count(), " samples, the block has ", block.samples_size()));
  }
  if (block.gauges_size() > static_cast<int>(kMaxGauges)) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxGauges, " gauges"));
  }
  std::uint64_t expected = batch.first_sequence();
  for (const v1::Sample& sample : block.samples()) {
    if (sample.sequence() != expected) {
      return absl::InvalidArgumentError(
          absl::StrCat("sample ", sample.sequence(), " where ", expected, " was due"));
    }
    if (sample.gauge_size() != sample.value_size()) {
      return absl::InvalidArgumentError(absl::StrCat("sample ", expected, " has ", sample.gauge_size(),
                                                     " gauges and ", sample.value_size(), " values"));
    }
    ++expected;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status OpenBatch(const v1::SampleBatch& batch, v1::SampleBlock& block) {
  const std::string what = absl::StrCat("batch at ", batch.first_sequence(), " of ", Describe(batch.stream()));
  SEEP_RETURN_IF_ERROR(Annotate(CheckEnvelope(batch), what));
  if (Crc32c(batch.block()) != batch.crc32c()) {
    return absl::DataLossError(absl::StrCat(what, ": checksum mismatch; send it again"));
  }
  block.Clear();
  if (!block.ParseFromString(batch.block())) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": not an encoded SampleBlock"));
  }
  return Annotate(CheckSamples(batch, block), what);
}

bool IsGaugeName(const std::string& name) {
  constexpr std::size_t kMaxLength = 63;
  if (name.empty() || name.size() > kMaxLength || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

std::string Describe(const v1::StreamKey& stream) {
  const auto shown = [](const std::string& text) { return Printable(text.substr(0, kMaxKeyPart)); };
  return absl::StrCat("run ", shown(stream.run_id()), " from agent ", shown(stream.agent()), " (epoch ",
                      shown(stream.boot_epoch()), ")");
}

TimeRange RangeOf(const v1::SampleBlock& block) {
  if (block.samples_size() == 0) return {};
  TimeRange range{INT64_MAX, INT64_MIN};
  for (const v1::Sample& sample : block.samples()) {
    range.first_us = std::min<std::int64_t>(range.first_us, sample.monotonic_us());
    range.last_us = std::max<std::int64_t>(range.last_us, sample.monotonic_us());
  }
  return range;
}

}  // namespace seep::storage
