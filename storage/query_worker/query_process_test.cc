#include "storage/query_worker/query_process.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/query_worker/query_fixture.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using testing::BatchShape;
using testing::MakeBatch;
using testing::ValueOf;
using ::testing::HasSubstr;

class QueryProcessTest : public testing::QueryFixture {};

TEST_F(QueryProcessTest, AnswersWithTypedValues) {
  Answer answer = Ask("SELECT run, state, seed, 1.5 AS half, NULL AS none, x'00ff' AS bytes FROM runs ORDER BY run");
  ASSERT_OK(answer.status);
  EXPECT_EQ(answer.columns, (std::vector<std::string>{"run", "state", "seed", "half", "none", "bytes"}));
  ASSERT_EQ(answer.rows.size(), 2u);
  const auto& row = answer.rows[0];
  EXPECT_EQ(row.values(0).text(), "r-0001");
  EXPECT_EQ(row.values(1).text(), "queued");
  EXPECT_EQ(row.values(2).integer(), 0);
  EXPECT_EQ(row.values(3).real(), 1.5);
  EXPECT_EQ(row.values(4).value_case(), v1::QueryResponse::Value::VALUE_NOT_SET);
  EXPECT_EQ(row.values(5).blob(), std::string("\0\xff", 2));
}

TEST_F(QueryProcessTest, EveryViewCanBeRead) {
  for (const std::string view : {"runs", "campaigns", "verdicts", "faults", "gaps", "events", "transitions",
                                 "generations", "agents", "gauges", "labels", "logs", "sample_rollups", "samples", "latencies",
                                 "operation_errors", "thresholds", "residuals", "artefacts", "chunks_summary"}) {
    const Answer answer = Ask("SELECT * FROM " + view + " LIMIT 5");
    EXPECT_OK(answer.status) << view;
    EXPECT_FALSE(answer.columns.empty()) << view;
    EXPECT_OK(Ask("SELECT count(*) FROM " + view).status) << view;
  }
}

TEST_F(QueryProcessTest, SamplesAreTheStoredValues) {
  Answer answer = Ask("SELECT t_s, value, generation, phase, agent FROM samples WHERE run = 'r-0001' AND gauge = 'gauge.7'");
  ASSERT_OK(answer.status);
  ASSERT_EQ(answer.rows.size(), 300u);
  for (std::size_t i = 0; i < answer.rows.size(); ++i) {
    ASSERT_EQ(answer.rows[i].values(0).real(), static_cast<double>(i + 1));
    ASSERT_EQ(answer.rows[i].values(1).real(), ValueOf(i + 1, 7));
  }
  EXPECT_EQ(answer.rows[0].values(3).text(), "soak");
  EXPECT_EQ(answer.rows[0].values(4).text(), "lab-1");
}

TEST_F(QueryProcessTest, StatisticsAreAtHand) {
  const Answer answer = Ask(
      "SELECT regr_slope(t_s, t_s * 3 + 1), theil_sen(t_s * 2, t_s), percentile(t_s, 50), rate(t_s * 4, t_s)"
      " FROM samples WHERE run = 'r-0001' AND gauge = 'gauge.7'");
  ASSERT_OK(answer.status);
  ASSERT_EQ(answer.rows.size(), 1u);
  EXPECT_NEAR(answer.rows[0].values(0).real(), 1.0 / 3, 1e-12);
  EXPECT_NEAR(answer.rows[0].values(1).real(), 2, 1e-12);
  EXPECT_NEAR(answer.rows[0].values(2).real(), 150.5, 1e-12);
  EXPECT_NEAR(answer.rows[0].values(3).real(), 4, 1e-12);
}

TEST_F(QueryProcessTest, PushedDownBoundsLoseNoRow) {
  const auto count = [&](const std::string& where) -> std::int64_t {
    const Answer answer = Ask("SELECT count(*) FROM samples WHERE " + where);
    EXPECT_OK(answer.status) << where;
    return answer.rows.empty() ? -1 : answer.rows[0].values(0).integer();
  };
  // A unary plus keeps a term from being pushed down: both must agree.
  for (const auto& [pushed, plain] : std::vector<std::pair<std::string, std::string>>{
           {"run = 'r-0001'", "+run = 'r-0001'"},
           {"run = 'r-0002' AND gauge = 'gauge.3'", "+run = 'r-0002' AND +gauge = 'gauge.3'"},
           {"t_s >= 50 AND t_s < 101", "+t_s >= 50 AND +t_s < 101"},
           {"t_s = 77", "+t_s = 77"},
           {"t_s > 299.5 AND gauge = 'gauge.1'", "+t_s > 299.5 AND +gauge = 'gauge.1'"},
           {"gauge IN ('gauge.1', 'gauge.2', 'none')", "+gauge IN ('gauge.1', 'gauge.2', 'none')"},
           {"run = 'R-0001' COLLATE NOCASE", "+run = 'R-0001' COLLATE NOCASE"},
           {"run = 'r-0001' AND run = 'r-0002'", "+run = 'r-0001' AND +run = 'r-0002'"},
           {"run = NULL", "+run = NULL"},
           {"generation = 1", "+generation = 1"}}) {
    EXPECT_EQ(count(pushed), count(plain)) << pushed;
  }
  EXPECT_EQ(count("run = 'r-0001'"), 300 * 3 + 300 * 17);
  EXPECT_EQ(count("t_s = 77"), 2 * 20);
  EXPECT_EQ(count("t_s = '77'"), 2 * 20) << "the column makes it a number";
}

TEST_F(QueryProcessTest, JoinsViewsWithSamples) {
  const Answer answer = Ask(
      "WITH s AS (SELECT run, max(value) AS peak FROM samples WHERE gauge = 'gauge.1' GROUP BY run)"
      " SELECT r.run, s.peak, row_number() OVER (ORDER BY s.peak) FROM runs r JOIN s USING (run)");
  ASSERT_OK(answer.status);
  EXPECT_EQ(answer.rows.size(), 2u);
}

TEST_F(QueryProcessTest, RollupsAgreeWithTheSamples) {
  const Answer answer = Ask(
      "SELECT count(*) FROM sample_rollups r JOIN (SELECT run, gauge, cast(t_s / 60 AS INTEGER) * 60.0 AS t_s,"
      " count(*) AS n, min(value) AS min, max(value) AS max, avg(value) AS mean FROM samples GROUP BY 1, 2, 3) s"
      " USING (run, gauge, t_s) WHERE r.n = s.n AND r.min = s.min AND r.max = s.max AND abs(r.mean - s.mean) < 1e-3");
  ASSERT_OK(answer.status);
  // Run 1 is over: all its 6 minutes (0 to 5); run 2 still gathers its last.
  EXPECT_EQ(answer.rows[0].values(0).integer(), 20 * 6 + 20 * 5);
  const Answer all = Ask("SELECT count(*) FROM sample_rollups");
  EXPECT_EQ(all.rows[0].values(0).integer(), 20 * 6 + 20 * 5);
}

TEST_F(QueryProcessTest, CutsAtTheRowAndTheByteLimit) {
  limits_.max_rows = 1500;
  Answer answer = Ask("SELECT * FROM samples");
  ASSERT_OK(answer.status);
  EXPECT_EQ(answer.rows.size(), 1500u);
  EXPECT_TRUE(answer.truncated);
  limits_.max_rows = 100'000;
  limits_.max_bytes = 10'000;
  answer = Ask("SELECT * FROM samples");
  ASSERT_OK(answer.status);
  EXPECT_GT(answer.rows.size(), 50u);
  EXPECT_LT(answer.rows.size(), 500u);
  EXPECT_TRUE(answer.truncated);
  limits_.max_rows = 2;
  answer = Ask("SELECT run FROM runs");
  EXPECT_FALSE(answer.truncated) << "exactly the limit";
}

TEST_F(QueryProcessTest, SaysWhatIsWrongWithAQuery) {
  EXPECT_THAT(Ask("SELEC 1").status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("syntax error")));
  EXPECT_THAT(Ask("SELECT colour FROM runs").status,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no such column: colour")));
  EXPECT_THAT(Ask("-- only a comment").status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("empty")));
  EXPECT_OK(Ask("SELECT 1; -- and a comment\n ;").status);
}

TEST_F(QueryProcessTest, RefusesToStartWithoutAQueryOrAWorker) {
  const auto start = [&](const std::string& worker, const std::string& sql) {
    return QueryProcess::Start(worker, "db", sql, {}, store_->loop(), [](v1::QueryResponse) {}, [](absl::Status) {})
        .status();
  };
  EXPECT_THAT(start("/nowhere/worker", "SELECT 1"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(start(worker_, ""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(start(worker_, std::string(70'000, 'x')), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(QueryProcessTest, AsksAStoreThatIsNotRunning) {
  store_->Close();
  EXPECT_OK(Ask("SELECT * FROM runs").status);
}

}  // namespace
}  // namespace seep::storage
