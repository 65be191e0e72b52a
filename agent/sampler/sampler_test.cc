#include "agent/sampler/sampler.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <thread>

#include "absl/synchronization/notification.h"
#include "agent/sampler/fake_proc_reader.h"
#include "agent/sampler/linux_proc_reader.h"
#include "agent/sampler/sample_encoder.h"
#include "common/clock/fake_clock.h"
#include "common/event_loop/epoll_event_loop.h"
#include "common/os/child_process.h"
#include "common/os/process_tree.h"
#include "common/os/system_clock.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

using ::seep::testing::StatusIs;

TEST(Cadence, KeepsItsGridHoweverLateItIsServed) {
  const MonotonicTime start(absl::Seconds(100));
  Cadence cadence(start, absl::Seconds(10));
  EXPECT_TRUE(cadence.TakeDue(start + absl::Seconds(1)));
  EXPECT_FALSE(cadence.TakeDue(start + absl::Seconds(9)));
  EXPECT_TRUE(cadence.TakeDue(start + absl::Seconds(47)));
  EXPECT_EQ(cadence.next(), start + absl::Seconds(50)) << "the missed ones are skipped, the grid stays";
}

class SamplerTest : public ::testing::Test {
 protected:
  SystemClock clock_;
  EpollEventLoop loop_{clock_};
};

TEST_F(SamplerTest, ReadsOnItsOwnThreadAndDeliversOnTheLoop) {
  auto reader = std::make_unique<FakeProcReader>();
  FakeProcReader* fake = reader.get();
  Sampler sampler(loop_, std::move(reader));
  ASSERT_OK(sampler.Start());
  EXPECT_THAT(sampler.Start(), StatusIs(absl::StatusCode::kAlreadyExists));
  std::vector<Reading> readings;
  TreeId id{};
  id = sampler.Add({.root = 7, .mark = "", .interval = absl::Milliseconds(5), .detailed_interval = absl::Milliseconds(20)},
                   [&](const Reading& reading) {
                     EXPECT_TRUE(loop_.OnLoop());
                     readings.push_back(reading);
                     if (readings.size() == 10) {
                       sampler.Remove(id);
                       loop_.Stop();
                     }
                   });
  loop_.Run();
  sampler.Stop();
  EXPECT_EQ(readings.size(), 10u);
  EXPECT_EQ(readings[3].figures.rss_bytes, 7e6);
  EXPECT_GE(fake->detailed_reads, 2);
  EXPECT_LE(fake->detailed_reads, 5);
  for (std::size_t i = 1; i < readings.size(); ++i) EXPECT_GT(readings[i].at, readings[i - 1].at);
}

TEST_F(SamplerTest, SamplesOutOfTurnAndSaysWhenTheTreeHasEnded) {
  Sampler sampler(loop_, std::make_unique<FakeProcReader>());
  ASSERT_OK(sampler.Start());
  const TreeId id = sampler.Add({.root = 7, .mark = "", .interval = absl::Hours(1)}, [](const Reading&) {});
  std::vector<bool> got;
  sampler.SampleNow(id, [&](std::optional<Reading> reading) { got.push_back(reading.has_value()); });
  sampler.SampleNow(TreeId{99}, [&](std::optional<Reading> reading) {
    got.push_back(reading.has_value());
    loop_.Stop();
  });
  loop_.Run();
  EXPECT_EQ(got, (std::vector<bool>{true, false}));
}

// On a machine without a core to spare a reading takes as long as it takes, and
// the next is due when it ends; the agent's lease must not hang on that.
TEST_F(SamplerTest, NeverKeepsTheLoopWaitingForAReading) {
  absl::Notification release;
  auto reader = std::make_unique<FakeProcReader>();
  FakeProcReader* fake = reader.get();
  fake->held = &release;
  Sampler sampler(loop_, std::move(reader));
  ASSERT_OK(sampler.Start());
  const TreeId id = sampler.Add({.root = 7, .mark = "", .interval = absl::Milliseconds(1)}, [](const Reading&) {});
  const MonotonicTime deadline = clock_.Now() + absl::Seconds(30);
  while (fake->reads == 0 && clock_.Now() < deadline) std::this_thread::yield();
  ASSERT_GT(fake->reads, 0) << "a reading is under way";
  bool answered = false;
  sampler.SampleNow(id, [&](std::optional<Reading> reading) {
    answered = reading.has_value();
    loop_.Stop();
  });
  sampler.Remove(sampler.Add({.root = 8, .mark = "", .interval = absl::Hours(1)}, [](const Reading&) {}));
  EXPECT_FALSE(answered) << "all three came back while the reading goes on";
  release.Notify();
  loop_.Run();
  EXPECT_TRUE(answered);
}

TEST(LinuxProcReader, ReadsThisProcess) {
  SystemClock clock;
  LinuxProcReader reader(clock);
  reader.Track(TreeId{1}, getpid(), "");
  ASSERT_OK(reader.Read(TreeId{1}, {.sockets = true, .detailed = true}));  // keeps descriptors of its own from here on
  ASSERT_OK_AND_ASSIGN(const OutsideFigures before, reader.Read(TreeId{1}, {.sockets = true, .detailed = true}));
  EXPECT_EQ(before.processes, 1);
  EXPECT_GT(before.rss_bytes, 1e6);
  EXPECT_GT(*before.pss_bytes, 1e5);
  EXPECT_GE(*before.pss_bytes * 1.5, *before.uss_bytes);
  EXPECT_GE(*before.fds, 3);
  EXPECT_FALSE(before.most_fds.has_value()) << "one process: what it has is the sum";
  std::vector<char> ballast(32 << 20, 'x');
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  ASSERT_OK_AND_ASSIGN(const OutsideFigures after, reader.Read(TreeId{1}, {}));
  EXPECT_NEAR(after.rss_bytes - before.rss_bytes, 32 << 20, 4 << 20) << ballast[5];
  EXPECT_EQ(*after.fds - *before.fds, 2);
  EXPECT_FALSE(after.pss_bytes.has_value());
  EXPECT_GT(after.minor_faults, before.minor_faults);
  close(ends[0]);
  close(ends[1]);
}

TEST(LinuxProcReader, CountsTheTreeWithItsOrphansAndSaysWhenItHasEnded) {
  ASSERT_OK(BecomeSubreaper());
  SystemClock clock;
  ChildOptions options;
  // One child in a session of its own whose parent ends, one that stays.
  options.argv = {"/bin/sh", "-c", "(setsid sleep 60 &) ; sleep 60 & echo ready; wait"};
  options.environment = {"MARK=seep-sampler-test"};
  options.standard_output = Stdio::kPipe;
  ASSERT_OK_AND_ASSIGN(ChildProcess child, ChildProcess::Start(options));
  char line[8];
  ASSERT_GT(read(child.standard_output().get(), line, sizeof line), 0);
  LinuxProcReader reader(clock);
  reader.Track(TreeId{1}, child.pid(), "MARK=seep-sampler-test");
  // The orphan is adopted as soon as its parent has ended; wait for that.
  const MonotonicTime deadline = clock.Now() + absl::Seconds(10);
  OutsideFigures figures;
  while (figures.processes < 3 && clock.Now() < deadline) {
    reader.Track(TreeId{1}, child.pid(), "MARK=seep-sampler-test");  // forces a fresh scan
    ASSERT_OK_AND_ASSIGN(figures, reader.Read(TreeId{1}, {}));
  }
  EXPECT_EQ(figures.processes, 3);
  // Of the largest process: a third of the sum at least, and less than all of it.
  EXPECT_GE(*figures.most_fds, *figures.fds / 3);
  EXPECT_LT(*figures.most_fds, *figures.fds);
  EXPECT_GE(*figures.most_vsz_bytes, figures.vsz_bytes / 3);
  EXPECT_LT(*figures.most_vsz_bytes, figures.vsz_bytes);
  EXPECT_TRUE(KillProcessTree(child.pid(), "MARK=seep-sampler-test", absl::Seconds(10)).empty());
  EXPECT_THAT(reader.Read(TreeId{1}, {}), StatusIs(absl::StatusCode::kNotFound));
}

TEST(ParseStat, ToleratesHostileNames) {
  const auto stat = ParseStat(
      "42 (a) b) (c) S 7 42 42 0 -1 4194560 11 12 13 14 15 16 17 18 20 0 3 0 777 4096 5 1 2 3");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->parent, 7);
  EXPECT_EQ(stat->minor_faults, 11u);
  EXPECT_EQ(stat->major_faults, 13u);
  EXPECT_EQ(stat->cpu_ticks, 31u);
  EXPECT_EQ(stat->threads, 3u);
  EXPECT_EQ(stat->start_ticks, 777u);
  EXPECT_EQ(stat->vsz_bytes, 4096u);
  EXPECT_FALSE(ParseStat("42 (x) S 7"));
  EXPECT_FALSE(ParseStat(""));
}

TEST(SampleEncoder, DefinesAGaugeOnceAndNeverRunsBackwards) {
  SampleEncoder encoder;
  const GaugeValue rss{"rss", "bytes", v1::GAUGE_KIND_GAUGE, v1::GAUGE_ORIGIN_OUTSIDE, false, 5};
  GaugeValue bad = rss;
  bad.name = "bad";
  bad.value = NAN;
  v1::SampleBlock both;
  // Concatenated blocks are the block of both.
  const std::string first = encoder.Encode({.sequence = 1, .since_begin = absl::Seconds(9)}, {rss, rss, bad});
  const std::string second = encoder.Encode({.sequence = 2, .since_begin = absl::Seconds(4)}, {rss});
  ASSERT_TRUE(both.ParseFromString(first + second));
  ASSERT_EQ(both.gauges_size(), 1);
  ASSERT_EQ(both.samples_size(), 2);
  EXPECT_EQ(both.samples(0).gauge_size(), 1);
  EXPECT_EQ(both.samples(1).monotonic_us(), 9'000'000);
  v1::SampleBlock definitions;
  ASSERT_TRUE(definitions.ParseFromString(encoder.Definitions()));
  EXPECT_EQ(definitions.gauges_size(), 1);
}

}  // namespace
}  // namespace seep::agent
