#include "cli/arguments/nearest_word.h"

#include <gtest/gtest.h>

namespace seep::cli {
namespace {

TEST(NearestWord, FindsTypos) {
  const std::vector<std::string> known = {"--duration", "--interval", "--mem-interval"};
  EXPECT_EQ(NearestWord("--duratoin", known), "--duration");
  EXPECT_EQ(NearestWord("--intervall", known), "--interval");
  EXPECT_EQ(NearestWord("--meminterval", known), "--mem-interval");
}

TEST(NearestWord, StaysSilentWhenNothingIsNear) {
  EXPECT_EQ(NearestWord("--verbose", {"--duration"}), "");
  EXPECT_EQ(NearestWord("", {"run"}), "");
  EXPECT_EQ(NearestWord(std::string(100'000, 'x'), {"run"}), "");
}

TEST(DidYouMean, IsAClauseOrNothing) {
  EXPECT_EQ(DidYouMean("paymets", {"payments"}), "; did you mean 'payments'?");
  EXPECT_EQ(DidYouMean("zzz", {"payments"}), "");
}

}  // namespace
}  // namespace seep::cli
