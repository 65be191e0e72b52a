// Damage to a tail or a chunk stays where it is, and is told of.
#include <gtest/gtest.h>

#include "storage/compaction/compaction_fixture.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using ::testing::HasSubstr;

class DamagedSamplesTest : public testing::CompactionFixture {};

TEST_F(DamagedSamplesTest, ADamagedTailStaysAndIsToldOf) {
  AppendMany("r-0001", 1, 300, 50);
  AppendMany("r-0002", 1, 300, 50);
  ASSERT_OK(db_->Execute("UPDATE tail SET block = zeroblob(length(block)) WHERE stream_no = 1 AND first_sequence = 101"));
  EndRun("r-0001");
  EndRun("r-0002");
  Compact();
  EXPECT_EQ(Count("SELECT count(*) FROM chunk WHERE stream_no = 1"), 2);  // before it and after it
  EXPECT_EQ(Count("SELECT sum(count) FROM chunk WHERE stream_no = 1"), 250);
  EXPECT_EQ(Count("SELECT first_sequence FROM tail"), 101);
  EXPECT_THAT(ReadAll("r-0001"), StatusIs(absl::StatusCode::kDataLoss,
                                          HasSubstr("run r-0001 (stream 1): samples 101 to 150 (tail) are damaged")));
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> other, ReadAll("r-0002"));
  EXPECT_EQ(other.size(), 300u);
  // And the stream takes late samples all the same.
  AppendMany("r-0001", 301, 50, 50);
}

TEST_F(DamagedSamplesTest, ADamagedOrMissingChunkIsToldOf) {
  AppendMany("r-0001", 1, 3000, 100);
  EndRun("r-0001");
  Compact();
  ASSERT_OK(db_->Execute("UPDATE chunk SET data = CAST(substr(data, 1, 5000) || zeroblob(length(data) - 5000) AS BLOB)"
                         " WHERE first_sequence = 1025"));
  EXPECT_THAT(ReadAll("r-0001"), StatusIs(absl::StatusCode::kDataLoss,
                                          HasSubstr("samples 1025 to 2048 (chunk) are damaged: ")));
  ASSERT_OK(db_->Execute("DELETE FROM chunk WHERE first_sequence = 1025"));
  EXPECT_THAT(ReadAll("r-0001"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("samples from 1025 to 2048 are missing")));
  ASSERT_OK(db_->Execute("DELETE FROM chunk"));
  EXPECT_THAT(ReadAll("r-0001"), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("samples from 1 to 3000 are missing")));
}

}  // namespace
}  // namespace seep::storage
