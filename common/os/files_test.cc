#include "common/os/files.h"

#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

TEST(FilesTest, WritesAtomicallyAndReadsBack) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-test"));
  const std::string path = directory.path() + "/a";
  ASSERT_OK(WriteFileAtomically(path, "old"));
  ASSERT_OK(WriteFileAtomically(path, "new"));
  EXPECT_EQ(*ReadFile(path), "new");
  EXPECT_THAT(ReadFile(path, 2), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr(path)));
  EXPECT_THAT(ReadFile(path + "b"), StatusIs(absl::StatusCode::kNotFound, HasSubstr(path)));
}

TEST(FilesTest, ParsesSizes) {
  EXPECT_EQ(*ParseByteSize("4KiB"), 4096);
  EXPECT_EQ(*ParseByteSize("1.5MB"), 1500000);
  EXPECT_EQ(*ParseByteSize("4096"), 4096);
  for (const char* bad : {"", "-1", "nan", "1e18", "4 KiB", "4kib!", "KiB", "99999999GiB", "1.2.3"}) {
    EXPECT_THAT(ParseByteSize(bad), StatusIs(absl::StatusCode::kInvalidArgument)) << bad;
  }
}

TEST(FilesTest, ParsesDurations) {
  EXPECT_EQ(*ParseDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ParseDuration("250ms"), absl::Milliseconds(250));
  EXPECT_EQ(*ParseDuration("90d"), absl::Hours(24 * 90));
  EXPECT_EQ(*ParseDuration("1d12h"), absl::Hours(36));
  for (const char* bad : {"", "-5s", "5", "inf", "nan", "1e18h", "999999h"}) {
    EXPECT_THAT(ParseDuration(bad), StatusIs(absl::StatusCode::kInvalidArgument)) << bad;
  }
}

TEST(FilesTest, PrintableDisarmsTerminals) {
  EXPECT_EQ(Printable("a\x1b[31mb\n"), "a?[31mb?");
  EXPECT_EQ(Printable("a\nb", true), "a\nb");
  EXPECT_EQ(Printable("zürich ✓"), "zürich ✓");
  EXPECT_EQ(Printable("\xff\xc2\x9b"), "???");
  EXPECT_EQ(Printable("\xe2\x80\xae"), "???");  // right-to-left override
}

TEST(TempDirectoryTest, GoesWithItsOwner) {
  std::string path;
  {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-test"));
    path = directory.path();
    ASSERT_OK(MakeDirectories(path + "/deep/er"));
  }
  EXPECT_FALSE(FileExists(path));
}

TEST(TempDirectoryTest, SweepsThoseOfTheDeadAndSparesThoseOfTheLiving) {
  ASSERT_OK_AND_ASSIGN(TempDirectory mine, TempDirectory::Create("seep-sweeptest"));
  // No process has this pid: it is above the kernel's highest.
  const std::string dead = mine.path().substr(0, mine.path().rfind('/')) + "/seep-sweeptest-999999999-00000000";
  ASSERT_OK(MakeDirectories(dead));
  EXPECT_EQ(TempDirectory::RemoveAbandoned("seep-sweeptest"), 1);
  EXPECT_FALSE(FileExists(dead));
  EXPECT_TRUE(FileExists(mine.path()));
}

}  // namespace
}  // namespace seep
