// The views as the stock sqlite3 shell sees them: nothing of ours is registered
// on the connection.
#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "common/checksum/crc32c.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/sqlite/database.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/waiting_store.h"

namespace seep::storage {
namespace {

using testing::MakeBatch;

class ViewsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-views-test"));
    directory_.emplace(std::move(directory));
    StoreOptions options;
    options.directory = directory_->path();
    store_.emplace();
    ASSERT_OK(store_->Open(options));
    ASSERT_OK(store_->CreateRuns(2));
    Fill();
    ASSERT_OK_AND_ASSIGN(db_, sqlite::Database::Open(store_->store().database_path(), sqlite::Access::kReadOnly));
  }

  void Fill() {
    ASSERT_OK(store_->Append(MakeBatch("r-0001", 1, 200)));
    v1::SampleBatch batch = MakeBatch("r-0001", 211, 10);
    batch.set_dropped_from(201);
    batch.set_dropped_reason("spool full");
    ASSERT_OK(store_->Append(batch));
    ASSERT_OK_AND_ASSIGN(v1::Run run, store_->GetRun("r-0001"));
    run.set_state(v1::RUN_STATE_FINISHED);
    run.set_sdk_version("0.19.2");
    run.set_started_wall_us(1'767'225'600'000'000);
    run.set_ended_wall_us(1'767'225'660'500'000);
    RunChange change;
    change.run_id = "r-0001";
    change.run = run;
    v1::RunVerdict& verdict = change.verdict.emplace();
    verdict.set_verdict(v1::VERDICT_LEAK);
    v1::SeriesVerdict* series = verdict.add_series();
    series->set_series("rss");
    series->set_verdict(v1::VERDICT_LEAK);
    series->mutable_slope_per_minute()->set_value(1234.5);
    v1::OperationFigures* figures = verdict.add_operations();
    figures->set_operation("payment");
    figures->set_count(600);
    figures->set_failed(2);
    figures->set_p99_us(12'500);
    figures->add_errors()->set_kind("network_error");
    figures->mutable_errors(0)->set_count(2);
    v1::ThresholdResult* threshold = verdict.add_thresholds();
    threshold->mutable_threshold()->set_expression("p(99, payment)<10ms");
    threshold->set_state(v1::ThresholdResult::STATE_MISSED);
    threshold->set_value(12'500);
    threshold->set_measured("12.5ms");
    threshold->set_since_s(std::numeric_limits<double>::quiet_NaN());
    v1::Residual* residual = verdict.add_residuals();
    residual->set_series("rss");
    residual->set_unit("bytes");
    residual->set_kept(4096);
    v1::RunEvent& event = change.events.emplace_back();
    event.set_at_ms(1500);
    event.set_kind("note");
    change.generations.emplace_back().set_generation(1);
    v1::FaultReport& fault = change.faults.emplace_back();
    fault.set_fault_id("f-1");
    fault.set_kind(v1::FAULT_KIND_KILL);
    fault.set_state(v1::FAULT_STATE_PLANNED);
    fault.set_planned_at_ms(30'000);
    ASSERT_OK(store_->Wait<std::vector<v1::RunEvent>>(
        [change](Store& s, auto got) { s.ChangeRun(change, std::move(got)); }));
    v1::Artefact profile;
    profile.set_run_id("r-0001");
    profile.set_key("k-1");
    profile.set_name("heap-g1-leak.pb.gz");
    profile.set_kind("heap");
    profile.set_format("pprof");
    profile.set_reason("leak");
    profile.set_generation(1);
    profile.set_at_ms(42'500);
    profile.set_wall_us(1'767'225'642'500'000);
    profile.set_size(7);
    profile.set_crc32c(Crc32c("profile"));
    ASSERT_OK(store_->WaitStatus(
        [profile, owner = run.agent()](Store& s, auto done) { s.SaveArtefact(owner, profile, "profile", std::move(done)); }));
    v1::AgentInfo agent;
    agent.set_agent("lab-1");
    ASSERT_OK(store_->WaitStatus([agent](Store& s, auto done) { s.SaveAgent(agent, std::move(done)); }));
  }

  // The first row, its columns joined by '|', NULL as "-".
  std::string First(const std::string& sql) {
    auto select = db_->Prepare(sql);
    EXPECT_OK(select) << sql;
    if (!select.ok()) return "";
    auto row = select->Step();
    EXPECT_OK(row) << sql;
    if (!row.ok() || !*row) return "(no row)";
    std::string text;
    for (int i = 0; i < select->column_count(); ++i) {
      text += (i == 0 ? "" : "|") + (select->IsNull(i) ? std::string("-") : select->Text(i));
    }
    return text;
  }

  std::optional<TempDirectory> directory_;
  std::optional<testing::WaitingStore> store_;
  std::unique_ptr<sqlite::Database> db_;
};

TEST_F(ViewsTest, SpeakInWordsAndTimes) {
  EXPECT_EQ(First("SELECT run, campaign, state, verdict, sdk_version, started, ended, duration_s, samples, samples_lost"
                  " FROM runs WHERE run = 'r-0001'"),
            "r-0001|c-0001|finished|LEAK|0.19.2|2026-01-01T00:00:00Z|2026-01-01T00:01:00Z|60.5|210|10");
  EXPECT_EQ(First("SELECT state, verdict, started, ended, samples FROM runs WHERE run = 'r-0002'"), "queued|-|-|-|0");
  EXPECT_EQ(First("SELECT campaign, runs, created FROM campaigns"), "c-0001|2|2026-01-01T00:00:00Z");
  EXPECT_EQ(First("SELECT run, series, verdict, slope_per_minute, kept_per_operation FROM verdicts"),
            "r-0001|rss|LEAK|1234.5|-");
  EXPECT_EQ(First("SELECT run, operation, count, failed, p99_ms FROM latencies"), "r-0001|payment|600|2|12.5");
  EXPECT_EQ(First("SELECT run, operation, kind, count FROM operation_errors"), "r-0001|payment|network_error|2");
  EXPECT_EQ(First("SELECT run, expression, state, value, measured, missed_since_s, aborted FROM thresholds"),
            "r-0001|p(99, payment)<10ms|missed|12500.0|12.5ms|-|0");
  EXPECT_EQ(First("SELECT run, series, unit, kept FROM residuals"), "r-0001|rss|bytes|4096.0");
  EXPECT_EQ(First("SELECT run, fault, kind, state, planned_s, injected_s FROM faults"), "r-0001|f-1|kill|planned|30.0|-");
  EXPECT_EQ(First("SELECT run, agent, from_sequence, to_sequence, samples, reason FROM gaps"),
            "r-0001|lab-1|201|210|10|spool full");
  EXPECT_EQ(First("SELECT run, t_s, kind FROM events"), "r-0001|1.5|note");
  EXPECT_EQ(First("SELECT run, from_state, to_state FROM transitions"), "r-0001|queued|finished");
  EXPECT_EQ(First("SELECT run, generation, ended_s FROM generations"), "r-0001|1|-");
  EXPECT_EQ(First("SELECT run, name, kind, format, bytes, t_s, taken, why, generation FROM artefacts"),
            "r-0001|heap-g1-leak.pb.gz|heap|pprof|7|42.5|2026-01-01T00:00:42Z|leak|1");
  EXPECT_EQ(First("SELECT agent FROM agents"), "lab-1");
  EXPECT_EQ(First("SELECT run, gauge, unit, kind, origin FROM gauges"), "r-0001|gauge.1|bytes|gauge|outside");
  EXPECT_EQ(First("SELECT name, value FROM labels WHERE run = 'r-0002'"), "replica|1");
}

TEST_F(ViewsTest, RollupsHaveEveryMinuteOfARunThatIsOver) {
  EXPECT_EQ(First("SELECT count(*), sum(n), max(t_s) FROM sample_rollups WHERE gauge = 'gauge.2'"), "4|210|180.0");
  EXPECT_EQ(First("SELECT min <= mean AND mean <= max AND last <= max FROM sample_rollups"), "1");
}

TEST_F(ViewsTest, SearchesByRunDoNotScanTheBigTables) {
  for (const std::string view : {"events", "faults", "gaps", "verdicts", "sample_rollups", "generations", "latencies", "thresholds", "artefacts", "chunks_summary"}) {
    auto plan = db_->Prepare("EXPLAIN QUERY PLAN SELECT * FROM " + view + " WHERE run = 'r-0001'");
    ASSERT_OK(plan);
    while (true) {
      auto row = plan->Step();
      ASSERT_OK(row);
      if (!*row) break;
      EXPECT_EQ(plan->Text(3).find("SCAN"), std::string::npos) << view << ": " << plan->Text(3);
    }
  }
}

}  // namespace
}  // namespace seep::storage
