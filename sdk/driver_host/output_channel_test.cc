#include "sdk/driver_host/output_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/clock/fake_clock.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host {
namespace {

using ::testing::HasSubstr;

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    read_end = UniqueFd(ends[0]);
    write_end = UniqueFd(ends[1]);
  }
  std::string ReadAll() {
    std::string all;
    char buffer[65536];
    for (ssize_t got = 0; (got = ::read(read_end.get(), buffer, sizeof(buffer))) > 0;) {
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  UniqueFd read_end, write_end;
};

TEST(OutputChannel, WritesWholeLinesInOrder) {
  Pipe pipe;
  FakeClock clock;
  {
    OutputChannel output(std::move(pipe.write_end), clock);
    for (int i = 0; i < 500; ++i) output.SendAnswer(absl::StrCat(i, "\n"));
    EXPECT_TRUE(output.Flush(absl::Seconds(30)));
  }
  std::string expected;
  for (int i = 0; i < 500; ++i) absl::StrAppend(&expected, i, "\n");
  EXPECT_EQ(pipe.ReadAll(), expected);
}

//
TEST(OutputChannel, DropsNotificationsBeyondTheirRateAndSaysSo) {
  Pipe pipe;
  FakeClock clock;
  {
    OutputChannel output(std::move(pipe.write_end), clock);
    for (int i = 0; i < driver::kMaxNotificationsPerSecond + 25; ++i)
      output.SendNotification("n\n");
    output.SendAnswer("answer\n");
    clock.Advance(absl::Seconds(1));
    output.SendNotification("later\n");
    EXPECT_TRUE(output.Flush(absl::Seconds(30)));
  }
  const std::string all = pipe.ReadAll();
  EXPECT_EQ(all.substr(0, 2000), [] {
    std::string lines;
    for (int i = 0; i < driver::kMaxNotificationsPerSecond; ++i) lines += "n\n";
    return lines;
  }());
  EXPECT_THAT(all.substr(2000), ::testing::StartsWith("answer\n"));
  EXPECT_THAT(all, HasSubstr("dropped 25 notifications"));
  EXPECT_THAT(all, ::testing::EndsWith("later\n"));
}

TEST(OutputChannel, HasNoRoomWhileNobodyReads) {
  Pipe pipe;
  FakeClock clock;
  OutputChannel output(std::move(pipe.write_end), clock);
  const std::string line(64 * 1024, 'x');
  EXPECT_TRUE(output.WaitForRoom(absl::ZeroDuration()));
  // The writer takes what is queued when it wakes, at most twice before the pipe
  // is full: so lines are added until there is no room, not a fixed number.
  const std::size_t enough = 4 * OutputChannel::kMaxQueuedBytes / line.size();
  std::size_t sent = 0;
  while (sent < enough && output.WaitForRoom(absl::ZeroDuration())) {
    output.SendAnswer(line);
    ++sent;
  }
  EXPECT_LT(sent, enough) << "always room, though nobody reads";
  EXPECT_FALSE(output.Flush(absl::ZeroDuration()));
  // And goes all the same, without waiting for the reader.
}

TEST(OutputChannel, FallsSilentWhenTheReaderIsGone) {
  Pipe pipe;
  FakeClock clock;
  ::signal(SIGPIPE, SIG_IGN);
  OutputChannel output(std::move(pipe.write_end), clock);
  pipe.read_end.reset();
  output.SendAnswer("x\n");
  EXPECT_TRUE(output.Flush(absl::Seconds(30)));
  output.SendAnswer("y\n");
  EXPECT_TRUE(output.WaitForRoom(absl::ZeroDuration()));
}

}  // namespace
}  // namespace seep::driver_host
