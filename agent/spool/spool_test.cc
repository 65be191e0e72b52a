#include "agent/spool/spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "agent/spool/segment.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

constexpr std::uint64_t kLimit = 64 << 20;

class SpoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<Spool> Open(std::uint64_t limit = kLimit) {
    auto spool = Spool::Open(directory_.path() + "/spool", limit);
    EXPECT_OK(spool);
    return *std::move(spool);
  }
  static void Append(Spool& spool, int count, const std::string& filler = "") {
    for (int i = 0; i < count; ++i) {
      const std::string block = "[" + std::to_string(spool.NextSequence("r-1")) + filler + "]";
      EXPECT_OK(spool.Append("r-1", block, [] { return std::string("D"); }));
    }
  }
  static std::vector<std::uint64_t> ReadAll(Spool& spool, const StreamId& stream, std::uint64_t from = 1) {
    std::vector<std::uint64_t> read;
    while (auto batch = spool.Read(stream, from, 100, 1 << 20)) {
      for (std::uint32_t i = 0; i < batch->count; ++i) read.push_back(batch->first_sequence + i);
      from = batch->last_sequence() + 1;
    }
    return read;
  }
  std::vector<std::string> SegmentFiles() {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      if (entry.is_regular_file()) files.push_back(entry.path().string());
    }
    return files;
  }

  TempDirectory directory_ = *TempDirectory::Create("seep-spool-test");
};

TEST_F(SpoolTest, GivesBackWhatWasAppendedInOrder) {
  auto spool = Open();
  Append(*spool, 3);
  const auto batch = spool->Read({spool->epoch(), "r-1"}, 1, 100, 1 << 20);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->block, "D[1][2][3]");
  EXPECT_EQ(batch->count, 3u);
  EXPECT_EQ(batch->dropped_from, 0u);
  Append(*spool, 1);
  EXPECT_EQ(spool->Read({spool->epoch(), "r-1"}, 4, 100, 1 << 20)->block, "[4]");
  EXPECT_FALSE(spool->Read({spool->epoch(), "r-1"}, 5, 100, 1 << 20));
}

TEST_F(SpoolTest, ABatchKeepsItsLimits) {
  auto spool = Open();
  Append(*spool, 250);
  EXPECT_EQ(spool->Read({spool->epoch(), "r-1"}, 1, 100, 1 << 20)->count, 100u);
  EXPECT_EQ(spool->Read({spool->epoch(), "r-1"}, 101, 100, 10)->count, 2u);
  EXPECT_EQ(ReadAll(*spool, {spool->epoch(), "r-1"}).size(), 250u);
}

TEST_F(SpoolTest, KeepsWhatIsNotAcknowledgedOverARestart) {
  StreamId stream;
  {
    auto spool = Open();
    stream = {spool->epoch(), "r-1"};
    Append(*spool, 5000, std::string(500, 'x'));
    spool->Acknowledge(stream, 4000);
    EXPECT_EQ(spool->unacknowledged(), 1000u);
  }
  auto spool = Open();
  EXPECT_NE(spool->epoch(), stream.epoch);
  EXPECT_EQ(spool->LastSequence(stream), 5000u);
  const auto read = ReadAll(*spool, stream, 4001);
  EXPECT_EQ(read.size(), 1000u);
  spool->Acknowledge(stream, 5000);
  EXPECT_EQ(spool->bytes(), 0u);
  spool->Delete(stream);
  EXPECT_TRUE(spool->Streams().empty());
  EXPECT_TRUE(SegmentFiles().empty());
}

TEST_F(SpoolTest, SurvivesKillAtAnyPoint) {
  for (int round = 0; round < 10; ++round) {
    int counts[2];
    ASSERT_EQ(pipe(counts), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto spool = Open();
      for (std::uint64_t i = 1;; ++i) {
        Append(*spool, 1, std::string(i * 37 % 900, 'y'));
        [[maybe_unused]] ssize_t put = write(counts[1], &i, sizeof i);
      }
    }
    close(counts[1]);
    std::uint64_t appended = 0, count = 0;
    while (appended < 500 + static_cast<std::uint64_t>(round) * 211 && read(counts[0], &count, sizeof count) == sizeof count) {
      appended = count;
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (read(counts[0], &count, sizeof count) == sizeof count) appended = count;
    close(counts[0]);
    auto spool = Open();
    ASSERT_EQ(spool->Streams().size(), 1u);
    const StreamId stream = spool->Streams()[0];
    const auto read = ReadAll(*spool, stream);
    EXPECT_GE(read.size(), appended);
    EXPECT_LE(read.size(), appended + 1);
    spool->Delete(stream);
  }
}

TEST_F(SpoolTest, ATornTailIsNoSample) {
  StreamId stream;
  {
    auto spool = Open();
    stream = {spool->epoch(), "r-1"};
    Append(*spool, 10);
  }
  const std::string file = SegmentFiles().at(0);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 3);
  auto spool = Open();
  EXPECT_EQ(ReadAll(*spool, stream).size(), 9u);
}

TEST_F(SpoolTest, EveryFlippedBitIsAnExplainedHoleOrHarmless) {
  StreamId stream;
  {
    auto spool = Open();
    stream = {spool->epoch(), "r-1"};
    Append(*spool, 50);
  }
  const std::string file = SegmentFiles().at(0);
  const std::string sound = *ReadFile(file);
  Random random(20261121);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = sound;
    const std::size_t at = random.Below(damaged.size());
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.Below(8)));
    std::ofstream(file, std::ios::binary) << damaged;
    auto spool = Open();
    std::set<std::uint64_t> seen;
    std::uint64_t from = 1;
    while (auto batch = spool->Read(stream, from, 100, 1 << 20)) {
      if (batch->first_sequence != from) {
        EXPECT_EQ(batch->dropped_from, from);
      }
      for (std::uint32_t i = 0; i < batch->count; ++i) {
        seen.insert(batch->first_sequence + i);
        EXPECT_THAT(batch->block, ::testing::HasSubstr("[" + std::to_string(batch->first_sequence + i) + "]"));
      }
      from = batch->last_sequence() + 1;
    }
    EXPECT_GE(seen.size(), 49u) << "one record at most is lost";
  }
}

TEST_F(SpoolTest, OverTheLimitTheOldestGoesAndTheHoleIsExplained) {
  auto spool = Open(1 << 20);
  Append(*spool, 4000, std::string(1000, 'x'));
  EXPECT_LE(spool->bytes(), (1u << 20) + (1u << 18));
  EXPECT_GT(spool->dropped(), 2000u);
  const auto batch = spool->Read({spool->epoch(), "r-1"}, 1, 100, 1 << 20);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->dropped_from, 1u);
  EXPECT_EQ(batch->first_sequence, spool->dropped() + 1);
  EXPECT_EQ(batch->dropped_reason, "spool full");
  EXPECT_EQ(batch->block[0], 'D') << "definitions come along";
  EXPECT_EQ(ReadAll(*spool, {spool->epoch(), "r-1"}).back(), 4000u);
}

TEST_F(SpoolTest, AFullDiskDropsCountsAndRecovers) {
  // RLIMIT_FSIZE stands in for the full disk: write fails with EFBIG. The root
  // directory of a small tmpfs is tried in tests/integration.
  signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  auto spool = Open();
  Append(*spool, 10);
  const rlimit small{300, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  int failed = 0;
  for (int i = 0; i < 20; ++i) {
    failed += !spool->Append("r-1", "[" + std::string(400, 'z') + "]", [] { return std::string("D"); }).ok();
  }
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(failed, 20);
  EXPECT_EQ(spool->dropped(), 20u);
  Append(*spool, 5);
  const StreamId stream{spool->epoch(), "r-1"};
  EXPECT_EQ(ReadAll(*spool, stream).size(), 15u);
  const auto after = spool->Read(stream, 11, 100, 1 << 20);
  EXPECT_EQ(after->first_sequence, 31u);
  EXPECT_EQ(after->dropped_from, 11u);
}

TEST(Segment, FindsTheNextSoundRecord) {
  const std::string segment = EncodeRecord(1, "one") + "SpRcgarbage" + EncodeRecord(2, "two");
  auto record = NextRecord(segment, 0);
  ASSERT_TRUE(record);
  record = NextRecord(segment, record->end);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->sequence, 2u);
  EXPECT_EQ(record->bytes, "two");
  EXPECT_FALSE(NextRecord(segment, record->end));
}

}  // namespace
}  // namespace seep::agent
