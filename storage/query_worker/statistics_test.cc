#include "storage/query_worker/statistics.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using ::testing::HasSubstr;

class StatisticsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-statistics-test"));
    directory_.emplace(std::move(directory));
    ASSERT_OK_AND_ASSIGN(db_, sqlite::Database::Open(directory_->path() + "/a.db", sqlite::Access::kReadWrite));
    ASSERT_OK(RegisterStatistics(*db_));
  }

  // Of rows (a, b), the constants of a test; nothing: NULL.
  std::optional<double> Of(const std::string& function, const std::string& rows) {
    const std::string sql = "WITH d(a, b) AS (VALUES " + rows + ") SELECT " + function + " FROM d";
    const auto value = Ask(sql);
    EXPECT_OK(value.status()) << sql;
    return value.ok() ? *value : std::nullopt;
  }
  absl::StatusOr<std::optional<double>> Ask(const std::string& sql) {
    auto statement = db_->Prepare(sql);
    if (!statement.ok()) return statement.status();
    const auto row = statement->Step();
    if (!row.ok()) return row.status();
    if (statement->type(0) == sqlite::Statement::Type::kNull) return std::optional<double>();
    return std::optional<double>(statement->Real(0));
  }

  std::optional<TempDirectory> directory_;
  std::unique_ptr<sqlite::Database> db_;
};

TEST_F(StatisticsTest, RegressionIsThatOfLeastSquares) {
  // y = 1, 3, 2, 5 over x = 1..4: sums about the means are Sxx 5, Sxy 5.5, Syy 8.75.
  const std::string rows = "(1, 1), (3, 2), (2, 3), (5, 4)";
  EXPECT_NEAR(*Of("regr_slope(a, b)", rows), 1.1, 1e-12);
  EXPECT_NEAR(*Of("regr_intercept(a, b)", rows), 0.0, 1e-12);
  EXPECT_NEAR(*Of("regr_r2(a, b)", rows), 5.5 * 5.5 / (5 * 8.75), 1e-12);
  EXPECT_EQ(Of("regr_r2(a, b)", "(7, 1), (7, 2)"), 1);
}

TEST_F(StatisticsTest, LargeValuesKeepTheirDigits) {
  EXPECT_NEAR(*Of("regr_slope(a, b)", "(1e15, 1760000000), (1e15 + 2, 1760000001), (1e15 + 4, 1760000002)"), 2, 1e-9);
}

TEST_F(StatisticsTest, TheilSenStaysWhenARowLiesAbout) {
  EXPECT_NEAR(*Of("theil_sen(a, b)", "(0, 0), (2, 1), (400, 2), (6, 3), (8, 4), (10, 5)"), 2, 1e-12);
  // The order of rows says nothing.
  EXPECT_NEAR(*Of("theil_sen(a, b)", "(10, 5), (2, 1), (0, 0), (400, 2), (8, 4), (6, 3)"), 2, 1e-12);
}

TEST_F(StatisticsTest, PercentilesLieBetweenNeighbours) {
  const std::string rows = "(10, 0), (20, 0), (40, 0), (30, 0), (NULL, 0), ('junk', 0)";
  EXPECT_EQ(Of("percentile(a, 0)", rows), 10);
  EXPECT_EQ(Of("percentile(a, 50)", rows), 25);
  EXPECT_EQ(Of("median(a)", rows), 25);
  EXPECT_NEAR(*Of("percentile(a, 90)", rows), 37, 1e-12);
  EXPECT_EQ(Of("percentile(a, 100)", rows), 40);
}

TEST_F(StatisticsTest, ARateGoesOnWhereACounterBeginsAgain) {
  // 0 → 50 → 100, a restart, → 20 → 40: 100 + 20 + 20 in 40 s.
  EXPECT_NEAR(*Of("rate(a, b)", "(0, 0), (50, 10), (100, 20), (20, 30), (40, 40)"), 3.5, 1e-12);
  EXPECT_NEAR(*Of("rate(a, b)", "(40, 40), (0, 0), (100, 20), (50, 10), (20, 30)"), 3.5, 1e-12);
}

TEST_F(StatisticsTest, WhatRowsDoNotDetermineIsNull) {
  for (const std::string function : {"regr_slope(a, b)", "regr_intercept(a, b)", "regr_r2(a, b)", "theil_sen(a, b)", "rate(a, b)"}) {
    EXPECT_EQ(Of(function, "(1, 1)"), std::nullopt) << function;
    EXPECT_EQ(Of(function, "(1, 1), (2, 1)"), std::nullopt) << function;
    EXPECT_EQ(Of(function, "(NULL, 1), (2, NULL)"), std::nullopt) << function;
  }
  EXPECT_EQ(Of("median(a)", "(NULL, 1)"), std::nullopt);
}

TEST_F(StatisticsTest, APercentThatIsNoneIsRefused) {
  EXPECT_THAT(Ask("SELECT percentile(1, 101)").status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("from 0 to 100")));
  EXPECT_THAT(Ask("SELECT percentile(column1, column2) FROM (VALUES (1, 10), (2, 20))").status().message(), HasSubstr("the same in all rows"));
  EXPECT_FALSE(Ask("SELECT theil_sen(1)").ok());
}

TEST_F(StatisticsTest, EachGroupHasItsOwn) {
  ASSERT_OK_AND_ASSIGN(auto statement, db_->Prepare("WITH d(g, a, b) AS (VALUES (1, 0, 0), (2, 0, 0), (1, 3, 1), (2, 5, 1))"
                                                    " SELECT g, regr_slope(a, b) FROM d GROUP BY g ORDER BY g"));
  for (const double slope : {3.0, 5.0}) {
    ASSERT_OK_AND_ASSIGN(const bool row, statement.Step());
    ASSERT_TRUE(row);
    EXPECT_EQ(statement.Real(1), slope);
  }
}

}  // namespace
}  // namespace seep::storage
