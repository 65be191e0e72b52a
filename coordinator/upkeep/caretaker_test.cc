// Years of a store's life on a fake clock.
#include "coordinator/upkeep/caretaker.h"

#include <gtest/gtest.h>

#include <optional>

#include "common/event_loop/simulated_event_loop.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/sqlite/database.h"
#include "storage/testing/sample_batches.h"
#include "storage/upkeep/pins.h"
#include "storage/upkeep/store_check.h"

namespace seep::coordinator {
namespace {

using seep::testing::StatusIs;
using storage::testing::MakeBatch;
using ::testing::HasSubstr;

constexpr absl::Duration kDay = absl::Hours(24);

class CaretakerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-caretaker-test"));
    directory_.emplace(std::move(directory));
    storage::StoreOptions options;
    options.directory = directory_->path();
    options.inline_for_simulation = true;
    ASSERT_OK_AND_ASSIGN(store_, storage::SqliteStore::Open(options, loop_));
    ASSERT_OK(store_->Start());
    settings_.sweep_every = absl::Minutes(10);
  }
  void TearDown() override {
    caretaker_.reset();
    store_->Stop();
    loop_.RunReady();
  }
  void Begin() {
    caretaker_.emplace(loop_, *store_, settings_);
    caretaker_->Start();
  }
  template <typename T, typename Call>
  absl::StatusOr<T> Wait(Call call) {
    std::optional<absl::StatusOr<T>> got;
    call(storage::Callback<T>([&](absl::StatusOr<T> answer) { got = std::move(answer); }));
    loop_.RunUntil([&] { return got.has_value(); }, absl::Seconds(30));
    return got ? *std::move(got) : absl::DeadlineExceededError("no answer");
  }
  absl::Status WaitStatus(std::function<void(storage::Done)> call) {
    std::optional<absl::Status> got;
    call([&](absl::Status status) { got = std::move(status); });
    loop_.RunUntil([&] { return got.has_value(); }, absl::Seconds(30));
    return got ? *got : absl::DeadlineExceededError("no answer");
  }
  // A run of `samples` samples that has just ended; its id.
  std::string AddRun(const std::string& team, std::uint64_t samples, bool over = true, int gauges = 3) {
    storage::NewCampaign made;
    made.campaign.set_name("soak");
    v1::Run& run = made.runs.emplace_back();
    run.set_state(v1::RUN_STATE_RUNNING);
    run.set_created_wall_us(clock_.WallNow().micros());
    (*run.mutable_spec()->mutable_labels())["team"] = team;
    auto stored = Wait<storage::StoredCampaign>([&](auto got) { store_->CreateCampaign(made, std::move(got)); });
    EXPECT_OK(stored);
    v1::Run changed = stored->runs[0];
    for (std::uint64_t first = 1; first <= samples; first += 100) {
      EXPECT_OK(Wait<storage::AppendOutcome>([&](auto got) {
        store_->AppendSamples(MakeBatch(changed.run_id(), first, 100, {.gauges = gauges, .interval_us = 6'000'000}), std::move(got));
      }));
    }
    if (over) {
      changed.set_state(v1::RUN_STATE_FINISHED);
      changed.set_ended_wall_us(clock_.WallNow().micros());
      storage::RunChange change;
      change.run_id = changed.run_id();
      change.run = changed;
      EXPECT_OK(Wait<std::vector<v1::RunEvent>>([&](auto got) { store_->ChangeRun(change, std::move(got)); }));
    }
    return changed.run_id();
  }
  absl::StatusOr<v1::Run> GetRun(const std::string& id) {
    return Wait<v1::Run>([&](auto got) { store_->GetRun(id, std::move(got)); });
  }
  v1::SampleTier Keeps(const std::string& id) {
    const auto run = GetRun(id);
    if (!run.ok()) return v1::SAMPLE_TIER_NONE;
    return run->has_expiry() ? run->expiry().keeps() : v1::SAMPLE_TIER_RAW;
  }
  // The calendar moves by `age`; then there is time for a sweep.
  void Later(absl::Duration age) {
    clock_.JumpWall(age);
    loop_.Advance(absl::Minutes(11));
  }
  void ExpectSound() {
    ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(store_->database_path(), sqlite::Access::kReadOnly));
    storage::UpkeepPorts ports;
    ports.finding = [](const v1::StoreFinding& finding) { ADD_FAILURE() << finding.ShortDebugString(); };
    EXPECT_OK(storage::CheckStore(*db, {}, std::move(ports)));
  }

  FakeClock clock_;
  SimulatedEventLoop loop_{clock_};
  std::optional<TempDirectory> directory_;
  std::unique_ptr<storage::SqliteStore> store_;
  CaretakerOptions settings_;
  std::optional<Caretaker> caretaker_;
};

TEST_F(CaretakerTest, RunsAgeAsTheRulesSay) {
  settings_.retention = {{{{"team", "payments"}}, 365 * kDay, absl::InfiniteDuration(), absl::InfiniteDuration()},
                         {{}, 30 * kDay, 90 * kDay, 730 * kDay}};
  const std::string old = AddRun("web", 1000), kept = AddRun("payments", 200), open = AddRun("web", 200, /*over=*/false);
  const std::string pinned = AddRun("web", 200);
  ASSERT_OK(WaitStatus([&](storage::Done done) {
    store_->Maintain([&](storage::Stores& stores) { return storage::Pin(stores.database, pinned, "the reference", 1); }, std::move(done));
  }));
  Begin();
  Later(29 * kDay);
  EXPECT_EQ(Keeps(old), v1::SAMPLE_TIER_RAW);
  Later(2 * kDay);
  EXPECT_EQ(Keeps(old), v1::SAMPLE_TIER_MINUTES);
  EXPECT_EQ(Keeps(kept), v1::SAMPLE_TIER_RAW);
  const auto minutes = Wait<storage::SamplePage>([&](auto got) { store_->ReadTiers(old, {}, 0, std::move(got)); });
  ASSERT_OK(minutes);
  EXPECT_EQ(minutes->samples.size(), 101u) << "1,000 samples at 6 s, drawable by the minute";
  Later(60 * kDay);
  EXPECT_EQ(Keeps(old), v1::SAMPLE_TIER_HOURS);
  const auto hours = Wait<storage::SamplePage>([&](auto got) { store_->ReadTiers(old, {}, 0, std::move(got)); });
  ASSERT_OK(hours);
  EXPECT_EQ(hours->samples.size(), 2u);
  ExpectSound();
  Later(700 * kDay);
  EXPECT_THAT(GetRun(old), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Keeps(kept), v1::SAMPLE_TIER_MINUTES);
  EXPECT_EQ(Keeps(open), v1::SAMPLE_TIER_RAW);
  EXPECT_EQ(Keeps(pinned), v1::SAMPLE_TIER_RAW);
  ExpectSound();
}

TEST_F(CaretakerTest, WithoutRulesNothingLeaves) {
  const std::string run = AddRun("web", 200);
  Begin();
  Later(3650 * kDay);
  EXPECT_EQ(Keeps(run), v1::SAMPLE_TIER_RAW);
}

TEST_F(CaretakerTest, TakesUpWhatAKillInterrupted) {
  const std::string run = AddRun("web", 200);
  storage::Expiry expiry(clock_, {absl::Hours(1), 1});
  ASSERT_OK(WaitStatus([&](storage::Done done) {
    store_->Maintain(
        [&](storage::Stores& stores) {
          const absl::Status begun = expiry.Begin(stores, {run, v1::SAMPLE_TIER_NONE, "removed"});
          return begun.ok() ? expiry.Step(stores, run).status() : begun;
        },
        std::move(done));
  }));
  Begin();
  loop_.Advance(absl::Seconds(5));
  EXPECT_THAT(GetRun(run), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(CaretakerTest, OverTheBudgetTheOldestDetailsLeaveFirst) {
  std::vector<std::string> runs;
  for (int i = 0; i < 8; ++i) {
    runs.push_back(AddRun("web", 2000, true, 10));
    clock_.JumpWall(kDay);
  }
  ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(store_->database_path(), sqlite::Access::kReadOnly));
  ASSERT_OK_AND_ASSIGN(const storage::StoreSpace space, storage::MeasureSpace(*db));
  settings_.max_bytes = space.live_bytes() * 100 / 92;
  Begin();
  loop_.Advance(absl::Minutes(2));
  EXPECT_EQ(Keeps(runs.front()), v1::SAMPLE_TIER_MINUTES);
  EXPECT_OK(caretaker_->TakesCampaigns());
  ExpectSound();
}

TEST_F(CaretakerTest, WhenNothingMoreMayLeaveCampaignsAreRefusedUntilThereIsRoom) {
  const std::string pinned = AddRun("web", 10'000, true, 20);
  ASSERT_OK(WaitStatus([&](storage::Done done) {
    store_->Maintain([&](storage::Stores& stores) { return storage::Pin(stores.database, pinned, "", 1); }, std::move(done));
  }));
  ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(store_->database_path(), sqlite::Access::kReadOnly));
  ASSERT_OK_AND_ASSIGN(const storage::StoreSpace space, storage::MeasureSpace(*db));
  settings_.max_bytes = space.live_bytes();
  Begin();
  loop_.Advance(absl::Seconds(10));
  EXPECT_THAT(caretaker_->TakesCampaigns(), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("store.max_bytes")));
  EXPECT_FALSE(caretaker_->takes_samples());
  EXPECT_EQ(Keeps(pinned), v1::SAMPLE_TIER_RAW);
  ASSERT_OK(WaitStatus([&](storage::Done done) {
    store_->Maintain([&](storage::Stores& stores) { return storage::Unpin(stores.database, pinned); }, std::move(done));
  }));
  loop_.Advance(absl::Seconds(30));
  EXPECT_TRUE(caretaker_->takes_samples());
}

}  // namespace
}  // namespace seep::coordinator
