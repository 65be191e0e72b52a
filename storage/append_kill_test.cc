// R1 and R2: whatever the moment of a kill -9, while samples are appended, runs
// end and tails become chunks, what was acknowledged is stored exactly once and
// in order. SEEP_KILLS (50) says how many processes are killed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "absl/strings/str_format.h"
#include "common/os/random.h"
#include "common/os/temp_directory.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "storage/sqlite/database.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/waiting_store.h"

namespace seep::storage {
namespace {

using testing::MakeBatch;
using testing::ValueOf;
using testing::WaitingStore;

constexpr int kSlots = 4;  // runs under way at a time
constexpr int kGauges = 5;
constexpr std::uint32_t kBatch = 35;
constexpr std::uint64_t kRunSamples = 2'600;  // two chunks and a half

// How far a slot is: its run, and the last sample of it that is stored.
struct Position {
  int run = 0;
  std::uint64_t through = 0;
};
using Positions = std::array<Position, kSlots>;

struct Report {  // of the child: one a write to the pipe, so never half
  int slot;
  int run;
  std::uint64_t through;
  bool ended;
};

std::string RunName(int run) { return absl::StrFormat("r-%04d", run); }

// The child: goes on from where each slot is, keeps several batches of each on
// their way, repeats the last one now and then, ends a run that has its samples
// and goes on with the next. Reports each Ack and each end.
class Appender {
 public:
  Appender(Positions positions, int report) : positions_(positions), report_(report) {}

  [[noreturn]] void Run(const StoreOptions& options) {
    if (!store_.Open(options).ok()) _exit(3);
    store_.loop().Post([this] {
      for (int slot = 0; slot < kSlots; ++slot) {
        for (int i = 0; i < 3; ++i) Send(slot);
      }
    });
    while (true) pause();
  }

 private:
  void Send(int slot) {
    Position& at = positions_[static_cast<std::size_t>(slot)];
    if (at.through >= kRunSamples) return End(slot);
    const std::uint64_t again = at.through % 3 == 0 && at.through >= kBatch ? kBatch : 0;
    v1::SampleBatch batch = MakeBatch(RunName(at.run), at.through + 1 - again,
                                      kBatch + static_cast<std::uint32_t>(again),
                                      {.gauges = kGauges, .interval_us = 2'000'000});
    at.through += kBatch;
    ++flying_[static_cast<std::size_t>(slot)];
    store_.store().AppendSamples(std::move(batch), [this, slot, run = at.run](absl::StatusOr<AppendOutcome> got) {
      if (!got.ok()) _exit(4);
      Tell({slot, run, got->ack.through_sequence(), false});
      --flying_[static_cast<std::size_t>(slot)];
      Send(slot);
    });
  }
  void End(int slot) {
    const auto index = static_cast<std::size_t>(slot);
    if (flying_[index] > 0 || std::exchange(ending_[index], true)) return;  // the last of them ends it
    Position& at = positions_[static_cast<std::size_t>(slot)];
    RunChange change;
    change.run_id = RunName(at.run);
    change.run.emplace();
    change.run->set_run_id(change.run_id);
    change.run->set_state(v1::RUN_STATE_FINISHED);
    store_.store().ChangeRun(change, [this, slot, ended = at](absl::StatusOr<std::vector<v1::RunEvent>> changed) {
      if (!changed.ok()) _exit(6);
      Tell({slot, ended.run, ended.through, true});
      ending_[static_cast<std::size_t>(slot)] = false;
      positions_[static_cast<std::size_t>(slot)] = {ended.run + kSlots, 0};
      for (int i = 0; i < 3; ++i) Send(slot);
    });
  }
  void Tell(const Report& report) {
    if (write(report_, &report, sizeof report) != sizeof report) _exit(5);
  }

  WaitingStore store_;
  Positions positions_;
  std::array<int, kSlots> flying_{};
  std::array<bool, kSlots> ending_{};
  const int report_;
};

class AppendKillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-kill-test"));
    directory_.emplace(std::move(directory));
    options_.directory = directory_->path();
    options_.commit_interval = absl::Milliseconds(1);
    options_.compaction.settle_after = absl::ZeroDuration();
    const char* const kills = std::getenv("SEEP_KILLS");
    if (kills != nullptr) kills_ = std::atoi(kills);
    WaitingStore store;
    ASSERT_OK(store.Open(options_));
    ASSERT_OK(store.CreateRuns(kills_ * kSlots + 2 * kSlots));
    for (int slot = 0; slot < kSlots; ++slot) stored_[static_cast<std::size_t>(slot)] = {slot + 1, 0};
  }

  // Kills the child some moments after it has reported `acks`; takes note of all
  // that it reported, which counts as acknowledged.
  void RunAndKill(std::uint64_t acks, int moments_ms) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) Appender(stored_, ends[1]).Run(options_);
    close(ends[1]);
    acked_ = stored_;
    Report report{};
    std::uint64_t seen = 0;
    while (read(ends[0], &report, sizeof report) == sizeof report) {
      acked_[static_cast<std::size_t>(report.slot)] =
          report.ended ? Position{report.run + kSlots, 0} : Position{report.run, report.through};
      if (++seen != acks) continue;
      (void)poll(nullptr, 0, moments_ms);
      kill(child, SIGKILL);
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "child ended with " << status;
  }

  // Opens the store as a restart does, and compares it with what was acknowledged.
  void CheckAcknowledged() {
    WaitingStore store;
    ASSERT_OK(store.Open(options_));
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      const Position before = stored_[slot];
      Position at = acked_[slot];
      for (int run = before.run; run < at.run; run += kSlots) {  // the ends that were reported
        ASSERT_OK_AND_ASSIGN(const v1::Run ended, store.GetRun(RunName(run)));
        ASSERT_EQ(ended.state(), v1::RUN_STATE_FINISHED) << "an acknowledged end is lost";
        ASSERT_OK(CheckRun(store, run));
      }
      // One more may have ended without a report.
      ASSERT_OK_AND_ASSIGN(const v1::Run here, store.GetRun(RunName(at.run)));
      ASSERT_OK_AND_ASSIGN(const std::uint64_t through, CheckRun(store, at.run));
      EXPECT_GE(through, at.through) << "an acknowledged sample is lost";
      stored_[slot] = here.state() == v1::RUN_STATE_FINISHED ? Position{at.run + kSlots, 0} : Position{at.run, through};
    }
  }

  // Reads all of the run; checks order, values and counts. Returns the last sequence.
  absl::StatusOr<std::uint64_t> CheckRun(WaitingStore& store, int run) {
    std::uint64_t through = 0;
    SampleCursor cursor;
    while (true) {
      SEEP_ASSIGN_OR_RETURN(const SamplePage page, store.Wait<SamplePage>([&](Store& s, auto got) {
        s.ReadSamples(RunName(run), cursor, 5000, std::move(got));
      }));
      for (const v1::Sample& sample : page.samples) {
        EXPECT_EQ(sample.sequence(), ++through);
        EXPECT_EQ(sample.value(3), ValueOf(sample.sequence(), sample.gauge(3)));
        if (HasFailure()) return absl::InternalError("see above");
      }
      cursor = page.next;
      if (page.at_end) break;
    }
    SEEP_ASSIGN_OR_RETURN(const v1::Run stored, store.GetRun(RunName(run)));
    EXPECT_EQ(stored.samples(), through);
    EXPECT_EQ(stored.samples_lost(), 0u);
    return through;
  }

  std::optional<TempDirectory> directory_;
  StoreOptions options_;
  int kills_ = 50;
  Positions stored_, acked_;
};

TEST_F(AppendKillTest, NothingAcknowledgedIsLostOrDoubled) {
  const std::uint64_t seed = EntropySeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  for (int i = 0; i < kills_; ++i) {
    SCOPED_TRACE(i);
    RunAndKill(1 + random.Below(150), static_cast<int>(random.Below(12)));
    CheckAcknowledged();
    if (HasFailure()) return;
  }
  WaitingStore store;
  ASSERT_OK(store.Open(options_));
  for (const Position& at : stored_) ASSERT_OK(store.SetState(RunName(at.run), v1::RUN_STATE_FINISHED));
  // All of it again, after the last of it has been compacted.
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  ASSERT_OK_AND_ASSIGN(auto db, sqlite::Database::Open(store.store().database_path(), sqlite::Access::kReadOnly));
  while (db->QueryInteger("SELECT count(*) FROM stream WHERE settled = 0").value_or(1) > 0) {
    ASSERT_LT(absl::Now(), deadline) << store.store().stats().compaction.failure;
    (void)poll(nullptr, 0, 5);
  }
  std::uint64_t samples = 0;
  int runs = 0;
  for (const Position& at : stored_) runs = std::max(runs, at.run);
  for (int run = 1; run <= runs; ++run) {
    ASSERT_OK_AND_ASSIGN(const std::uint64_t through, CheckRun(store, run));
    samples += through;
  }
  const auto count = [&](const char* sql) { return db->QueryInteger(sql).value_or(-1); };
  EXPECT_GT(samples, 0u);
  EXPECT_EQ(count("SELECT count(*) FROM tail"), 0);
  EXPECT_EQ(count("SELECT sum(count) FROM chunk"), static_cast<std::int64_t>(samples));
  // Minute rows, half of them gathered again after kills, and summaries count each value once.
  EXPECT_EQ(count("SELECT sum(n) FROM sample_rollup"), static_cast<std::int64_t>(samples) * kGauges);
  EXPECT_EQ(count("SELECT sum(n) FROM chunk_summary"), static_cast<std::int64_t>(samples) * kGauges);
  std::printf("%d kills: %lu samples of %d runs, %ld chunks, none lost, none doubled\n", kills_,
              static_cast<unsigned long>(samples), runs, static_cast<long>(count("SELECT count(*) FROM chunk")));
}

}  // namespace
}  // namespace seep::storage
