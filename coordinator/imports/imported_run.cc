// ImportWriter on one run: what belongs to it besides samples, and its end.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "coordinator/imports/import_writer.h"
#include "coordinator/log/log.h"
#include "coordinator/runs/run_state.h"

namespace seep::coordinator {

void ImportWriter::CarryNotes(v1::ImportRunsRequest message) {
  if (!present_ || present_->over) return Carry();
  if (!message.invalid().empty()) present_->run.mutable_origin()->set_invalid(message.invalid());
  for (v1::RunEvent& event : *message.mutable_events()) {
    event.set_run_id(present_->run.run_id());
    event.clear_id();
    present_->events.push_back(std::move(event));
  }
  storage::RunChange change;
  change.run_id = present_->run.run_id();
  for (v1::GenerationInfo& generation : *message.mutable_generations()) change.generations.push_back(std::move(generation));
  for (v1::FaultReport& fault : *message.mutable_faults()) {
    fault.set_run_id(change.run_id);
    change.faults.push_back(std::move(fault));
  }
  message.clear_generations();
  message.clear_faults();
  auto rest = std::make_shared<v1::ImportRunsRequest>(std::move(message));
  if (change.generations.empty() && change.faults.empty()) return CarryLogs(std::move(*rest));
  Change(std::move(change), [self = shared_from_this(), rest] { self->CarryLogs(std::move(*rest)); });
}

void ImportWriter::CarryLogs(v1::ImportRunsRequest message) {
  if (message.logs_size() == 0) return CarryArtefact(std::move(message));
  v1::LogBatch logs;
  logs.set_run_id(present_->run.run_id());
  *logs.mutable_lines() = message.logs();
  auto rest = std::make_shared<v1::ImportRunsRequest>(std::move(message));
  store_.AppendLogs(present_->run.agent(), std::move(logs), [self = shared_from_this(), rest](absl::Status status) {
    if (self->stopped_) return;
    self->OrAgain(status,
                  [self, rest] { self->CarryArtefact(std::move(*rest)); },
                  [self, rest] { self->CarryLogs(std::move(*rest)); });
  });
}

void ImportWriter::CarryArtefact(v1::ImportRunsRequest message) {
  if (!message.has_artefact()) return Carry();
  const v1::ArtefactChunk& chunk = message.artefact();
  Present& present = *present_;
  if (chunk.offset() == 0) {
    present.artefact = chunk.artefact();
    present.artefact.set_run_id(present.run.run_id());
    present.artefact_data.clear();
  }
  present.artefact_data += chunk.data();
  if (present.artefact_data.size() < present.artefact.size()) return Carry();
  auto rest = std::make_shared<v1::ImportRunsRequest>(std::move(message));
  std::string whole = present.artefact_data;
  store_.SaveArtefact(present.run.agent(), present.artefact, std::move(whole), [self = shared_from_this(), rest](absl::Status status) {
    if (self->stopped_) return;
    if (status.code() == absl::StatusCode::kResourceExhausted) LogWarn({{"import", self->stage_}, {"artefact", self->present_->artefact.name()}, {"reason", std::string(status.message())}});
    self->OrAgain(status, [self] { self->Carry(); }, [self, rest] {
      self->present_->artefact_data.resize(rest->artefact().offset());
      self->CarryArtefact(std::move(*rest));
    });
  });
}

void ImportWriter::NextRun() {
  present_.emplace();
  present_->run = runs_[index_++];
  present_->over = IsTerminal(present_->run.state());
}

// A run that did not say when it was is dated by its samples.
void ImportWriter::DateRun() {
  v1::Run& run = present_->run;
  v1::SampleBlock first, last;
  if (!first.ParseFromString(present_->first_block) || !last.ParseFromString(present_->last_block)) return;
  if (first.samples_size() == 0 || last.samples_size() == 0) return;
  const v1::Sample& begin = first.samples(0);
  const v1::Sample& end = last.samples(last.samples_size() - 1);
  if (run.started_wall_us() == 0 && begin.wall_us() > 0) run.set_started_wall_us(begin.wall_us() - begin.monotonic_us());
  if (run.ended_wall_us() == 0 && end.wall_us() > 0) run.set_ended_wall_us(end.wall_us());
  if (run.spec().duration_ms() == 0) run.mutable_spec()->set_duration_ms(static_cast<std::uint64_t>(std::max<std::int64_t>(end.monotonic_us(), 0)) / 1000);
  if (run.generation() == 0) run.set_generation(end.generation());
}

void ImportWriter::FinishRun(std::function<void()> then) {
  if (!present_ || present_->over) return then();
  const v1::Run& told = outline_.runs[index_ - 1];
  v1::Run& run = present_->run;
  DateRun();
  run.set_state(IsTerminal(told.state()) ? told.state() : v1::RUN_STATE_FINISHED);
  run.set_state_reason(told.state_reason());
  if (!IsTerminal(told.state()) && told.state() != v1::RUN_STATE_UNSPECIFIED) run.set_state_reason("exported while it was under way");
  if (outline_.header.copy()) {
    v1::RunVerdict kept = told.verdict();
    return StoreEnd(std::move(kept), std::move(then));
  }
  ports_.judge(run, [self = shared_from_this(), then = std::move(then)](absl::StatusOr<v1::RunVerdict> verdict) mutable {
    if (self->stopped_) return;
    if (!verdict.ok() && !IsTemporary(verdict.status())) return self->Fail(verdict.status());
    if (!verdict.ok()) return self->OrAgain(verdict.status(), [] {}, [self, then] { self->FinishRun(then); });
    self->StoreEnd(*std::move(verdict), std::move(then));
  });
}

void ImportWriter::StoreEnd(v1::RunVerdict verdict, std::function<void()> then) {
  storage::RunChange change;
  change.run_id = present_->run.run_id();
  change.run = present_->run;
  if (verdict.verdict() != v1::VERDICT_UNSPECIFIED) change.verdict = verdict;
  change.events = present_->events;
  if (!outline_.header.copy()) {
    const v1::RunOrigin& origin = present_->run.origin();
    v1::RunEvent& event = change.events.emplace_back();
    event.set_run_id(change.run_id);
    event.set_wall_us(loop_.clock().WallNow().micros());
    event.set_at_ms(present_->run.spec().duration_ms());
    event.set_kind("import");
    event.set_message(absl::StrCat("imported from ", Printable(origin.file_name()), ", layout ", Printable(origin.layout()), ", ", present_->samples,
                                   " samples, sha256 ", origin.sha256().substr(0, 16)));
  }
  present_->run.set_samples(present_->samples);
  *present_->run.mutable_verdict() = std::move(verdict);
  runs_[index_ - 1] = present_->run;
  Change(std::move(change), [self = shared_from_this(), then = std::move(then)] {
    if (self->ports_.changed) self->ports_.changed(self->present_->run.run_id());
    self->present_.reset();
    then();
  });
}

}  // namespace seep::coordinator
