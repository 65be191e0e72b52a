#include "cli/embedded/own_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/os/temp_directory.h"

namespace seep::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(OwnDriver, FindsProgramsAndSplitsAsAShellWould) {
  const auto driver = ParseOwnDriver(R"(mine=sh -c "a b" 'c"d' e\ f "")", "/nowhere:/bin");
  ASSERT_TRUE(driver.ok()) << driver.status();
  EXPECT_EQ(driver->name, "mine");
  EXPECT_THAT(driver->command, ElementsAre("/bin/sh", "-c", "a b", "c\"d", "e f", ""));
}

TEST(OwnDriver, MakesRelativePathsOfFilesAbsolute) {
  const auto directory = TempDirectory::Create("own-driver");
  ASSERT_TRUE(directory.ok());
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory->path());
  std::ofstream("host.py") << "";
  const auto driver = ParseOwnDriver("mine=/bin/sh ./host.py ./other.py host.py", "");
  std::filesystem::current_path(before);
  ASSERT_TRUE(driver.ok()) << driver.status();
  EXPECT_THAT(driver->command, ElementsAre("/bin/sh", directory->path() + "/host.py", "./other.py", "host.py"));
}

TEST(OwnDriver, SaysWhatIsWrong) {
  for (const auto& [text, words] : {std::pair("mine", "NAME=COMMAND"), std::pair("My Host=/bin/sh", "NAME=COMMAND"), std::pair("mine=", "no command"),
                                    std::pair("mine='sh", "quote"), std::pair("mine=no-such-program", "no-such-program"),
                                    std::pair("mine=/etc/passwd", "/etc/passwd")}) {
    const auto driver = ParseOwnDriver(text, "/bin");
    ASSERT_FALSE(driver.ok()) << text;
    EXPECT_THAT(std::string(driver.status().message()), HasSubstr(words));
  }
}

TEST(OwnDriver, QuotesForYaml) {
  const std::string file = OwnDriversFile({{"mine", {"/bin/sh", "a: [b]", "\"quoted\""}}});
  EXPECT_THAT(file, HasSubstr("  mine:\n    command: ["));
  EXPECT_THAT(file, HasSubstr("\\\"quoted\\\""));
}

}  // namespace
}  // namespace seep::cli
