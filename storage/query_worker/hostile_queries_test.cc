// What a query of a stranger may not do: each is refused with a reason or ends
// at a limit, quickly, and the store is as it was.
#include <gtest/gtest.h>

#include <filesystem>

#include "common/os/system_clock.h"
#include "common/status/status_matchers.h"
#include "storage/query_worker/query_fixture.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class HostileQueriesTest : public testing::QueryFixture {
 protected:
  void SetUp() override {
    testing::QueryFixture::SetUp();
    limits_.time = absl::Seconds(1);
  }
};

TEST_F(HostileQueriesTest, RefusesWhatIsNotOneSelect) {
  for (const std::string sql : {
           "INSERT INTO run_label VALUES (1, 'a', 'b')", "UPDATE run SET state = 5", "DELETE FROM run", "DROP TABLE run",
           "CREATE TABLE t (a)", "CREATE TEMP TABLE t (a)", "CREATE TEMP VIEW v AS SELECT * FROM run",
           "CREATE VIRTUAL TABLE t USING fts5(a)", "CREATE VIRTUAL TABLE t USING fts3(a)",
           "CREATE VIRTUAL TABLE temp.t USING rtree(a, b, c)", "CREATE TRIGGER t AFTER INSERT ON run BEGIN SELECT 1; END",
           "ALTER TABLE run RENAME TO r", "ATTACH '/etc/passwd' AS p", "ATTACH ':memory:' AS m", "DETACH main",
           "PRAGMA writable_schema = 1", "PRAGMA journal_mode = DELETE", "PRAGMA user_version", "PRAGMA integrity_check",
           "VACUUM", "VACUUM INTO '/tmp/stolen.db'", "REINDEX", "ANALYZE", "BEGIN", "BEGIN IMMEDIATE", "COMMIT",
           "ROLLBACK", "SAVEPOINT s", "EXPLAIN DELETE FROM run", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE run",
           "SELECT 1; -- x\n PRAGMA user_version", "REPLACE INTO run_label VALUES (1, 'a', 'b')",
           "WITH t AS (SELECT 1) DELETE FROM run", "DELETE FROM run RETURNING run_no",
           "UPDATE sqlite_schema SET sql = 'x'", "INSERT INTO samples VALUES (1)", "SELECT 1\\", "\x01\x02",
       }) {
    const Answer answer = Ask(sql);
    EXPECT_THAT(answer.status, StatusIs(absl::StatusCode::kInvalidArgument)) << sql;
    EXPECT_FALSE(answer.status.message().empty()) << sql;
  }
}

TEST_F(HostileQueriesTest, RefusesFunctionsThatReachOutOrBlowUp) {
  for (const std::string sql : {
           "SELECT load_extension('/tmp/evil.so')", "SELECT fts3_tokenizer('simple')",
           "SELECT fts3_tokenizer('simple', x'4141414141414141')", "SELECT hex(fts3_tokenizer('simple'))",
           "SELECT randomblob(1000000000)", "SELECT zeroblob(1000000000)", "SELECT length(zeroblob(2000000000))",
           "SELECT printf('%.*c', 900000000, 'x')", "SELECT format('%.*c', 900000000, 'x')",
           "SELECT replace(hex(zeroblob(1000)), '0', hex(zeroblob(1000)))", "SELECT readfile('/etc/passwd')",
           "SELECT writefile('/tmp/x', 'y')", "SELECT edit('x')", "SELECT sqlite_compileoption_get(1)",
           "SELECT fts5(NULL)", "SELECT char(0)", "SELECT json('{}')", "SELECT sqlite_offset(run) FROM runs",
           "SELECT likelihood(1, 0.5)", "SELECT sqlite_rename_table(1,2,3,4,5,6,7)", "SELECT rtreecheck('run')",
           "SELECT snippet('x')", "SELECT FTS3_TOKENIZER('porter')",
       }) {
    EXPECT_THAT(Ask(sql).status, StatusIs(absl::StatusCode::kInvalidArgument,
                                          AnyOf(HasSubstr("is not allowed"), HasSubstr("no such function"))))
        << sql;
  }
}

TEST_F(HostileQueriesTest, RefusesTablesThatAreNotViews) {
  for (const std::string sql : {
           "SELECT * FROM run", "SELECT record FROM run", "SELECT * FROM tail", "SELECT block FROM tail", 
           "SELECT * FROM id_counter", "SELECT idempotency_key FROM campaign", "SELECT * FROM sqlite_sequence",
           "SELECT * FROM sqlite_temp_schema", "SELECT * FROM dbstat", "SELECT count(*) FROM dbstat",
           "SELECT * FROM sqlite_stmt", "SELECT * FROM pragma_table_info('run')", "SELECT * FROM pragma_database_list",
           "SELECT count(*) FROM pragma_database_list", "SELECT * FROM sqlite_dbpage", "SELECT * FROM bytecode('SELECT 1')",
           "SELECT * FROM json_each('[1]')", "SELECT * FROM fts3tokenize('simple', 'x')",
           "SELECT runs.run FROM runs JOIN run ON run.run_id = runs.run WHERE run.seed = 0",
           "SELECT * FROM (SELECT yaml FROM campaign)",
       }) {
    EXPECT_THAT(Ask(sql).status, StatusIs(absl::StatusCode::kInvalidArgument)) << sql;
  }
  EXPECT_OK(Ask("SELECT name, sql FROM sqlite_schema").status);
  EXPECT_OK(Ask("WITH t AS (SELECT 1) SELECT count(*) FROM t").status);
}

TEST_F(HostileQueriesTest, EndlessAndHugeQueriesEndAtALimit) {
  SystemClock clock;
  for (const std::string sql : {
           "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
           "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t ORDER BY n DESC",
           "SELECT count(*) FROM samples a, samples b, samples c",
           "SELECT a.value FROM samples a, samples b ORDER BY a.value * b.value",
           "WITH RECURSIVE t(s) AS (SELECT 'x' UNION ALL SELECT s || s FROM t) SELECT length(s) FROM t",
           "WITH RECURSIVE t(s) AS (SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa' UNION ALL SELECT s || s FROM t WHERE"
           " length(s) < 2000000) SELECT max(s LIKE '%a%a_%a_%a_%a%a_%a%a%a_%a_%ab_%b' OR s GLOB '*a*a?*a?*a?*b?*b')"
           " FROM t, samples",
           "SELECT group_concat(a.gauge) FROM samples a, samples b",
       }) {
    const MonotonicTime begin = clock.Now();
    const Answer answer = Ask(sql);
    EXPECT_THAT(answer.status, AnyOf(StatusIs(absl::StatusCode::kDeadlineExceeded),
                                     StatusIs(absl::StatusCode::kResourceExhausted),
                                     StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("too big"))))
        << sql;
    // The query's own second, the grace and the slowness of a busy machine.
    EXPECT_LT(clock.Now() - begin, absl::Seconds(15)) << sql;
  }
}

TEST_F(HostileQueriesTest, DeepAndLongQueriesAreRefused) {
  std::string deep = "SELECT ";
  for (int i = 0; i < 5000; ++i) deep += "(";
  EXPECT_THAT(Ask(deep + "1").status, StatusIs(absl::StatusCode::kInvalidArgument));
  std::string unions = "SELECT 1";
  for (int i = 0; i < 600; ++i) unions += " UNION SELECT 1";
  EXPECT_THAT(Ask(unions).status, StatusIs(absl::StatusCode::kInvalidArgument));
  std::string sums = "SELECT 1";
  for (int i = 0; i < 3000; ++i) sums += "+1";
  EXPECT_THAT(Ask(sums).status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Ask(std::string("SELECT 1\0; DROP TABLE run", 24)).status, StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(HostileQueriesTest, TheStoreIsAsItWas) {
  for (const std::string sql : {"DELETE FROM run", "VACUUM INTO 'stolen.db'", "SELECT count(*) FROM samples a, samples b, samples c"}) {
    EXPECT_FALSE(Ask(sql).status.ok());
  }
  ASSERT_OK_AND_ASSIGN(const v1::Run run, store_->GetRun("r-0001"));
  EXPECT_EQ(run.samples(), 300u);
  ASSERT_OK(store_->Append(testing::MakeBatch("r-0002", 301, 1)));
  EXPECT_FALSE(std::filesystem::exists(directory_->path() + "/stolen.db"));
}

}  // namespace
}  // namespace seep::storage
