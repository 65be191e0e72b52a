#include "coordinator/control/run_export.h"

#include <algorithm>
#include <utility>

namespace seep::coordinator {

void RunExport::Start() {
  store_.GetRun(request_.run_id(), [self = shared_from_this()](absl::StatusOr<v1::Run> run) {
    if (self->Failed(run.status())) return;
    *self->response_.mutable_run() = *std::move(run);
    if (self->request_.everything()) return self->ReadCampaign();
    self->ReadGenerations();
  });
}

// Its runs' verdicts have the exact histograms, without which a copy could not
// be added up with others.
void RunExport::ReadCampaign() {
  store_.GetCampaign(response_.run().campaign_id(), [self = shared_from_this()](absl::StatusOr<storage::StoredCampaign> stored) {
    if (self->Failed(stored.status())) return;
    *self->response_.mutable_campaign() = std::move(stored->campaign);
    for (v1::Run& run : stored->runs) {
      if (run.run_id() == self->request_.run_id()) *self->response_.mutable_run() = std::move(run);
    }
    self->ReadGaps();
  });
}

void RunExport::ReadGaps() {
  store_.ListGaps(request_.run_id(), [self = shared_from_this()](absl::StatusOr<std::vector<storage::Gap>> gaps) {
    if (self->Failed(gaps.status())) return;
    for (storage::Gap& gap : *gaps) {
      v1::SampleGap& told = *self->response_.add_gaps();
      told.set_from_sequence(gap.from_sequence);
      told.set_to_sequence(gap.to_sequence);
      told.set_reason(std::move(gap.reason));
    }
    self->ReadFaults();
  });
}

void RunExport::ReadFaults() {
  store_.ListFaults(request_.run_id(), kMaxFaults, [self = shared_from_this()](absl::StatusOr<std::vector<v1::FaultReport>> faults) {
    if (self->Failed(faults.status())) return;
    for (v1::FaultReport& fault : *faults) *self->response_.add_faults() = std::move(fault);
    self->Tell(&RunExport::ReadEvents);
  });
}

void RunExport::ReadEvents() {
  store_.ListEvents(request_.run_id(), last_event_, kPage, [self = shared_from_this()](absl::StatusOr<std::vector<v1::RunEvent>> events) {
    if (self->Failed(events.status())) return;
    for (v1::RunEvent& event : *events) {
      self->last_event_ = event.id();
      *self->response_.add_events() = std::move(event);
    }
    if (!events->empty()) return self->Tell(&RunExport::ReadEvents);
    self->ReadGenerations();
  });
}

void RunExport::ReadGenerations() {
  store_.ListGenerations(request_.run_id(), [self = shared_from_this()](absl::StatusOr<std::vector<v1::GenerationInfo>> generations) {
    if (self->Failed(generations.status())) return;
    for (v1::GenerationInfo& generation : *generations) *self->response_.add_generations() = std::move(generation);
    self->Tell(&RunExport::ReadSamples);
  });
}

void RunExport::ReadSamples() {
  store_.ReadSamples(request_.run_id(), cursor_, kPage, [self = shared_from_this()](absl::StatusOr<storage::SamplePage> page) {
    if (self->Failed(page.status())) return;
    self->cursor_ = page->next;
    const int gauges = static_cast<int>(page->gauges.size());
    if (gauges != self->told_gauges_) {
      for (auto& gauge : page->gauges) *self->response_.add_gauges() = std::move(gauge);
      self->told_gauges_ = gauges;
    }
    for (v1::Sample& sample : page->samples) *self->response_.add_samples() = std::move(sample);
    if (!page->at_end) return self->Tell(&RunExport::ReadSamples);
    self->Tell(self->request_.everything() ? &RunExport::ReadLogs : nullptr);
  });
}

void RunExport::ReadLogs() {
  store_.ListLogs(request_.run_id(), last_log_, kPage, [self = shared_from_this()](absl::StatusOr<std::vector<storage::StoredLog>> logs) {
    if (self->Failed(logs.status())) return;
    for (storage::StoredLog& log : *logs) {
      self->last_log_ = log.id;
      *self->response_.add_logs() = std::move(log.line);
    }
    self->Tell(logs->empty() ? &RunExport::ListArtefacts : &RunExport::ReadLogs);
  });
}

void RunExport::ListArtefacts() {
  store_.ListArtefacts(request_.run_id(), [self = shared_from_this()](absl::StatusOr<std::vector<v1::Artefact>> listed) {
    if (self->Failed(listed.status())) return;
    self->artefacts_ = *std::move(listed);
    std::reverse(self->artefacts_.begin(), self->artefacts_.end());
    self->ReadArtefact();
  });
}

void RunExport::ReadArtefact() {
  if (artefacts_.empty()) return Tell(nullptr);
  store_.ReadArtefact(request_.run_id(), artefacts_.back().name(), piece_, [self = shared_from_this()](absl::StatusOr<storage::ArtefactPiece> piece) {
    if (self->Failed(piece.status())) return;
    v1::ArtefactChunk& chunk = *self->response_.mutable_artefact();
    *chunk.mutable_artefact() = std::move(piece->artefact);
    chunk.set_offset(self->offset_);
    self->offset_ += piece->data.size();
    chunk.set_data(std::move(piece->data));
    ++self->piece_;
    if (piece->last) {
      self->artefacts_.pop_back();
      self->piece_ = 0;
      self->offset_ = 0;
    }
    self->Tell(&RunExport::ReadArtefact);
  });
}

void RunExport::Tell(Step next) {
  const auto go_on = [self = shared_from_this(), next](bool ok) {
    if (!ok) return self->stream_->Finish(absl::CancelledError("the caller is gone"));
    if (next == nullptr) return self->stream_->Finish(absl::OkStatus());
    ((*self).*next)();
  };
  if (response_.ByteSizeLong() == 0) return go_on(true);
  stream_->Write(std::exchange(response_, {}), go_on);
}

bool RunExport::Failed(const absl::Status& status) {
  if (status.ok()) return false;
  stream_->Finish(status);
  return true;
}

}  // namespace seep::coordinator
