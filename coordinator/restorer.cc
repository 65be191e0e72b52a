#include "coordinator/restorer.h"

#include "absl/strings/str_cat.h"
#include "coordinator/imports/import_writer.h"
#include "coordinator/log/log.h"

namespace seep::coordinator {

void Restorer::Restore(storage::Done done) {
  done_ = std::move(done);
  store_.ListAgents([self = shared_from_this()](absl::StatusOr<std::vector<v1::AgentInfo>> agents) {
    if (!agents.ok()) return self->done_(agents.status());
    for (const v1::AgentInfo& agent : *agents) self->fleet_.Remember(agent);
    self->ReadRuns("");
  });
}

void Restorer::ReadRuns(std::string before_id) {
  storage::RunFilter filter;
  filter.open_only = true;
  store_.ListRuns(filter, {std::move(before_id), 1000}, [self = shared_from_this()](absl::StatusOr<storage::RunPage> page) {
    if (!page.ok()) return self->done_(page.status());
    for (v1::Run& run : page->runs) (run.has_origin() && run.agent() == kImportAgent ? self->imported_ : self->open_).push_back(std::move(run));
    if (!page->next_before_id.empty()) return self->ReadRuns(page->next_before_id);
    LogInfo({{"coordinator", "restoring"}, {"open_runs", absl::StrCat(self->open_.size())}});
    self->RestoreNext();
  });
}

void Restorer::RestoreNext() {
  if (open_.empty()) return done_(absl::OkStatus());
  v1::Run run = std::move(open_.back());
  open_.pop_back();
  const std::string run_id = run.run_id();
  store_.ListFaults(run_id, 100'000, [self = shared_from_this(), run = std::move(run)](
                                         absl::StatusOr<std::vector<v1::FaultReport>> faults) {
    if (!faults.ok()) return self->done_(faults.status());
    self->runs_.Restore(run, *faults);
    self->RestoreNext();
  });
}

}  // namespace seep::coordinator
