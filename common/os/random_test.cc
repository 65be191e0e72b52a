#include "common/os/random.h"

#include <gtest/gtest.h>

#include <set>

namespace seep {
namespace {

TEST(RandomTest, MatchesThePublishedSequenceOfSplitMix64) {
  Random random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317ULL);
  EXPECT_EQ(random.Next(), 3203168211198807973ULL);
}

TEST(RandomTest, BetweenStaysInsideAndReachesBothEnds) {
  Random random(7);
  std::set<absl::Duration> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Between(absl::Microseconds(3), absl::Microseconds(5)));
  EXPECT_EQ(seen, (std::set<absl::Duration>{absl::Microseconds(3), absl::Microseconds(4), absl::Microseconds(5)}));
}

TEST(RandomTest, ForksAreIndependentOfEachOtherAndRepeatable) {
  const Random root(42);
  Random chaos = root.Fork("chaos"), again = root.Fork("chaos"), pay = root.Fork("payments");
  const auto draw = chaos.Next();
  EXPECT_EQ(draw, again.Next());
  EXPECT_NE(draw, pay.Next());
}

TEST(RandomTest, EntropyDiffers) { EXPECT_NE(EntropyHex(16), EntropyHex(16)); }

}  // namespace
}  // namespace seep
