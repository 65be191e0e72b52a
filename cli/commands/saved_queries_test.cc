#include "cli/commands/saved_queries.h"

#include <gtest/gtest.h>

#include <optional>

#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using seep::testing::StatusIs;
using ::testing::HasSubstr;

class SavedQueriesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-saved-queries-test"));
    directory_.emplace(std::move(directory));
    ASSERT_OK_AND_ASSIGN(SavedQueries queries, SavedQueries::Of(Environment({{"HOME", directory_->path()}})));
    queries_.emplace(std::move(queries));
  }
  std::optional<TempDirectory> directory_;
  std::optional<SavedQueries> queries_;
};

TEST_F(SavedQueriesTest, WhatIsSavedComesBackAndGoes) {
  ASSERT_OK_AND_ASSIGN(auto none, queries_->List());
  EXPECT_TRUE(none.empty());
  ASSERT_OK(queries_->Save("worst", "SELECT run\nFROM runs"));
  ASSERT_OK(queries_->Save("a-1", "SELECT 1"));
  ASSERT_OK(queries_->Save("worst", "SELECT 2"));
  ASSERT_OK_AND_ASSIGN(const std::string sql, queries_->Load("worst"));
  EXPECT_EQ(sql, "SELECT 2");
  ASSERT_OK_AND_ASSIGN(auto two, queries_->List());
  EXPECT_EQ(two, (std::vector<std::pair<std::string, std::string>>{{"a-1", "SELECT 1"}, {"worst", "SELECT 2"}}));
  ASSERT_OK(queries_->Forget("a-1"));
  EXPECT_THAT(queries_->Load("a-1").status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("there are: worst")));
  EXPECT_FALSE(queries_->Forget("a-1").ok());
}

TEST_F(SavedQueriesTest, NamesLeadNowhereElse) {
  for (const std::string name : {"", "../x", "a/b", ".hidden", "a b", "-x", std::string(64, 'a').c_str()}) {
    EXPECT_THAT(queries_->Save(name, "SELECT 1"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no name"))) << name;
    EXPECT_FALSE(queries_->Load(name).ok()) << name;
    EXPECT_FALSE(queries_->Forget(name).ok()) << name;
  }
  EXPECT_FALSE(FileExists(directory_->path() + "/.config"));
}

TEST_F(SavedQueriesTest, WithoutAHomeItSaysSo) {
  EXPECT_THAT(SavedQueries::Of(Environment({{"HOME", "relative"}})).status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("XDG_CONFIG_HOME")));
}

}  // namespace
}  // namespace seep::cli
