// R12: a database of every released version becomes one of this version, with
// everything that it held, whatever kills the upgrade when.
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
#include "storage/migrations/golden/golden_content.h"
#include "storage/migrations/golden/golden_file.h"
#include "storage/migrations/migration.h"
#include "storage/sqlite/fatal_vfs.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/waiting_store.h"
#include "storage/upkeep/store_check.h"

namespace seep::storage {
namespace {

using testing::WaitingStore;

// In CI; SEEP_ALL_KILLS=1 tries every step (make kill-points).
constexpr int kKills = 50;

class GoldenTest : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-golden-test"));
    directory_.emplace(std::move(directory));
    options_.directory = directory_->path() + "/data";
    ASSERT_OK_AND_ASSIGN(golden_, golden::ReadGolden(GetParam()));
    PutGolden();
  }
  void PutGolden() {
    ASSERT_OK(RemoveTree(options_.directory));
    ASSERT_OK(MakeDirectories(options_.directory));
    ASSERT_OK(WriteFileAtomically(Path(), golden_));
  }
  std::string Path() const { return options_.directory + "/seep.db"; }

  // Upgrades in a process of its own, which dies at its Nth change of a file;
  // 0: not at all. How many changes it made, or -1 when it died.
  int UpgradeDyingAt(int at) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      sqlite::ArmFatalVfs(at);
      SystemClock clock;
      EpollEventLoop loop(clock);
      auto store = SqliteStore::Open(options_, loop);
      const int made = store.ok() ? sqlite::FatalVfsChanges() : -2;
      _exit(write(ends[1], &made, sizeof made) == sizeof made ? 0 : 1);
    }
    close(ends[1]);
    int made = -1;
    if (read(ends[0], &made, sizeof made) != sizeof made) made = -1;
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(WIFSIGNALED(status), made == -1);
    EXPECT_NE(made, -2) << "the upgrade failed";
    return made;
  }

  void ExpectAllThere() {
    WaitingStore store;
    ASSERT_OK(store.Open(options_));
    EXPECT_EQ(store.store().schema_version(), static_cast<int>(Migrations().size()));
    for (int run = golden::kLeaking; run <= golden::kOpen; ++run) {
      SCOPED_TRACE(golden::RunId(run));
      ExpectRun(store, run);
      ExpectSamples(store, run);
      ExpectWords(store, run);
    }
    ASSERT_OK_AND_ASSIGN(const auto campaigns, store.Wait<CampaignPage>([](Store& s, auto got) { s.ListCampaigns({}, std::move(got)); }));
    ASSERT_EQ(campaigns.campaigns.size(), 1u);
    EXPECT_EQ(campaigns.campaigns[0].yaml(), golden::MakeCampaign().campaign.yaml());
    // Version 2 had the tables; what writes them came between it and version 3.
    if (GetParam() >= 3) ExpectArtefact(store);
    ExpectGoesOn(store);
    ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(Path(), sqlite::Access::kReadOnly));
    UpkeepPorts ports;
    ports.finding = [](const v1::StoreFinding& finding) { ADD_FAILURE() << finding.ShortDebugString(); };
    ASSERT_OK(CheckStore(*db, {}, std::move(ports)));
  }

  void ExpectRun(WaitingStore& store, int number) {
    ASSERT_OK_AND_ASSIGN(const v1::Run run, store.GetRun(golden::RunId(number)));
    const RunChange told = golden::MakeEnd(run, number);
    EXPECT_EQ(run.state(), told.run->state());
    EXPECT_EQ(run.agent(), golden::kAgent);
    EXPECT_EQ(run.spec().seed(), 20261101u);
    EXPECT_EQ(run.samples(), static_cast<std::uint64_t>(golden::kSamples));
    EXPECT_EQ(run.samples_lost(), number == golden::kClean ? 20u : 0u);
    ASSERT_EQ(run.has_verdict(), told.verdict.has_value());
    if (!told.verdict) return;
    EXPECT_EQ(run.verdict().verdict(), told.verdict->verdict());
    EXPECT_EQ(run.verdict().headline(), told.verdict->headline());
    EXPECT_EQ(run.verdict().series(0).slope_per_minute().value(), told.verdict->series(0).slope_per_minute().value());
    EXPECT_EQ(run.verdict().operations_size(), 1);
  }

  // Value for value, whether they lie in tails or were chunks already.
  void ExpectSamples(WaitingStore& store, int number) {
    SampleCursor cursor;
    int i = 0;
    while (true) {
      ASSERT_OK_AND_ASSIGN(const SamplePage page, store.Wait<SamplePage>([&](Store& s, auto got) {
        s.ReadSamples(golden::RunId(number), cursor, 100, std::move(got));
      }));
      ASSERT_EQ(page.gauges.size(), 4u);
      EXPECT_EQ(page.gauges[3].name(), "payments");
      EXPECT_TRUE(page.gauges[3].operation());
      for (const v1::Sample& sample : page.samples) {
        ASSERT_EQ(sample.SerializeAsString(), golden::MakeSample(number, i).SerializeAsString()) << i;
        ++i;
      }
      cursor = page.next;
      if (page.at_end) break;
    }
    EXPECT_EQ(i, golden::kSamples);
  }

  void ExpectWords(WaitingStore& store, int number) {
    const std::string id = golden::RunId(number);
    ASSERT_OK_AND_ASSIGN(const auto events, store.Wait<std::vector<v1::RunEvent>>([&](Store& s, auto got) { s.ListEvents(id, 0, 0, std::move(got)); }));
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].message(), "its time is over: <b>&'\"");
    ASSERT_OK_AND_ASSIGN(const auto logs, store.Wait<std::vector<StoredLog>>([&](Store& s, auto got) { s.ListLogs(id, 0, 0, std::move(got)); }));
    ASSERT_EQ(logs.size(), 5u);
    EXPECT_EQ(logs[4].line.text(), "line 4");
    ASSERT_OK_AND_ASSIGN(const auto faults, store.Wait<std::vector<v1::FaultReport>>([&](Store& s, auto got) { s.ListFaults(id, 0, std::move(got)); }));
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].state(), v1::FAULT_STATE_SKIPPED);
    ASSERT_OK_AND_ASSIGN(const auto lives, store.Wait<std::vector<v1::GenerationInfo>>([&](Store& s, auto got) { s.ListGenerations(id, std::move(got)); }));
    ASSERT_EQ(lives.size(), 1u);
    EXPECT_EQ(lives[0].pid(), 4121);
    ASSERT_OK_AND_ASSIGN(const auto gaps, store.Wait<std::vector<Gap>>([&](Store& s, auto got) { s.ListGaps(id, std::move(got)); }));
    ASSERT_EQ(gaps.size(), number == golden::kClean ? 1u : 0u);
    if (!gaps.empty()) {
      EXPECT_EQ(gaps[0].reason, golden::kGapReason);
    }
  }

  void ExpectArtefact(WaitingStore& store) {
    ASSERT_OK_AND_ASSIGN(const ArtefactPiece piece, store.Wait<ArtefactPiece>([](Store& s, auto got) {
      s.ReadArtefact(golden::RunId(golden::kLeaking), "heap-g1-start.pb.gz", 0, std::move(got));
    }));
    EXPECT_EQ(piece.data, golden::ArtefactData());
  }

  // The open run's stream goes on where it was, and a new campaign has new ids.
  void ExpectGoesOn(WaitingStore& store) {
    v1::SampleBatch batch;
    v1::SampleBlock block;
    *block.add_samples() = golden::MakeSample(golden::kOpen, golden::kSamples);
    *batch.mutable_stream() = golden::Key(golden::kOpen);
    batch.set_first_sequence(golden::kSamples + 1);
    batch.set_count(1);
    testing::Seal(batch, block);
    ASSERT_OK_AND_ASSIGN(const AppendOutcome appended, store.Append(batch));
    EXPECT_EQ(appended.stored, 1u);
    ASSERT_OK_AND_ASSIGN(const StoredCampaign next, store.CreateRuns(1));
    EXPECT_EQ(next.runs[0].run_id(), "r-0004");
  }

  std::optional<TempDirectory> directory_;
  StoreOptions options_;
  std::string golden_;
};

TEST_P(GoldenTest, BecomesThisVersionWithAllThatItHeld) {
  const bool old = GetParam() < static_cast<int>(Migrations().size());
  ExpectAllThere();
  const std::string backup = absl::StrCat(Path(), ".v", GetParam(), "-backup");
  ASSERT_EQ(FileExists(backup), old);
  if (!old) return;
  ASSERT_OK_AND_ASSIGN(auto kept, sqlite::Database::Open(backup, sqlite::Access::kReadOnly));
  EXPECT_EQ(kept->QueryInteger("PRAGMA user_version").value_or(0), GetParam());
  EXPECT_EQ(kept->QueryInteger("SELECT count(*) FROM run").value_or(0), 3);
}

TEST_P(GoldenTest, IsTakenUpAgainAfterAKillAtAnyStep) {
  const int steps = UpgradeDyingAt(0);
  ASSERT_GT(steps, 0);
  const bool all = std::getenv("SEEP_ALL_KILLS") != nullptr;
  const std::uint64_t seed = EntropySeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  const int kills = all ? steps : kKills / static_cast<int>(std::size(golden::kVersions)) + 1;
  for (int i = 1; i <= kills; ++i) {
    const int at = all ? i : 1 + static_cast<int>(random.Below(static_cast<std::uint64_t>(steps)));
    SCOPED_TRACE(absl::StrCat("killed at change ", at, " of ", steps));
    PutGolden();
    UpgradeDyingAt(at);
    {
      // Some version, whole; looked at without carrying the upgrade on.
      ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(Path(), sqlite::Access::kReadWrite));
      const std::int64_t version = db->QueryInteger("PRAGMA user_version").value_or(-1);
      EXPECT_GE(version, GetParam());
      EXPECT_LE(version, static_cast<std::int64_t>(Migrations().size()));
      EXPECT_EQ(db->QueryInteger("SELECT count(*) FROM run").value_or(0), 3);
    }
    ExpectAllThere();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, GoldenTest, ::testing::ValuesIn(golden::kVersions),
                         [](const auto& version) { return absl::StrCat("v", version.param); });

}  // namespace
}  // namespace seep::storage
