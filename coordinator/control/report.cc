#include "coordinator/control/report.h"

#include <memory>
#include <utility>

#include "coordinator/verdicts/sample_pump.h"
#include "coordinator/verdicts/time_table.h"

namespace seep::coordinator {
namespace {

struct Gathering : std::enable_shared_from_this<Gathering> {
  EventLoop& loop;
  EventLoop& worker;
  storage::Store& store;
  storage::AcrossRuns& across;
  std::string run_id;
  Answer<v1::GetReportResponse> answer;
  v1::GetReportResponse report;
  TimeTable table;

  Gathering(EventLoop& l, EventLoop& w, storage::Store& s, storage::AcrossRuns& a) : loop(l), worker(w), store(s), across(a) {}

  void Run() {
    store.GetRun(run_id, [self = shared_from_this()](absl::StatusOr<v1::Run> run) {
      if (!run.ok()) return self->answer(run.status());
      *self->report.mutable_run() = *std::move(run);
      self->Events(0);
    });
  }
  void Events(std::uint64_t after) {
    store.ListEvents(run_id, after, 1000, [self = shared_from_this()](absl::StatusOr<std::vector<v1::RunEvent>> events) {
      if (!events.ok()) return self->answer(events.status());
      auto& list = *self->report.mutable_events();
      const std::uint64_t last = events->empty() ? 0 : events->back().id();
      for (v1::RunEvent& event : *events) *list.Add() = std::move(event);
      if (list.size() > static_cast<int>(kMaxEvents)) {
        list.DeleteSubrange(0, list.size() - static_cast<int>(kMaxEvents));
      }
      return last == 0 ? self->Faults() : self->Events(last);
    });
  }
  void Faults() {
    store.ListFaults(run_id, 10'000, [self = shared_from_this()](absl::StatusOr<std::vector<v1::FaultReport>> faults) {
      if (!faults.ok()) return self->answer(faults.status());
      for (v1::FaultReport& fault : *faults) *self->report.add_faults() = std::move(fault);
      self->Annotations();
    });
  }
  void Annotations() {
    across.ListAnnotations(run_id, [self = shared_from_this()](absl::StatusOr<std::vector<v1::Annotation>> notes) {
      if (!notes.ok()) return self->answer(notes.status());
      for (v1::Annotation& note : *notes) *self->report.add_annotations() = std::move(note);
      self->Table();
    });
  }
  void Table() {
    SamplePump::Start(
        loop, worker, store, run_id, {}, [self = shared_from_this()](const storage::SamplePage& page) { self->table.Add(page); },
        [self = shared_from_this()](absl::Status status, storage::SampleCursor) {
          if (!status.ok()) return self->answer(status);
          self->table.WriteTo(self->report);
          self->answer(std::move(self->report));
        },
        report.run().has_expiry() ? SamplePump::Grain::kTiers : SamplePump::Grain::kSamples);
  }
};

}  // namespace

void GatherReport(EventLoop& loop, EventLoop& worker, storage::Store& store, storage::AcrossRuns& across, std::string run_id,
                  Answer<v1::GetReportResponse> answer) {
  auto gathering = std::make_shared<Gathering>(loop, worker, store, across);
  gathering->run_id = std::move(run_id);
  gathering->answer = std::move(answer);
  gathering->Run();
}

}  // namespace seep::coordinator
