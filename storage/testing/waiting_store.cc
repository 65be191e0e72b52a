#include "storage/testing/waiting_store.h"

#include "common/status/status_macros.h"

namespace seep::storage::testing {

WaitingStore::WaitingStore() : thread_([this] { loop_.Run(); }) {}

WaitingStore::~WaitingStore() {
  Close();
  loop_.Stop();
  thread_.join();
}

absl::Status WaitingStore::Open(const StoreOptions& options) {
  SEEP_ASSIGN_OR_RETURN(store_, SqliteStore::Open(options, loop_));
  return store_->Start();
}

void WaitingStore::Close() {
  if (store_ == nullptr) return;
  store_->Stop();
  // What Stop posted runs before what is posted now.
  absl::Notification done;
  loop_.Post([&done] { done.Notify(); });
  done.WaitForNotification();
  store_.reset();
}

absl::StatusOr<AppendOutcome> WaitingStore::Append(v1::SampleBatch batch) {
  return Wait<AppendOutcome>([batch = std::move(batch)](Store& store, auto got) mutable {
    store.AppendSamples(std::move(batch), std::move(got));
  });
}

absl::StatusOr<StoredCampaign> WaitingStore::CreateRuns(int runs, const std::string& name) {
  NewCampaign campaign;
  campaign.campaign.set_name(name);
  campaign.campaign.set_yaml("name: " + name + "\n");
  campaign.campaign.set_created_wall_us(1'767'225'600'000'000);
  for (int i = 0; i < runs; ++i) {
    v1::Run& run = campaign.runs.emplace_back();
    run.set_state(v1::RUN_STATE_QUEUED);
    run.set_created_wall_us(1'767'225'600'000'000);
    run.mutable_spec()->set_name(name);
    run.mutable_spec()->mutable_target()->set_driver("simulated-wallet");
    (*run.mutable_spec()->mutable_labels())["replica"] = std::to_string(i);
  }
  return Wait<StoredCampaign>([campaign](Store& store, auto got) {
    store.CreateCampaign(campaign, std::move(got));
  });
}

absl::StatusOr<v1::Run> WaitingStore::GetRun(const std::string& run_id) {
  return Wait<v1::Run>([run_id](Store& store, auto got) { store.GetRun(run_id, std::move(got)); });
}

absl::StatusOr<std::vector<v1::RunEvent>> WaitingStore::SetState(const std::string& run_id,
                                                                 v1::RunState state) {
  SEEP_ASSIGN_OR_RETURN(v1::Run run, GetRun(run_id));
  run.set_state(state);
  RunChange change;
  change.run_id = run_id;
  change.run = std::move(run);
  return Wait<std::vector<v1::RunEvent>>([change](Store& store, auto got) {
    store.ChangeRun(change, std::move(got));
  });
}

}  // namespace seep::storage::testing
