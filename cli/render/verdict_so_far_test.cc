#include "cli/render/verdict_so_far.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "cli/render/listings.h"
#include "cli/render/live_lines.h"
#include "cli/render/trend_report.h"

namespace seep::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

v1::Run Live(v1::Verdict word = v1::VERDICT_LEAK) {
  v1::Run run;
  run.set_run_id("r-7");
  run.set_state(v1::RUN_STATE_RUNNING);
  run.mutable_spec()->set_name("payments");
  run.mutable_spec()->set_duration_ms(3'600'000);
  v1::RunVerdict& verdict = *run.mutable_verdict();
  verdict.set_provisional(true);
  verdict.set_verdict(word);
  verdict.set_deciding_series("rss");
  verdict.set_headline(word == v1::VERDICT_LEAK ? "LEAK  rss: +1.3MB/min" : "CLEAN  rss: flat");
  auto* rss = verdict.add_series();
  rss->set_series("rss");
  rss->set_unit("bytes");
  rss->set_judged(true);
  rss->set_verdict(word);
  v1::Confirmation& confirmation = *verdict.mutable_confirmation();
  confirmation.set_looked_s(840);
  if (word == v1::VERDICT_LEAK) {
    confirmation.set_series("rss");
    confirmation.set_first_alarm_s(720);
    confirmation.set_hold_until_s(2160);
  }
  return run;
}

v1::Run Confirmed() {
  v1::Run run = Live();
  v1::Confirmation& confirmation = *run.mutable_verdict()->mutable_confirmation();
  confirmation.set_confirmed(true);
  confirmation.set_looked_s(2170);
  confirmation.set_confirmed_s(2160);
  confirmation.set_reason("rss has been called a leak at every look.");
  return run;
}

std::string Report(const v1::Run& run) {
  v1::GetReportResponse report;
  *report.mutable_run() = run;
  return TrendReport(report, Style(), false);
}

// Nothing that is shown of a provisional leak may be taken for a verdict.
TEST(VerdictSoFar, NeverCallsAnUnconfirmedLeakALeak) {
  for (const std::string& shown : {Report(Live()), ListRuns({Live()}).Text(Format::kWide, Style()),
                                   ListRuns({Live()}).Text(Format::kCsv, Style()), ShowRun(Live(), Format::kTable, Style())}) {
    EXPECT_THAT(shown, Not(HasSubstr("LEAK")));
    EXPECT_THAT(shown, HasSubstr("suspect so far"));
  }
  EXPECT_THAT(Report(Live()), HasSubstr("suspect so far  rss: +1.3MB/min; first alarm at 12 min, needs to hold until 36 min\n"));
  EXPECT_EQ(TintSoFar(Live().verdict()), Tint::kYellow);
}

TEST(VerdictSoFar, SaysWhenAnAlarmIsTooLateToBeConfirmed) {
  v1::Run run = Live();
  run.mutable_verdict()->mutable_confirmation()->set_hold_until_s(kNaN);
  EXPECT_EQ(AlarmText(run.verdict()), "first alarm at 12 min, too late to be confirmed before the end");
  run.mutable_verdict()->clear_confirmation();  // of a coordinator of an earlier release
  EXPECT_EQ(AlarmText(run.verdict()), "");
  EXPECT_EQ(VerdictSoFar(run.verdict()), "suspect so far");
}

TEST(VerdictSoFar, TellsAConfirmedLeakFromAFinalOne) {
  EXPECT_EQ(VerdictSoFar(Confirmed().verdict()), "LEAK (confirmed early)");
  EXPECT_THAT(Report(Confirmed()), HasSubstr("LEAK (confirmed early)  rss: +1.3MB/min\n"));
  v1::Run final = Confirmed();
  final.mutable_verdict()->set_provisional(false);
  final.mutable_verdict()->clear_confirmation();
  EXPECT_EQ(VerdictSoFar(final.verdict()), "LEAK");
  EXPECT_EQ(TintSoFar(final.verdict()), Tint::kRed);
  EXPECT_EQ(VerdictSoFar(Live(v1::VERDICT_CLEAN).verdict()), "CLEAN?");
  EXPECT_EQ(VerdictSoFar(v1::RunVerdict()), "-");
}

TEST(VerdictSoFar, OtherSeriesOfAConfirmedRunStillWait) {
  v1::Run run = Confirmed();
  auto* fds = run.mutable_verdict()->add_series();
  *fds = run.verdict().series(0);
  fds->set_series("fds");
  EXPECT_EQ(VerdictSoFar(run.verdict(), run.verdict().series(0)), "LEAK (confirmed early)");
  EXPECT_EQ(VerdictSoFar(run.verdict(), *fds), "suspect so far");
  EXPECT_EQ(TintSoFar(run.verdict(), *fds), Tint::kYellow);
}

TEST(VerdictSoFar, ReportsWhyARunWasStoppedEarly) {
  v1::Run run = Live();
  run.set_state(v1::RUN_STATE_FINISHED);
  run.mutable_verdict()->set_provisional(false);
  run.mutable_stopped_early()->set_at_s(1860.25);
  run.mutable_stopped_early()->set_reason("rss reaches budget in 3.0 min\x1b[2J");
  EXPECT_THAT(Report(run), HasSubstr("stopped early at 31 min of 60 min: LEAK confirmed: rss reaches budget in 3.0 min?[2J\n"));
  EXPECT_EQ(EarlyStopText(Live()), "");
}

v1::RunUpdate UpdateOf(const v1::Run& run) {
  v1::RunUpdate update;
  *update.mutable_run() = run;
  return update;
}

TEST(LiveVerdicts, TellOfAnAlarmOnceAndOfItsEnd) {
  LiveLines lines;
  lines.Take(UpdateOf(Live(v1::VERDICT_CLEAN)));
  EXPECT_THAT(lines.Take(UpdateOf(Live())),
              ElementsAre("[00:14:00] verdict: suspect so far: rss, first alarm at 12 min, needs to hold until 36 min"));
  EXPECT_THAT(lines.Take(UpdateOf(Live())), IsEmpty());
  EXPECT_THAT(lines.Take(UpdateOf(Live(v1::VERDICT_CLEAN))), ElementsAre("[00:14:00] verdict: the alarm of rss is withdrawn, CLEAN so far"));
  EXPECT_THAT(lines.Take(UpdateOf(Live(v1::VERDICT_CLEAN))), IsEmpty());
  EXPECT_EQ(lines.Take(UpdateOf(Live())).size(), 1u);
  EXPECT_THAT(lines.Take(UpdateOf(Confirmed())),
              ElementsAre("[00:36:10] verdict: LEAK (confirmed early): rss has been called a leak at every look."));
  EXPECT_THAT(lines.Take(UpdateOf(Confirmed())), IsEmpty());
}

TEST(LiveVerdicts, ProgressNeverCriesWolf) {
  LiveLines lines;
  v1::RunUpdate update = UpdateOf(Live());
  auto* sample = update.add_samples();
  sample->set_monotonic_us(840'000'000);
  lines.Take(update);
  EXPECT_EQ(lines.Progress(), "payments: running 00:14:00 of 01:00:00  suspect so far (first alarm at 12 min, needs to hold until 36 min)");
  *update.mutable_run() = Live(v1::VERDICT_CLEAN);
  lines.Take(update);
  EXPECT_EQ(lines.Progress(), "payments: running 00:14:00 of 01:00:00  so far CLEAN");
}

}  // namespace
}  // namespace seep::cli
