#include "coordinator/control/run_watch.h"

#include <utility>

#include "coordinator/runs/run_state.h"

namespace seep::coordinator {
namespace {
constexpr std::uint32_t kPage = 500;
// What no nudge tells of (another process wrote, a nudge came too early).
constexpr absl::Duration kLookAnyway = absl::Seconds(1);
constexpr absl::Duration kAtMostEvery = absl::Milliseconds(100);
}  // namespace

void RunWatch::Start(bool from_start) {
  busy_ = true;
  if (from_start) return Look();
  SkipStored();
}

// A cursor has no way to the end but reading; nothing of it is sent.
void RunWatch::SkipStored() {
  store_.ReadSamples(run_id_, cursor_, 10'000, [self = shared_from_this()](absl::StatusOr<storage::SamplePage> page) {
    if (self->Failed(page.status())) return;
    self->cursor_ = page->next;
    if (!page->at_end) return self->SkipStored();
    self->SkipEvents();
  });
}

void RunWatch::SkipEvents() {
  store_.ListEvents(run_id_, last_event_, 0, [self = shared_from_this()](absl::StatusOr<std::vector<v1::RunEvent>> events) {
    if (self->Failed(events.status())) return;
    if (events->empty()) return self->Look();
    self->last_event_ = events->back().id();
    self->SkipEvents();
  });
}

void RunWatch::Nudge() {
  nudged_ = true;
  if (busy_ || ended_) return;
  // Commits come many a second; a watcher looks at most ten times.
  loop_.Cancel(wait_);
  wait_ = loop_.RunAfter(kAtMostEvery, [self = shared_from_this()] {
    self->wait_ = TimerId::kNone;
    self->Look();
  });
  busy_ = true;
}

void RunWatch::Interrupt() { End(absl::UnavailableError("the coordinator is stopping; watch again later")); }

void RunWatch::Look() {
  if (ended_) return;
  busy_ = true;
  nudged_ = false;
  if (stream_->cancelled()) return End(absl::CancelledError("the watcher is gone"));
  update_.Clear();
  store_.GetRun(run_id_, [self = shared_from_this()](absl::StatusOr<v1::Run> run) {
    if (self->Failed(run.status())) return;
    self->over_ = IsTerminal(run->state());
    std::string bytes = run->SerializeAsString();
    if (bytes != self->told_run_) *self->update_.mutable_run() = *std::move(run);
    self->told_run_ = std::move(bytes);
    self->LookAtEvents();
  });
}

void RunWatch::LookAtEvents() {
  store_.ListEvents(run_id_, last_event_, kPage, [self = shared_from_this()](absl::StatusOr<std::vector<v1::RunEvent>> events) {
    if (self->Failed(events.status())) return;
    for (v1::RunEvent& event : *events) {
      self->last_event_ = event.id();
      *self->update_.add_events() = std::move(event);
    }
    self->LookAtFaults();
  });
}

void RunWatch::LookAtFaults() {
  // Faults only change with an event beside them, or when the run does.
  if (update_.events_size() == 0 && !update_.has_run()) return LookAtSamples();
  store_.ListFaults(run_id_, 10'000, [self = shared_from_this()](absl::StatusOr<std::vector<v1::FaultReport>> faults) {
    if (self->Failed(faults.status())) return;
    for (const v1::FaultReport& fault : *faults) {
      std::string bytes = fault.SerializeAsString();
      std::string& told = self->told_faults_[fault.fault_id()];
      if (told == bytes) continue;
      told = std::move(bytes);
      *self->update_.add_faults() = fault;
    }
    self->LookAtSamples();
  });
}

void RunWatch::LookAtSamples() {
  store_.ReadSamples(run_id_, cursor_, kPage, [self = shared_from_this()](absl::StatusOr<storage::SamplePage> page) {
    if (self->Failed(page.status())) return;
    self->cursor_ = page->next;
    const int gauges = static_cast<int>(page->gauges.size());
    if (!page->samples.empty() && gauges != self->told_gauges_) {
      for (auto& gauge : page->gauges) *self->update_.add_gauges() = std::move(gauge);
      self->told_gauges_ = gauges;
    }
    for (v1::Sample& sample : page->samples) *self->update_.add_samples() = std::move(sample);
    self->Tell(page->at_end && self->update_.events_size() < static_cast<int>(kPage));
  });
}

void RunWatch::Tell(bool at_end) {
  const bool over = over_ && at_end;
  if (update_.ByteSizeLong() == 0) return over ? End(absl::OkStatus()) : Wait();
  stream_->Write(std::exchange(update_, {}), [self = shared_from_this(), at_end, over](bool ok) {
    if (!ok) return self->End(absl::CancelledError("the watcher is gone"));
    if (over) return self->End(absl::OkStatus());
    if (!at_end) return self->Look();
    self->Wait();
  });
}

void RunWatch::Wait() {
  if (ended_) return;
  busy_ = false;
  if (nudged_) return Nudge();
  wait_ = loop_.RunAfter(kLookAnyway, [self = shared_from_this()] {
    self->wait_ = TimerId::kNone;
    self->Look();
  });
}

bool RunWatch::Failed(const absl::Status& status) {
  if (status.ok()) return false;
  End(status);
  return true;
}

void RunWatch::End(absl::Status status) {
  if (ended_) return;
  ended_ = true;
  loop_.Cancel(std::exchange(wait_, TimerId::kNone));
  stream_->Finish(std::move(status));
}

}  // namespace seep::coordinator
