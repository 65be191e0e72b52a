#include "agent/sampler/resource_limits.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::agent {
namespace {

TEST(ResourceLimits, ReadsSoftLimitsAndLeavesOutWhatIsUnlimited) {
  const auto limits = ParseProcessLimits(
      "Limit                     Soft Limit           Hard Limit           Units     \n"
      "Max open files            1024                 524288               files     \n"
      "Max address space         unlimited            unlimited            bytes     \n");
  ASSERT_EQ(limits.size(), 1u);
  EXPECT_EQ(limits[0].series(), "fds");
  EXPECT_EQ(limits[0].value(), 1024);
  EXPECT_EQ(limits[0].name(), "nofile");
  EXPECT_TRUE(ParseProcessLimits("").empty());
  EXPECT_TRUE(ParseProcessLimits("Max open files").empty());
}

TEST(ResourceLimits, AreThoseOfALivingProcess) {
  rlimit files{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  files.rlim_cur = 777;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
  bool found = false;
  for (const auto& limit : ResourceLimitsOf(getpid())) found |= limit.series() == "fds" && limit.value() == 777;
  EXPECT_TRUE(found);
  EXPECT_TRUE(ResourceLimitsOf(0).empty());
}

TEST(CgroupMemoryLimit, IsTheTightestOfAllThatBind) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-cgroup"));
  const std::string& root = directory.path();
  ASSERT_OK(MakeDirectories(root + "/lab/run", 0700));
  ASSERT_OK(WriteFileAtomically(root + "/lab/memory.max", "1000000\n"));
  ASSERT_OK(WriteFileAtomically(root + "/lab/run/memory.max", "max\n"));
  EXPECT_EQ(CgroupMemoryLimit("0::/lab/run\n", root), 1e6);
  EXPECT_EQ(CgroupMemoryLimit("0::/lab/run/gone\n", root), 1e6);
  ASSERT_OK(WriteFileAtomically(root + "/lab/run/memory.max", "500000\n"));
  EXPECT_EQ(CgroupMemoryLimit("0::/lab/run\n", root), 5e5);
  EXPECT_EQ(CgroupMemoryLimit("0::/\n", root), 0);
}

TEST(CgroupMemoryLimit, KnowsVersionOneAndItsWordForUnlimited) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-cgroup"));
  const std::string& root = directory.path();
  ASSERT_OK(MakeDirectories(root + "/memory/a", 0700));
  ASSERT_OK(WriteFileAtomically(root + "/memory/memory.limit_in_bytes", "9223372036854771712\n"));
  EXPECT_EQ(CgroupMemoryLimit("9:pids:/\n4:memory:/a\n0::/\n", root), 0);
  ASSERT_OK(WriteFileAtomically(root + "/memory/a/memory.limit_in_bytes", "2000000\n"));
  EXPECT_EQ(CgroupMemoryLimit("9:pids:/\n4:memory:/a\n0::/\n", root), 2e6);
  EXPECT_EQ(CgroupMemoryLimit("nonsense\n::\n", root), 0);
}

}  // namespace
}  // namespace seep::agent
