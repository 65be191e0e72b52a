#include "cli/embedded/output_drain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace seep::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

struct Pipes {
  Pipes() {
    int out_ends[2], error_ends[2];
    EXPECT_EQ(pipe(out_ends), 0);
    EXPECT_EQ(pipe(error_ends), 0);
    out_read = UniqueFd(out_ends[0]), out = UniqueFd(out_ends[1]);
    error_read = UniqueFd(error_ends[0]), error = UniqueFd(error_ends[1]);
  }
  void Close() {
    out.reset();
    error.reset();
  }
  UniqueFd out_read, out, error_read, error;
};

void Write(const UniqueFd& fd, const std::string& text) {
  ASSERT_EQ(write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

TEST(OutputDrain, SeesTheReadyLineInPieces) {
  OutputDrain drain(false);
  Pipes pipes;
  const auto source = drain.Add("agent", std::move(pipes.out_read), std::move(pipes.error_read));
  Write(pipes.out, "{\"ready\":tr");
  EXPECT_FALSE(drain.WaitReady(source, absl::Milliseconds(20)));
  Write(pipes.out, "ue,\"agent\":\"local\"}\n");
  EXPECT_TRUE(drain.WaitReady(source, absl::Seconds(10)));
}

TEST(OutputDrain, KeepsTheLastWordsOfAProcessThatEnds) {
  OutputDrain drain(false);
  Pipes pipes;
  const auto source = drain.Add("coordinator", std::move(pipes.out_read), std::move(pipes.error_read));
  Write(pipes.error, "first\nthe data directory is in use\x1b[0m");
  pipes.Close();
  drain.WaitClosed(source, absl::Seconds(10));
  EXPECT_FALSE(drain.WaitReady(source, absl::Seconds(10)));
  EXPECT_THAT(drain.LastErrors(source), ElementsAre("first", "the data directory is in use?[0m"));
}

TEST(OutputDrain, BoundsWhatAFloodLeavesBehind) {
  OutputDrain drain(false);
  Pipes pipes;
  const auto source = drain.Add("agent", std::move(pipes.out_read), std::move(pipes.error_read));
  for (int i = 0; i < 200; ++i) Write(pipes.error, std::string(10'000, 'x') + "\n");  // more than a pipe holds
  pipes.Close();
  drain.WaitClosed(source, absl::Seconds(10));
  const auto errors = drain.LastErrors(source);
  EXPECT_THAT(errors, SizeIs(OutputDrain::kKeptLines));
  EXPECT_EQ(errors.back().size(), OutputDrain::kMaxLineBytes);
}

}  // namespace
}  // namespace seep::cli
