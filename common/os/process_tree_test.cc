#include "common/os/process_tree.h"

#include <signal.h>

#include "common/os/child_process.h"
#include "common/status/status_matchers.h"

namespace seep {
namespace {

ChildOptions Shell(const std::string& script, const std::string& mark) {
  ChildOptions options;
  options.argv = {"/bin/sh", "-c", script};
  options.environment = {"PATH=/usr/bin:/bin", mark};
  options.standard_output = Stdio::kPipe;
  return options;
}

TEST(ProcessTreeTest, KillsADescendantThatLeftItsSessionAndLostItsParent) {
  ASSERT_OK(BecomeSubreaper());
  const std::string mark = "SEEP_TEST_MARK=escape";
  // The grandchild leaves the session; its parent ends at once.
  ASSERT_OK_AND_ASSIGN(ChildProcess child,
                       ChildProcess::Start(Shell("(setsid sh -c 'echo $$; exec sleep 600' &) ; sleep 600", mark)));
  char text[32] = {};
  ASSERT_GT(read(child.standard_output().get(), text, sizeof text - 1), 0);
  const pid_t escaped = std::stoi(text);
  ASSERT_EQ(kill(escaped, 0), 0);
  EXPECT_TRUE(KillProcessTree(child.pid(), mark, absl::Seconds(10)).empty());
  ASSERT_TRUE(child.WaitFor(absl::Seconds(10)).has_value());
  EXPECT_TRUE(ProcessesMarked(mark).empty());
}

TEST(ProcessTreeTest, SparesOthers) {
  ASSERT_OK_AND_ASSIGN(ChildProcess decoy, ChildProcess::Start(Shell("sleep 600", "SEEP_TEST_MARK=decoy")));
  ASSERT_OK_AND_ASSIGN(ChildProcess child, ChildProcess::Start(Shell("sleep 600", "SEEP_TEST_MARK=victim")));
  EXPECT_TRUE(KillProcessTree(child.pid(), "SEEP_TEST_MARK=victim", absl::Seconds(10)).empty());
  EXPECT_TRUE(decoy.running());
  EXPECT_FALSE(child.WaitFor(absl::Seconds(10))->exited);
}

TEST(ProcessTreeTest, ListsChildrenAfterTheirParent) {
  ASSERT_OK_AND_ASSIGN(ChildProcess child, ChildProcess::Start(Shell("sleep 600 & echo; wait", "A=b")));
  char byte;
  ASSERT_EQ(read(child.standard_output().get(), &byte, 1), 1);
  const std::vector<pid_t> tree = ProcessTree(child.pid());
  ASSERT_GE(tree.size(), 2u);
  EXPECT_EQ(tree[0], child.pid());
}

}  // namespace
}  // namespace seep
