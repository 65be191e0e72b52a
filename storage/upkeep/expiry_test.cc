// What leaves, what stays, and that the counts add up at every step.
#include "storage/upkeep/expiry.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "storage/sqlite/database.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/store_fixture.h"
#include "storage/upkeep/expirable_runs.h"
#include "storage/upkeep/store_check.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using testing::MakeBatch;
using ::testing::HasSubstr;

class ExpiryTest : public testing::StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    ASSERT_OK(store_->CreateRuns(2));
  }
  // Ten samples a batch, one a second: batches * 10 seconds, and a line of log a batch.
  void Fill(const std::string& run_id, int batches, bool finish = true) {
    for (int i = 0; i < batches; ++i) {
      ASSERT_OK(store_->Append(MakeBatch(run_id, static_cast<std::uint64_t>(i) * 10 + 1, 10, {.gauges = 3})));
      v1::LogBatch logs;
      logs.set_run_id(run_id);
      logs.add_lines()->set_text(absl::StrCat("line ", i));
      ASSERT_OK(store_->WaitStatus([&](Store& s, Done done) { s.AppendLogs("lab-1", logs, std::move(done)); }));
    }
    if (finish) {
      ASSERT_OK(store_->SetState(run_id, v1::RUN_STATE_FINISHED));
    }
  }
  absl::Status Maintain(absl::AnyInvocable<absl::Status(Stores&)> piece) {
    return store_->WaitStatus([&](Store&, Done done) { store_->store().Maintain(std::move(piece), std::move(done)); });
  }
  absl::Status Begin(const std::string& run_id, v1::SampleTier keeps) {
    return Maintain([&](Stores& stores) { return expiry_.Begin(stores, {run_id, keeps, "a test"}); });
  }
  absl::StatusOr<Expiry::Piece> Step(const std::string& run_id) {
    absl::StatusOr<Expiry::Piece> piece = absl::InternalError("not run");
    const absl::Status done = Maintain([&](Stores& stores) {
      piece = expiry_.Step(stores, run_id);
      return piece.status();
    });
    if (!done.ok()) return done;
    return piece;
  }
  int Finish(const std::string& run_id) {
    for (int pieces = 1; pieces < 10'000; ++pieces) {
      const auto piece = Step(run_id);
      EXPECT_OK(piece);
      if (!piece.ok() || piece->done) return pieces;
      ExpectSound();
    }
    return -1;
  }
  void ExpectSound() {
    auto db = sqlite::Database::Open(store_->store().database_path(), sqlite::Access::kReadOnly);
    ASSERT_OK(db);
    UpkeepPorts ports;
    ports.finding = [](const v1::StoreFinding& finding) { ADD_FAILURE() << finding.ShortDebugString(); };
    EXPECT_OK(CheckStore(**db, {}, std::move(ports)));
  }
  std::int64_t Count(const std::string& sql) {
    auto db = sqlite::Database::Open(store_->store().database_path(), sqlite::Access::kReadOnly);
    EXPECT_OK(db);
    return (*db)->QueryInteger(sql).value_or(-1);
  }

  SystemClock clock_;
  Expiry expiry_{clock_, {absl::Hours(1), 7}};  // by rows, so that the test is the same anywhere
};

TEST_F(ExpiryTest, DetailsLeaveAndMinutesStay) {
  Fill("r-0001", 40);
  Fill("r-0002", 3);
  const std::int64_t minutes = Count("SELECT sum(n) FROM sample_rollup WHERE run_no = 1");
  ASSERT_EQ(minutes, 400 * 3);
  ASSERT_OK(Begin("r-0001", v1::SAMPLE_TIER_MINUTES));
  Finish("r-0001");
  EXPECT_EQ(Count("SELECT count(*) FROM tail JOIN stream USING (stream_no) WHERE run_no = 1"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM log JOIN log_source USING (source_no) WHERE run_no = 1"), 0);
  EXPECT_EQ(Count("SELECT sum(n) FROM sample_rollup WHERE run_no = 1"), minutes);
  ASSERT_OK_AND_ASSIGN(const v1::Run run, store_->GetRun("r-0001"));
  EXPECT_EQ(run.expiry().keeps(), v1::SAMPLE_TIER_MINUTES);
  EXPECT_EQ(run.expiry().samples(), 400u);
  EXPECT_EQ(run.expiry().reason(), "a test");
  EXPECT_FALSE(run.expiry().under_way());
  EXPECT_EQ(run.samples(), 400u) << "what was measured";
  EXPECT_EQ(ReadAll("r-0002", 100).size(), 30u) << "another run's samples";
  // Sent again, they are known as before.
  ASSERT_OK_AND_ASSIGN(const AppendOutcome again, store_->Append(MakeBatch("r-0001", 391, 10, {.gauges = 3})));
  EXPECT_EQ(again.duplicates, 10u);
  ExpectSound();
}

TEST_F(ExpiryTest, MinutesBecomeHoursWithTheSameFigures) {
  testing::BatchShape shape{.gauges = 3, .interval_us = 30'000'000};  // 400 samples: 200 minutes
  for (std::uint64_t first = 1; first <= 400; first += 50) ASSERT_OK(store_->Append(MakeBatch("r-0001", first, 50, shape)));
  ASSERT_OK(store_->SetState("r-0001", v1::RUN_STATE_FINISHED));
  const std::int64_t n = Count("SELECT sum(n) FROM sample_rollup");
  const std::int64_t low = Count("SELECT cast(min(min) AS INTEGER) FROM sample_rollup");
  const std::int64_t high = Count("SELECT cast(max(max) AS INTEGER) FROM sample_rollup");
  const std::int64_t sum = Count("SELECT cast(total(sum) AS INTEGER) FROM sample_rollup");
  const std::int64_t last = Count("SELECT cast(last AS INTEGER) FROM sample_rollup ORDER BY minute DESC, gauge_no LIMIT 1");
  ASSERT_OK(Begin("r-0001", v1::SAMPLE_TIER_HOURS));
  Finish("r-0001");
  EXPECT_EQ(Count("SELECT count(*) FROM sample_rollup"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM sample_hour"), 4 * 3);
  EXPECT_EQ(Count("SELECT sum(n) FROM sample_hour"), n);
  EXPECT_EQ(Count("SELECT cast(min(min) AS INTEGER) FROM sample_hour"), low);
  EXPECT_EQ(Count("SELECT cast(max(max) AS INTEGER) FROM sample_hour"), high);
  EXPECT_EQ(Count("SELECT cast(total(sum) AS INTEGER) FROM sample_hour"), sum);
  EXPECT_EQ(Count("SELECT cast(last AS INTEGER) FROM sample_hour ORDER BY hour DESC, gauge_no LIMIT 1"), last);
  EXPECT_EQ(Count("SELECT count(*) FROM sample_tiers WHERE span_s = 3600 AND gauge = 'gauge.2'"), 4);
}

TEST_F(ExpiryTest, ARunLeavesWithAllThatHangsOnIt) {
  Fill("r-0001", 20);
  Fill("r-0002", 2);
  ASSERT_OK(Begin("r-0001", v1::SAMPLE_TIER_NONE));
  EXPECT_GT(Finish("r-0001"), 3) << "in small pieces";
  EXPECT_THAT(store_->GetRun("r-0001"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Count("SELECT count(*) FROM tail"), 2);
  EXPECT_EQ(Count("SELECT count(*) FROM campaign"), 1) << "its other run is there";
  EXPECT_THAT(store_->Append(MakeBatch("r-0001", 201, 10, {.gauges = 3})), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK(Begin("r-0002", v1::SAMPLE_TIER_NONE));
  Finish("r-0002");
  EXPECT_EQ(Count("SELECT count(*) FROM campaign"), 0) << "the last run took its campaign along";
  ASSERT_OK_AND_ASSIGN(const StoredCampaign next, store_->CreateRuns(1));
  EXPECT_EQ(next.runs[0].run_id(), "r-0003") << "an id is never given twice";
  ExpectSound();
}

// No table that hangs on a run is forgotten, also of those to come.
TEST_F(ExpiryTest, ThePlanLeavesNoRowForTheCascade) {
  auto db = sqlite::Database::Open(store_->store().database_path(), sqlite::Access::kReadOnly);
  ASSERT_OK(db);
  ASSERT_OK_AND_ASSIGN(const auto plan, PlanDeletion(**db));
  std::vector<std::string> tables;
  for (const DoomedRows& doomed : plan) tables.push_back(doomed.table);
  for (const char* table : {"tail", "gap", "stream_gauge", "stream", "log", "log_source", "artefact_piece", "artefact", "event",
                            "sample_rollup", "sample_hour", "verdict", "series_verdict", "threshold", "run_label"}) {
    EXPECT_THAT(tables, ::testing::Contains(table));
  }
  const auto at = [&](const char* table) { return std::find(tables.begin(), tables.end(), table) - tables.begin(); };
  EXPECT_LT(at("tail"), at("stream"));
  EXPECT_LT(at("artefact_piece"), at("artefact"));
}

TEST_F(ExpiryTest, OpenAndPinnedRunsStay) {
  Fill("r-0001", 1, /*finish=*/false);
  EXPECT_THAT(Begin("r-0001", v1::SAMPLE_TIER_NONE), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("still open")));
  Fill("r-0002", 1);
  ASSERT_OK(Maintain([](Stores& stores) {
    return stores.database.Execute("INSERT INTO run_pin (run_no, note, wall_us) VALUES (2, 'the reference', 1)");
  }));
  EXPECT_THAT(Begin("r-0002", v1::SAMPLE_TIER_MINUTES), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("pinned")));
  EXPECT_THAT(Begin("r-0009", v1::SAMPLE_TIER_NONE), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ExpiryTest, BaselinesNeverLeaveUntilTheirNameHasMovedOn) {
  Fill("r-0001", 1);
  Fill("r-0002", 1);
  const auto set_baseline = [&](const std::string& run_id) {
    v1::SetBaselineRequest request;
    request.set_name("main");
    request.set_run_id(run_id);
    return store_->WaitStatus([&](Store&, Done done) {
      store_->store().SetBaseline(request, [done = std::move(done)](auto set) mutable { done(set.status()); });
    });
  };
  const auto offered = [&] {
    std::vector<std::string> runs;
    EXPECT_OK(Maintain([&](Stores& stores) {
      const auto listed = ListOldest(stores.database, v1::SAMPLE_TIER_NONE, 10);
      if (listed.ok()) for (const ExpirableRun& run : *listed) runs.push_back(run.run_id);
      return listed.status();
    }));
    return runs;
  };
  ASSERT_OK(set_baseline("r-0001"));
  EXPECT_EQ(offered(), std::vector<std::string>{"r-0002"});
  EXPECT_THAT(Begin("r-0001", v1::SAMPLE_TIER_MINUTES), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("baseline 'main'")));
  ASSERT_OK(set_baseline("r-0002"));
  EXPECT_EQ(offered(), std::vector<std::string>{"r-0001"});
  ASSERT_OK(Begin("r-0001", v1::SAMPLE_TIER_NONE));
  EXPECT_GT(Finish("r-0001"), 0);
}

TEST_F(ExpiryTest, GoesOnWhereItWasInterrupted) {
  Fill("r-0001", 30);
  ASSERT_OK(Begin("r-0001", v1::SAMPLE_TIER_NONE));
  ASSERT_OK(Step("r-0001").status());
  ASSERT_OK(Step("r-0001").status());
  ExpectSound();
  Reopen();
  ExpectSound();
  std::vector<std::string> unfinished;
  ASSERT_OK(store_->WaitStatus([&](Store&, Done done) {
    store_->store().Inspect(
        [&](sqlite::Database& db) {
          auto found = Expiry::Unfinished(db);
          if (found.ok()) unfinished = *found;
          return found.status();
        },
        std::move(done));
  }));
  EXPECT_THAT(unfinished, ::testing::ElementsAre("r-0001"));
  Finish("r-0001");
  EXPECT_THAT(store_->GetRun("r-0001"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace seep::storage
