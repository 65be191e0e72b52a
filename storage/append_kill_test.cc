// R1 and R2: whatever the moment of a kill -9, what was acknowledged is stored
// exactly once and in order.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "common/os/random.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/sqlite/database.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/waiting_store.h"

namespace seep::storage {
namespace {

using testing::MakeBatch;
using testing::ValueOf;
using testing::WaitingStore;

constexpr int kStreams = 4;
constexpr int kKills = 20;
constexpr std::uint32_t kBatch = 7;

struct Report {  // of the child: one a write to the pipe, so never half
  int stream;
  std::uint64_t through;
};

testing::BatchShape Shape(int stream) {
  return {.boot_epoch = "e" + std::to_string(stream), .gauges = 5, .interval_us = 2'000'000};
}

// The child: goes on from `stored`, keeps several batches of each stream on
// their way, repeats the last one now and then, and reports each Ack.
[[noreturn]] void AppendForever(const StoreOptions& options, std::vector<std::uint64_t> stored, int report) {
  WaitingStore store;
  if (!store.Open(options).ok()) _exit(3);
  std::function<void(int)> send = [&](int stream) {
    std::uint64_t& next = stored[static_cast<std::size_t>(stream)];
    const std::uint64_t again = next % 3 == 0 && next > kBatch ? kBatch : 0;
    v1::SampleBatch batch = MakeBatch("r-0001", next + 1 - again, kBatch + static_cast<std::uint32_t>(again),
                                      Shape(stream));
    next += kBatch;
    store.store().AppendSamples(std::move(batch), [&, stream](absl::StatusOr<AppendOutcome> got) {
      if (!got.ok()) _exit(4);
      const Report acked{stream, got->ack.through_sequence()};
      if (write(report, &acked, sizeof acked) != sizeof acked) _exit(5);
      send(stream);
    });
  };
  store.loop().Post([&] {
    for (int i = 0; i < 3 * kStreams; ++i) send(i % kStreams);
  });
  while (true) pause();
}

class AppendKillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-kill-test"));
    directory_.emplace(std::move(directory));
    options_.directory = directory_->path();
    options_.commit_interval = absl::Milliseconds(1);
    WaitingStore store;
    ASSERT_OK(store.Open(options_));
    ASSERT_OK(store.CreateRuns(1));
  }

  // Kills the child once it has reported `acks` more; returns the last Ack of each stream.
  std::vector<std::uint64_t> RunAndKill(std::vector<std::uint64_t> acked, std::uint64_t acks) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) AppendForever(options_, stored_, ends[1]);
    close(ends[1]);
    Report report{};
    std::uint64_t seen = 0;
    while (read(ends[0], &report, sizeof report) == sizeof report) {
      acked[static_cast<std::size_t>(report.stream)] = report.through;
      // Reports that are in the pipe already count as acknowledged too.
      if (++seen == acks) kill(child, SIGKILL);
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "child ended with " << status;
    return acked;
  }

  // All of the run, stream by stream; checks order and values.
  void CheckStored(const std::vector<std::uint64_t>& acked) {
    WaitingStore store;
    ASSERT_OK(store.Open(options_));
    ASSERT_OK_AND_ASSIGN(const auto heads, store.Wait<std::vector<v1::Ack>>(
        [](Store& s, auto got) { s.RunStreamAcks("r-0001", std::move(got)); }));
    std::uint64_t total = 0;
    for (const v1::Ack& head : heads) {
      const auto stream = static_cast<std::size_t>(head.stream().boot_epoch()[1] - '0');
      EXPECT_GE(head.through_sequence(), acked[stream]) << "an acknowledged sample is lost";
      stored_[stream] = head.through_sequence();
      total += head.through_sequence();
    }
    SampleCursor cursor;
    std::uint64_t read = 0, expected = 1;
    while (true) {
      ASSERT_OK_AND_ASSIGN(const SamplePage page, store.Wait<SamplePage>([&](Store& s, auto got) {
        s.ReadSamples("r-0001", cursor, 5000, std::move(got));
      }));
      for (const v1::Sample& sample : page.samples) {
        if (sample.sequence() == 1) expected = 1;  // the next stream begins
        ASSERT_EQ(sample.sequence(), expected++);
        ASSERT_EQ(sample.value(3), ValueOf(sample.sequence(), sample.gauge(3)));
        ++read;
      }
      cursor = page.next;
      if (page.at_end) break;
    }
    EXPECT_EQ(read, total);
    ASSERT_OK_AND_ASSIGN(const v1::Run run, store.GetRun("r-0001"));
    EXPECT_EQ(run.samples(), total);
    EXPECT_EQ(run.samples_lost(), 0u);
  }

  std::optional<TempDirectory> directory_;
  StoreOptions options_;
  std::vector<std::uint64_t> stored_ = std::vector<std::uint64_t>(kStreams, 0);
};

TEST_F(AppendKillTest, NothingAcknowledgedIsLostOrDoubled) {
  const std::uint64_t seed = EntropySeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  std::vector<std::uint64_t> acked(kStreams, 0);
  for (int i = 0; i < kKills; ++i) {
    SCOPED_TRACE(i);
    acked = RunAndKill(acked, 1 + random.Below(120));
    CheckStored(acked);
    if (HasFailure()) return;
  }
  for (const std::uint64_t through : acked) EXPECT_GT(through, 0u);

  // The minute rows, half of them gathered again after kills, count each value once.
  WaitingStore store;
  ASSERT_OK(store.Open(options_));
  ASSERT_OK(store.SetState("r-0001", v1::RUN_STATE_FINISHED));
  ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(store.store().database_path(), sqlite::Access::kReadOnly));
  ASSERT_OK_AND_ASSIGN(const std::int64_t counted, db->QueryInteger("SELECT sum(n) FROM sample_rollup"));
  ASSERT_OK_AND_ASSIGN(const std::int64_t samples, db->QueryInteger("SELECT sum(samples) FROM stream"));
  EXPECT_EQ(counted, samples * 5);
}

}  // namespace
}  // namespace seep::storage
