// kill -9 at any step of letting data go and giving its space back: nothing else
// is lost, the counts add up, and the next start takes it up again.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/event_loop/simulated_event_loop.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/sqlite/fatal_vfs.h"
#include "storage/stores/stores.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/waiting_store.h"
#include "storage/upkeep/expiry.h"
#include "storage/upkeep/free_space.h"
#include "storage/upkeep/store_check.h"

namespace seep::storage {
namespace {

using testing::MakeBatch;
using testing::WaitingStore;

constexpr int kKills = 50;  // in CI; SEEP_ALL_KILLS=1 tries every step

// Everything in the calling thread; false: something failed.
bool LetGo(const StoreOptions& options, v1::SampleTier keeps) {
  FakeClock clock;
  SimulatedEventLoop loop(clock);
  StoreOptions inline_options = options;
  inline_options.inline_for_simulation = true;
  auto store = SqliteStore::Open(inline_options, loop);
  if (!store.ok() || !(*store)->Start().ok()) return false;
  Expiry expiry(clock, {absl::Hours(1), 40});
  bool failed = false, done = false, begun = false;
  while (!done && !failed) {
    (*store)->Maintain(
        [&](Stores& stores) -> absl::Status {
          if (!std::exchange(begun, true)) {
            auto unfinished = Expiry::Unfinished(stores.database);
            if (!unfinished.ok()) return unfinished.status();
            if (unfinished->empty() && FindRun(stores.database, "r-0001").ok()) return expiry.Begin(stores, {"r-0001", keeps, "a test"});
            done = unfinished->empty();
            return absl::OkStatus();
          }
          auto piece = expiry.Step(stores, "r-0001");
          if (piece.ok()) done = piece->done;
          return piece.status();
        },
        [&](absl::Status status) { failed = !status.ok(); });
    loop.RunReady();
  }
  for (bool more = true; more && !failed;) {
    (*store)->Maintain(
        [&](Stores& stores) {
          auto released = ReleasePages(stores.database, 8);
          more = released.ok() && *released;
          return released.status();
        },
        [&](absl::Status status) { failed = !status.ok(); });
    loop.RunReady();
  }
  (*store)->Stop();
  loop.RunReady();
  return !failed;
}

class ExpiryKillTest : public ::testing::TestWithParam<v1::SampleTier> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-expiry-kill-test"));
    directory_.emplace(std::move(directory));
    options_.directory = directory_->path() + "/data";
    {
      WaitingStore store;
      ASSERT_OK(store.Open(options_));
      ASSERT_OK(store.CreateRuns(2));
      for (std::uint64_t first = 1; first <= 1200; first += 50) {
        ASSERT_OK(store.Append(MakeBatch("r-0001", first, 50, {.gauges = 3, .interval_us = 9'000'000})));
      }
      for (std::uint64_t first = 1; first <= 100; first += 10) ASSERT_OK(store.Append(MakeBatch("r-0002", first, 10, {.gauges = 3})));
      ASSERT_OK(store.SetState("r-0001", v1::RUN_STATE_FINISHED));
    }
    ASSERT_OK_AND_ASSIGN(before_, ReadFile(Path()));
  }
  std::string Path() const { return options_.directory + "/seep.db"; }

  int RunDyingAt(int at) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      sqlite::ArmFatalVfs(at);
      const int made = LetGo(options_, GetParam()) ? sqlite::FatalVfsChanges() : -2;
      _exit(write(ends[1], &made, sizeof made) == sizeof made ? 0 : 1);
    }
    close(ends[1]);
    int made = -1;
    if (read(ends[0], &made, sizeof made) != sizeof made) made = -1;
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(WIFSIGNALED(status), made == -1);
    EXPECT_NE(made, -2);
    return made;
  }
  void ExpectSound() {
    ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(Path(), sqlite::Access::kReadWrite));
    UpkeepPorts ports;
    ports.finding = [](const v1::StoreFinding& finding) { ADD_FAILURE() << finding.ShortDebugString(); };
    ASSERT_OK_AND_ASSIGN(const v1::CheckResult result, CheckStore(*db, {}, std::move(ports)));
    EXPECT_GE(result.samples(), 100u) << "another run's";
  }

  std::optional<TempDirectory> directory_;
  StoreOptions options_;
  std::string before_;
};

TEST_P(ExpiryKillTest, GoesOnFromAnyStep) {
  const int steps = RunDyingAt(0);
  ASSERT_GT(steps, 20);
  const bool all = std::getenv("SEEP_ALL_KILLS") != nullptr;
  const std::uint64_t seed = EntropySeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  const int kills = all ? steps : kKills / 3 + 1;
  for (int i = 1; i <= kills; ++i) {
    const int at = all ? i : 1 + static_cast<int>(random.Below(static_cast<std::uint64_t>(steps)));
    SCOPED_TRACE(absl::StrCat("killed at change ", at, " of ", steps));
    for (const char* more : {"-wal", "-shm"}) unlink((Path() + more).c_str());
    ASSERT_OK(WriteFileAtomically(Path(), before_));
    RunDyingAt(at);
    ExpectSound();
    EXPECT_GE(RunDyingAt(0), 0) << "it could not be taken up again";
    ExpectSound();
    ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(Path(), sqlite::Access::kReadOnly));
    const bool removed = GetParam() == v1::SAMPLE_TIER_NONE;
    EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM run WHERE run_no = 1").value_or(-1), removed ? 0 : 1);
    EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM run_expiry WHERE under_way").value_or(-1), 0);
    EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM stream JOIN tail USING (stream_no) WHERE run_no = 1").value_or(-1), 0);
    EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM stream JOIN chunk USING (stream_no) WHERE run_no = 1").value_or(-1), 0);
    if (!removed) {
      EXPECT_EQ(db->QueryInteger("SELECT sum(n) FROM sample_tiers WHERE run = 'r-0001'").value_or(0), 1200 * 3);
    }
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Tiers, ExpiryKillTest,
                         ::testing::Values(v1::SAMPLE_TIER_MINUTES, v1::SAMPLE_TIER_HOURS, v1::SAMPLE_TIER_NONE),
                         [](const auto& tier) { return v1::SampleTier_Name(tier.param); });

}  // namespace
}  // namespace seep::storage
