// What seed 002's monitor recorded of a process, each against a known cause.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "agent/sampler/linux_proc_reader.h"
#include "common/os/files.h"
#include "common/os/loopback_listener.h"
#include "common/os/system_clock.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

class MonitorFiguresTest : public ::testing::Test {
 protected:
  void SetUp() override { reader_.Track(TreeId{1}, getpid(), ""); }
  OutsideFigures Read() {
    auto figures = reader_.Read(TreeId{1}, {.sockets = true});
    EXPECT_OK(figures);
    return figures.ok() ? *figures : OutsideFigures();
  }
  static double CpuSeconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }

  SystemClock clock_;
  LinuxProcReader reader_{clock_};
};

TEST_F(MonitorFiguresTest, CpuPercentIsTheShareOfOneCore) {
  Read();
  const MonotonicTime begin = clock_.Now();
  const double before = CpuSeconds();
  // By processor time, so that a busy machine makes it longer, not wrong.
  while (CpuSeconds() - before < 0.5) {
  }
  const double used = CpuSeconds() - before;
  const double elapsed = absl::ToDoubleSeconds(clock_.Now() - begin);
  EXPECT_NEAR(Read().cpu_percent, 100 * used / elapsed, 10);
}

TEST_F(MonitorFiguresTest, MemoryPercentIsResidentOfTheMachine) {
  ASSERT_OK_AND_ASSIGN(const std::string meminfo, ReadFile("/proc/meminfo"));
  const double total = static_cast<double>(FieldOf(meminfo, "MemTotal").value_or(0)) * 1024;
  const OutsideFigures figures = Read();
  EXPECT_NEAR(figures.memory_percent, 100 * figures.rss_bytes / total, 5.1e-7);  // six decimals are kept
  EXPECT_GT(figures.memory_percent, 0);
}

TEST_F(MonitorFiguresTest, VirtualSizeCountsWhatWasReserved) {
  const double before = Read().vsz_bytes, rss = Read().rss_bytes;
  constexpr std::size_t kReserved = 256 << 20;
  void* area = mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(area, MAP_FAILED);
  EXPECT_NEAR(Read().vsz_bytes - before, kReserved, 16 << 20);
  EXPECT_NEAR(Read().rss_bytes, rss, 16 << 20);
  munmap(area, kReserved);
}

TEST_F(MonitorFiguresTest, ThreadsAndDescriptorsAreCounted) {
  Read();  // the reader keeps descriptors of its own from now on
  const OutsideFigures before = Read();
  std::atomic<bool> stop{false};
  std::thread one([&] { stop.wait(false); }), two([&] { stop.wait(false); });
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const OutsideFigures with = Read();
  EXPECT_EQ(with.threads - before.threads, 2);
  EXPECT_EQ(*with.fds - *before.fds, 2);
  stop = true;
  stop.notify_all();
  one.join();
  two.join();
  close(ends[0]);
  close(ends[1]);
  EXPECT_EQ(*Read().fds, *before.fds);
}

TEST_F(MonitorFiguresTest, TcpConnectionsAreThoseThatAreConnected) {
  const double before = *Read().tcp_connections;
  LoopbackListener listener;
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ(*Read().tcp_connections, before) << "one that only listens is none";
  const UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(connect(client.get(), reinterpret_cast<const sockaddr*>(&listener.address()), sizeof(sockaddr_in)), 0);
  const UniqueFd server = listener.Accept();
  EXPECT_EQ(*Read().tcp_connections, before + 2) << "both ends are this process's";
}

}  // namespace
}  // namespace seep::agent
