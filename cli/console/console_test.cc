#include "cli/console/console.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "common/os/unique_fd.h"

namespace seep::cli {
namespace {

TEST(StyleOf, ColoursNothingThatIsNoTerminal) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  UniqueFd in(ends[0]), out(ends[1]);
  const Style style = StyleOf(out.get(), Environment({{"TERM", "xterm"}}), "auto", false);
  EXPECT_FALSE(style.color);
  EXPECT_FALSE(style.redraw);
  EXPECT_TRUE(StyleOf(out.get(), Environment(), "always", false).color);
}

TEST(StyleOf, TakesColumnsFromTheEnvironment) {
  EXPECT_EQ(StyleOf(-1, Environment({{"COLUMNS", "100"}}), "auto", false).columns, 100);
  EXPECT_EQ(StyleOf(-1, Environment({{"COLUMNS", "3"}}), "auto", false).columns, 0);
  EXPECT_EQ(StyleOf(-1, Environment(), "auto", false).columns, 0);
}

TEST(Asciified, ReplacesWhatItKnowsAndMarksTheRest) {
  EXPECT_EQ(Asciified("gen 1→2, R²≥0.9 ☃"), "gen 1->2, R2>=0.9 ?");
}

TEST(Paint, LeavesPlainTextWithoutColour) {
  EXPECT_EQ(Paint("LEAK", Tint::kRed, Style{}), "LEAK");
  EXPECT_EQ(Paint("LEAK", Tint::kRed, Style{.color = true}), "\x1b[1;31mLEAK\x1b[0m");
}

TEST(Console, ShowsNoProgressWhereItCannotBeRedrawn) {
  CapturedConsole console;
  console.Progress("50 %");
  EXPECT_EQ(console.err, "");
}

}  // namespace
}  // namespace seep::cli
