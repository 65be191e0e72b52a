#include "coordinator/imports/import_check.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/records.h"
#include "storage/stores/sample_block.h"

namespace seep::coordinator {
namespace {

constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxRunBytes = 1 << 20;
constexpr std::size_t kMaxEpoch = 64;
// Ten years, as durations have it: whatever says more is no time of a run.
constexpr std::int64_t kLongestRun_us = 320'000'000LL * 1'000'000;

bool IsDigest(const std::string& text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

absl::Status ImportCheck::Bad(const std::string& what) const {
  return absl::InvalidArgumentError(absl::StrCat(runs_ == 0 ? std::string("the import") : absl::StrCat(runs_, ". run of the file"), ": ", what));
}

absl::Status ImportCheck::Take(const v1::ImportRunsRequest& message) {
  if (ended_) return Bad("a message after its end");
  if (header_ == message.has_header()) return Bad(header_ ? "a second header" : "it must begin with its header");
  if (message.has_header()) {
    header_ = true;
    copy_ = message.header().copy();
    const auto& origin = message.header().origin();
    if (std::max({origin.file_name().size(), origin.column_map().size(), origin.layout().size(), message.header().name().size()}) > kMaxText) {
      return Bad(absl::StrCat("a name is over ", kMaxText, " bytes"));
    }
  }
  SEEP_RETURN_IF_ERROR(Begin(message));
  const bool of_a_run = message.has_batch() || message.has_artefact() || message.logs_size() > 0 || !message.invalid().empty() ||
                        message.events_size() + message.faults_size() + message.generations_size() > 0;
  if (of_a_run && runs_ == 0) return Bad("samples before the first run");
  if (message.has_batch()) SEEP_RETURN_IF_ERROR(Batch(message.batch()));
  if (message.has_artefact()) SEEP_RETURN_IF_ERROR(Artefact(message.artefact()));
  SEEP_RETURN_IF_ERROR(Notes(message));
  return message.has_end() ? End(message.end()) : absl::OkStatus();
}

absl::Status ImportCheck::Begin(const v1::ImportRunsRequest& message) {
  if (!message.has_run()) return absl::OkStatus();
  if (!artefact_.empty()) return Bad("an artefact is not complete");
  if (++runs_ > kMaxRuns) return absl::ResourceExhaustedError(absl::StrCat("more than ", kMaxRuns, " runs in one file; import them in parts"));
  if (message.run().ByteSizeLong() > kMaxRunBytes) return Bad("its description is over 1 MiB");
  if (copy_ && (message.campaign().campaign_id().empty() || message.run().run_id().empty())) return Bad("a copy's run needs its ids and its campaign");
  if (copy_ && !run_ids_.insert(message.run().run_id()).second) return Bad(absl::StrCat("run ", Printable(message.run().run_id()), " comes twice"));
  epochs_.clear();
  epoch_.clear();
  ids_.clear();
  gauge_names_.clear();
  events_ = faults_ = generations_ = 0;
  artefacts_ = artefacts_bytes_ = 0;
  return absl::OkStatus();
}

absl::Status ImportCheck::Batch(const v1::SampleBatch& batch) {
  const std::string& epoch = batch.stream().boot_epoch();
  if (epoch.empty() || epoch.size() > kMaxEpoch) return Bad(absl::StrCat("a stream's boot epoch has 1 to ", kMaxEpoch, " bytes"));
  if (epoch != epoch_) {
    if (!epochs_.insert(epoch).second) return Bad("streams are mixed");
    if (epochs_.size() > static_cast<std::size_t>(kMaxStreams)) return Bad(absl::StrCat("more than ", kMaxStreams, " streams"));
    epoch_ = epoch;
    next_sequence_ = 1;
    ids_.clear();
  }
  v1::SampleBatch named = batch;
  named.mutable_stream()->set_agent("import");
  named.mutable_stream()->set_run_id("import");
  if (const absl::Status opened = storage::OpenBatch(named, block_); !opened.ok()) {
    return absl::Status(opened.code(), Bad(std::string(opened.message())).message());
  }
  const bool explained = batch.dropped_from() > 0 && batch.dropped_from() <= next_sequence_;
  if (batch.first_sequence() < next_sequence_ || (batch.first_sequence() > next_sequence_ && !explained)) {
    return Bad(absl::StrCat("sequence ", next_sequence_, " was due, not ", batch.first_sequence()));
  }
  next_sequence_ = batch.first_sequence() + batch.count();
  samples_ += batch.count();
  return Gauges();
}

absl::Status ImportCheck::Gauges() {
  for (const v1::GaugeDefinition& gauge : block_.gauges()) {
    if (gauge.id() == 0 || gauge.id() > 1'000'000 || !storage::IsGaugeName(gauge.name())) {
      return Bad(absl::StrCat("'", Printable(gauge.name().substr(0, 80)), "' is no gauge's name ([a-z][a-z0-9_.]{0,62})"));
    }
    if (gauge.unit().size() > 32) return Bad(absl::StrCat("the unit of ", gauge.name(), " is over 32 bytes"));
    ids_.insert(gauge.id());
    gauge_names_.insert(gauge.name());
  }
  if (gauge_names_.size() > storage::kMaxGauges) {
    return absl::ResourceExhaustedError(Bad(absl::StrCat("more than ", storage::kMaxGauges, " gauges")).message());
  }
  for (const v1::Sample& sample : block_.samples()) {
    const std::int64_t at = sample.monotonic_us();
    if (at < 0 || at > kLongestRun_us) return Bad(absl::StrCat("sample ", sample.sequence(), " is at ", at, " us: no time of a run"));
    if (sample.generation() == 0) return Bad(absl::StrCat("sample ", sample.sequence(), ": generations count from 1"));
    for (const std::uint32_t id : sample.gauge()) {
      if (!ids_.contains(id)) return Bad(absl::StrCat("sample ", sample.sequence(), " uses gauge ", id, ", which was never defined"));
    }
    for (const double value : sample.value()) {
      if (!std::isfinite(value)) return Bad(absl::StrCat("sample ", sample.sequence(), " has a value that is no number; leave it out"));
    }
  }
  return absl::OkStatus();
}

absl::Status ImportCheck::Artefact(const v1::ArtefactChunk& chunk) {
  const v1::Artefact& artefact = chunk.artefact();
  const std::string name = Printable(artefact.name().substr(0, 80));
  if (artefact.name().empty() || artefact.key().empty() || std::max(artefact.name().size(), artefact.key().size()) > 128) {
    return Bad("an artefact without a name");
  }
  if (chunk.offset() == 0) {
    if (!artefact_.empty()) return Bad(absl::StrCat("artefact ", Printable(artefact_), " is not complete"));
    artefact_ = artefact.name();
    artefact_bytes_ = 0;
    artefacts_bytes_ += artefact.size();
    const bool fits = artefact.size() <= storage::kMaxArtefactBytes && ++artefacts_ <= storage::kMaxArtefactsPerRun &&
                      artefacts_bytes_ <= storage::kMaxArtefactBytesPerRun;
    if (!fits) return Bad(absl::StrCat("artefact ", name, " is more than a run may keep"));
  }
  if (artefact_ != artefact.name() || chunk.offset() != artefact_bytes_ || chunk.offset() + chunk.data().size() > artefact.size()) {
    return Bad(absl::StrCat("artefact ", name, ": its pieces do not fit together"));
  }
  artefact_bytes_ += chunk.data().size();
  if (artefact_bytes_ == artefact.size()) artefact_.clear();
  return absl::OkStatus();
}

absl::Status ImportCheck::Notes(const v1::ImportRunsRequest& message) {
  events_ += message.events_size();
  faults_ += message.faults_size();
  generations_ += message.generations_size();
  if (std::max({events_, faults_, generations_}) > kMaxNotes) return Bad(absl::StrCat("more than ", kMaxNotes, " events, faults or generations"));
  for (const v1::RunEvent& event : message.events()) {
    if (std::max(event.kind().size(), event.message().size()) > kMaxText) return Bad(absl::StrCat("an event is over ", kMaxText, " bytes"));
  }
  for (const v1::FaultReport& fault : message.faults()) {
    if (fault.fault_id().empty() || std::max(fault.fault_id().size(), fault.detail().size()) > kMaxText) return Bad("a fault without an id");
  }
  return message.invalid().size() <= kMaxText ? absl::OkStatus() : Bad("the reason why it is invalid is too long");
}

absl::Status ImportCheck::End(const v1::ImportEnd& end) {
  if (!artefact_.empty()) return Bad("an artefact is not complete");
  if (runs_ == 0 || end.runs() != runs_ || end.samples() != samples_) {
    return Bad(absl::StrCat("its end tells of ", end.runs(), " runs and ", end.samples(), " samples; there were ", runs_, " and ", samples_));
  }
  if (!copy_ && !IsDigest(end.sha256())) return Bad("its end lacks the file's SHA-256");
  ended_ = true;
  return absl::OkStatus();
}

}  // namespace seep::coordinator
