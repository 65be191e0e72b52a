#include "cli/recordings/run_sender.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/status/status_macros.h"

namespace seep::cli {

absl::Status RunSender::Header(v1::ImportHeader header) {
  v1::ImportRunsRequest message;
  *message.mutable_header() = std::move(header);
  return write_(std::move(message));
}

absl::Status RunSender::Begin(v1::Run run, v1::Campaign campaign) {
  SEEP_RETURN_IF_ERROR(EndRun());
  ++runs_;
  streams_ = 0;
  run_samples_ = 0;
  gaps_.clear();
  definitions_.clear();
  BeginStream();
  if (dress_) dress_(run);
  v1::ImportRunsRequest message;
  *message.mutable_run() = std::move(run);
  if (!campaign.campaign_id().empty()) *message.mutable_campaign() = std::move(campaign);
  return write_(std::move(message));
}

void RunSender::BeginStream() {
  ++streams_;
  defined_ = 0;
  next_sequence_ = 1;
}

absl::Status RunSender::Define(v1::GaugeDefinition definition) {
  if (definitions_.size() >= kMaxGauges) return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxGauges, " gauges; a run has at most so many"));
  definitions_.push_back(std::move(definition));
  return absl::OkStatus();
}

const v1::SampleGap* RunSender::GapFrom(std::uint64_t sequence) const {
  for (const v1::SampleGap& gap : gaps_) {
    if (gap.from_sequence() <= sequence && gap.to_sequence() >= sequence) return &gap;
  }
  return nullptr;
}

absl::Status RunSender::Add(v1::Sample sample) {
  if (sample.sequence() == 0) sample.set_sequence(next_sequence_);
  if (sample.sequence() < next_sequence_) {
    SEEP_RETURN_IF_ERROR(Flush());
    BeginStream();
  }
  if (sample.sequence() > next_sequence_) {
    SEEP_RETURN_IF_ERROR(Flush());
    const v1::SampleGap* gap = GapFrom(next_sequence_);
    dropped_from_ = next_sequence_;
    dropped_reason_ = gap != nullptr ? gap->reason().substr(0, 1000) : "the recording does not have them";
  }
  next_sequence_ = sample.sequence() + 1;
  while (defined_ < definitions_.size()) *block_.add_gauges() = definitions_[defined_++];
  bytes_ += sample.ByteSizeLong() + 4;
  *block_.add_samples() = std::move(sample);
  ++samples_;
  ++run_samples_;
  return block_.samples_size() < kMaxSamples && bytes_ < kMaxBytes ? absl::OkStatus() : Flush();
}

absl::Status RunSender::Flush() {
  if (block_.samples_size() == 0) return absl::OkStatus();
  v1::ImportRunsRequest message;
  v1::SampleBatch& batch = *message.mutable_batch();
  batch.mutable_stream()->set_boot_epoch(absl::StrCat("import-", streams_));
  batch.set_first_sequence(block_.samples(0).sequence());
  batch.set_count(static_cast<std::uint32_t>(block_.samples_size()));
  block_.SerializeToString(batch.mutable_block());
  batch.set_crc32c(Crc32c(batch.block()));
  batch.set_dropped_from(std::exchange(dropped_from_, 0));
  batch.set_dropped_reason(std::exchange(dropped_reason_, {}));
  block_.Clear();
  bytes_ = 0;
  return write_(std::move(message));
}

// A gap at the very end has no sample behind it.
absl::Status RunSender::EndRun() {
  if (runs_ == 0) return absl::OkStatus();
  SEEP_RETURN_IF_ERROR(Flush());
  const v1::SampleGap* gap = GapFrom(next_sequence_);
  if (gap == nullptr || gap->from_sequence() != next_sequence_ || run_samples_ == 0) return absl::OkStatus();
  v1::ImportRunsRequest message;
  v1::SampleBatch& batch = *message.mutable_batch();
  batch.mutable_stream()->set_boot_epoch(absl::StrCat("import-", streams_));
  batch.set_first_sequence(gap->to_sequence() + 1);
  batch.set_dropped_from(next_sequence_);
  batch.set_dropped_reason(gap->reason().substr(0, 1000));
  batch.set_crc32c(Crc32c(""));
  return write_(std::move(message));
}

absl::Status RunSender::Send(v1::ImportRunsRequest message) {
  SEEP_RETURN_IF_ERROR(Flush());
  return write_(std::move(message));
}

absl::Status RunSender::End(const std::string& sha256) {
  SEEP_RETURN_IF_ERROR(EndRun());
  v1::ImportRunsRequest message;
  message.mutable_end()->set_runs(runs_);
  message.mutable_end()->set_samples(samples_);
  message.mutable_end()->set_sha256(sha256);
  return write_(std::move(message));
}

}  // namespace seep::cli
