#include "cli/render/picture.h"

#include <gtest/gtest.h>

#include <limits>

#include "cli/render/table.h"
#include "proto/verdict/verdict_messages.h"

namespace seep::cli {
namespace {

TEST(Picture, RisesWithItsSeries) {
  Picture picture;
  for (const double value : {0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0}) picture.Add(value);
  EXPECT_EQ(picture.Text(false), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(picture.Text(true), ".:-=+*#@");
}

TEST(Picture, MovesBelowTheLeastSpanDoNotFillTheHeight) {
  Picture picture;
  for (int i = 0; i < 8; ++i) picture.Add(1000 + i);
  EXPECT_EQ(picture.Text(true, 8, 100), "........");
  EXPECT_EQ(picture.Text(true, 8, 0), ".:-=+*#@");
}

TEST(Picture, IsFlatForAConstantAndEmptyForNothing) {
  Picture flat, nothing;
  flat.Add(5);
  flat.Add(5);
  nothing.Add(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(flat.Text(true), "..");
  EXPECT_EQ(nothing.Text(true), "");
}

TEST(Picture, StaysOneLineHoweverLongTheRecording) {
  Picture picture;
  for (int i = 0; i < 1'000'000; ++i) picture.Add(i);
  const std::string text = picture.Text(true);
  EXPECT_GE(text.size(), Picture::kColumns / 2);
  EXPECT_LE(text.size(), Picture::kColumns);
  EXPECT_EQ(text.front(), '.');
  EXPECT_EQ(text.back(), '@');
}

TEST(VerdictMessage, KeepsWhatTheLibrarySaid) {
  analysis::RunVerdict verdict;
  verdict.verdict = analysis::Verdict::kLeak;
  verdict.headline = "LEAK";
  verdict.series.resize(1);
  verdict.series[0].series = "rss";
  verdict.series[0].verdict = analysis::Verdict::kSuspect;
  verdict.series[0].per_operation = {"payments", {1, 0.5, 1.5}, 0.9};
  verdict.rules.push_back({"memtest", "rule", "rss", true, true, "x"});
  const v1::RunVerdict message = ToMessage(verdict);
  EXPECT_EQ(message.verdict(), v1::VERDICT_LEAK);
  EXPECT_EQ(message.series(0).verdict(), v1::VERDICT_SUSPECT);
  EXPECT_EQ(message.series(0).operation(), "payments");
  EXPECT_EQ(message.series(0).kept_per_operation().high(), 1.5);
  EXPECT_TRUE(message.rules(0).breached());
}

}  // namespace
}  // namespace seep::cli
