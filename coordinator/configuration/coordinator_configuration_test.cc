#include "coordinator/configuration/configuration.h"

#include <gtest/gtest.h>

#include "common/status/status_matchers.h"

namespace seep::coordinator {
namespace {

using seep::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ConfigurationTest, ReadsTheStoresSection) {
  ASSERT_OK_AND_ASSIGN(const Configuration read, ParseConfiguration(
      "store:\n"
      "  max_bytes: 20GiB\n"
      "  min_free_disk: 1GiB\n"
      "  backup_directory: /var/backups/seep\n"
      "  sweep_every: 5m\n"
      "  retention:\n"
      "    - labels: {team: payments}\n"
      "      keep_details: 365d\n"
      "    - {keep_details: 30d, keep_minutes: 180d, keep_runs: 730d}\n", "seep.yaml"));
  EXPECT_EQ(read.upkeep.max_bytes, 20ull << 30);
  EXPECT_EQ(read.upkeep.min_free_disk, 1ull << 30);
  EXPECT_EQ(read.upkeep.sweep_every, absl::Minutes(5));
  EXPECT_EQ(read.backup_directory, "/var/backups/seep");
  ASSERT_EQ(read.upkeep.retention.size(), 2u);
  EXPECT_EQ(read.upkeep.retention[0].labels.at("team"), "payments");
  EXPECT_EQ(read.upkeep.retention[0].keep_details, absl::Hours(24 * 365));
  EXPECT_EQ(read.upkeep.retention[0].keep_runs, absl::InfiniteDuration());
  EXPECT_EQ(read.upkeep.retention[1].keep_minutes, absl::Hours(24 * 180));
}

TEST(ConfigurationTest, AnEmptyFileKeepsEverything) {
  ASSERT_OK_AND_ASSIGN(const Configuration read, ParseConfiguration("", "seep.yaml"));
  EXPECT_TRUE(read.upkeep.retention.empty());
  EXPECT_EQ(read.upkeep.max_bytes, 0u);
}

TEST(ConfigurationTest, SaysWhereAndWhatIsWrong) {
  const std::pair<const char*, const char*> wrong[] = {
      {"store:\n  max_byte: 5GiB\n", "seep.yaml:2:3"},
      {"store:\n  max_bytes: 5KiB\n", "16MiB"},
      {"store:\n  backup_directory: here\n", "absolute"},
      {"store:\n  retention:\n    - {keep_details: 30d, keep_minutes: 10d}\n", "keep_minutes"},
      {"store:\n  retention:\n    - {keep_details: 30d, keep_runs: 10d}\n", "keep_details"},
      {"store:\n  retention: {keep_details: 30d}\n", "list"},
      {"store:\n  retention:\n    - {keep_details: -3d}\n", "keep_details"},
      {"stores: {}\n", "stores"},
  };
  for (const auto& [yaml, word] : wrong) {
    EXPECT_THAT(ParseConfiguration(yaml, "seep.yaml"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(word))) << yaml;
  }
}

TEST(ConfigurationTest, ForeverIsAnAge) {
  ASSERT_OK_AND_ASSIGN(const Configuration read, ParseConfiguration("store:\n  retention:\n    - {keep_details: forever}\n", "seep.yaml"));
  EXPECT_EQ(read.upkeep.retention[0].keep_details, absl::InfiniteDuration());
}

}  // namespace
}  // namespace seep::coordinator
