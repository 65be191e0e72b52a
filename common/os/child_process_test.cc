#include "common/os/child_process.h"

#include <signal.h>

#include "common/os/process_tree.h"
#include "common/status/status_matchers.h"

namespace seep {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

ChildOptions Shell(const std::string& script) {
  ChildOptions options;
  options.argv = {"/bin/sh", "-c", script};
  return options;
}

std::string ReadAll(const UniqueFd& fd) {
  std::string text;
  char buffer[256];
  ssize_t got;
  while ((got = read(fd.get(), buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

TEST(ChildProcessTest, GivesExactlyTheEnvironmentAndReportsTheExitCode) {
  ChildOptions options = Shell("env; exit 3");
  options.environment = {"ONLY=this"};
  options.standard_output = Stdio::kPipe;
  ASSERT_OK_AND_ASSIGN(ChildProcess child, ChildProcess::Start(options));
  const std::string output = ReadAll(child.standard_output());
  EXPECT_THAT(output, HasSubstr("ONLY=this\n"));
  EXPECT_THAT(output, ::testing::Not(HasSubstr("HOME=")));
  const auto ended = child.WaitFor(absl::Seconds(10));
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->ToString(), "exit 3");
}

TEST(ChildProcessTest, ReportsACommandThatDoesNotExist) {
  ChildOptions options;
  options.argv = {"/no/such/binary"};
  EXPECT_THAT(ChildProcess::Start(options), StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/such/binary")));
}

TEST(ChildProcessTest, RefusesARelativeCommand) {
  ChildOptions options;
  options.argv = {"sh"};
  EXPECT_THAT(ChildProcess::Start(options), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ChildProcessTest, TellsTheSignalThatEndedIt) {
  ASSERT_OK_AND_ASSIGN(ChildProcess child, ChildProcess::Start(Shell("kill -SEGV $$")));
  const auto ended = child.WaitFor(absl::Seconds(10));
  ASSERT_TRUE(ended.has_value());
  EXPECT_FALSE(ended->exited);
  EXPECT_EQ(ended->signal, SIGSEGV);
}

TEST(ChildProcessTest, DestructorKillsAChildThatIgnoresTerm) {
  pid_t pid = 0;
  {
    ChildOptions options = Shell("trap '' TERM; echo ready; while :; do read -t 60 x < /dev/zero; done");
    options.standard_output = Stdio::kPipe;
    ASSERT_OK_AND_ASSIGN(ChildProcess child, ChildProcess::Start(options));
    char byte;
    ASSERT_EQ(read(child.standard_output().get(), &byte, 1), 1);
    pid = child.pid();
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(ChildProcessTest, KnowsItsStartTime) {
  ChildOptions options = Shell("read x");
  options.standard_input = Stdio::kPipe;
  ASSERT_OK_AND_ASSIGN(ChildProcess child, ChildProcess::Start(options));
  EXPECT_GT(child.start_time_ticks(), 0u);
  EXPECT_EQ(ProcessStartTimeTicks(child.pid()), child.start_time_ticks());
}

}  // namespace
}  // namespace seep
