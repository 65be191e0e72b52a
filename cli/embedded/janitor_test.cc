#include "cli/embedded/janitor.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

absl::StatusOr<ChildProcess> Sleeper() {
  ChildOptions options;
  options.argv = {"/bin/sleep", "600"};
  return ChildProcess::Start(options);
}

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    read_end = UniqueFd(ends[0]);
    write_end = UniqueFd(ends[1]);
  }
  UniqueFd read_end, write_end;
};

TEST(Janitor, RemovesTheDirectoryWhenTheCliEnds) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-run"));
  ASSERT_OK(WriteFileAtomically(directory.path() + "/agent.yaml", "x"));
  Pipe input;
  std::thread janitor([&] { EXPECT_EQ(RunJanitor(directory.path(), input.read_end.get(), 1), 0); });
  EXPECT_TRUE(FileExists(directory.path()));  // the CLI still lives
  input.write_end.reset();
  janitor.join();
  EXPECT_FALSE(FileExists(directory.path()));
}

TEST(Janitor, KillsMembersThatOutstayTheirGrace) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-run"));
  ASSERT_OK_AND_ASSIGN(ChildProcess member, Sleeper());
  Pipe input;
  const std::string line = std::to_string(member.pid()) + " " + std::to_string(member.start_time_ticks()) + "\n";
  ASSERT_EQ(write(input.write_end.get(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
  input.write_end.reset();
  EXPECT_EQ(RunJanitor(directory.path(), input.read_end.get(), 0), 0);
  EXPECT_FALSE(FileExists("/proc/" + std::to_string(member.pid()) + "/exe"));
}

TEST(Janitor, LeavesAnotherProcessWithTheSamePidAlone) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-run"));
  ASSERT_OK_AND_ASSIGN(ChildProcess stranger, Sleeper());
  Pipe input;
  const std::string line = std::to_string(stranger.pid()) + " " + std::to_string(stranger.start_time_ticks() + 1) + "\n";
  ASSERT_EQ(write(input.write_end.get(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
  input.write_end.reset();
  EXPECT_EQ(RunJanitor(directory.path(), input.read_end.get(), 0), 0);
  EXPECT_TRUE(stranger.running());
}

TEST(Janitor, RefusesDirectoriesThatAreNotAnEmbeddedRuns) {
  Pipe input;
  input.write_end.reset();
  EXPECT_EQ(RunJanitor("/tmp", input.read_end.get()), 2);
  EXPECT_EQ(RunJanitor("/tmp/seep-run-1/../x", input.read_end.get()), 2);
  EXPECT_EQ(RunJanitor("seep-run-1", input.read_end.get()), 2);
  EXPECT_TRUE(FileExists("/tmp"));
}

}  // namespace
}  // namespace seep::cli
