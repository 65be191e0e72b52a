// The same verdict from a store that was upgraded as from the samples themselves:
// whatever version wrote them, judging them again gives the identical answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "coordinator/verdicts/run_feed.h"
#include "storage/migrations/golden/golden_content.h"
#include "storage/migrations/golden/golden_file.h"
#include "storage/testing/waiting_store.h"

namespace seep::coordinator {
namespace {

namespace golden = storage::golden;

v1::RunVerdict JudgeContent(const v1::Run& run, int number) {
  storage::SamplePage page;
  page.gauges = golden::Gauges();
  for (int i = 0; i < golden::kSamples; ++i) page.samples.push_back(golden::MakeSample(number, i));
  RunFeed feed(run);
  feed.Add(page);
  return feed.Final(run);
}

class GoldenReplayTest : public ::testing::TestWithParam<int> {};

TEST_P(GoldenReplayTest, JudgesAsTheSamplesThemselves) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-replay-test"));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, golden::ReadGolden(GetParam()));
  ASSERT_OK(WriteFileAtomically(directory.path() + "/seep.db", bytes));
  storage::testing::WaitingStore store;
  storage::StoreOptions options;
  options.directory = directory.path();
  ASSERT_OK(store.Open(options));
  for (int number : {golden::kLeaking, golden::kClean}) {
    ASSERT_OK_AND_ASSIGN(const v1::Run run, store.GetRun(golden::RunId(number)));
    RunFeed feed(run);
    storage::SampleCursor cursor;
    while (true) {
      ASSERT_OK_AND_ASSIGN(const storage::SamplePage page, store.Wait<storage::SamplePage>([&](storage::Store& s, auto got) {
        s.ReadSamples(run.run_id(), cursor, 77, std::move(got));
      }));
      feed.Add(page);
      cursor = page.next;
      if (page.at_end) break;
    }
    const v1::RunVerdict replayed = feed.Final(run);
    EXPECT_EQ(replayed.SerializeAsString(), JudgeContent(run, number).SerializeAsString()) << replayed.headline();
    EXPECT_EQ(replayed.verdict() == v1::VERDICT_LEAK, number == golden::kLeaking) << replayed.headline();
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, GoldenReplayTest, ::testing::ValuesIn(golden::kVersions),
                         [](const auto& version) { return absl::StrCat("v", version.param); });

}  // namespace
}  // namespace seep::coordinator
