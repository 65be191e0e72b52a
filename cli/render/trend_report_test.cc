#include "cli/render/trend_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace seep::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void Set(v1::Estimate* estimate, double value, double low, double high) {
  estimate->set_value(value);
  estimate->set_low(low);
  estimate->set_high(high);
}

v1::GetReportResponse Leaking() {
  v1::GetReportResponse report;
  v1::Run& run = *report.mutable_run();
  run.set_run_id("r-0193");
  run.set_agent("local");
  run.set_state(v1::RUN_STATE_FINISHED);
  run.set_started_wall_us(1767225600'000'000);
  run.set_ended_wall_us(1767225660'000'000);
  run.set_samples(240);
  run.mutable_spec()->set_name("payments");
  run.mutable_spec()->set_seed(7);
  run.mutable_spec()->mutable_target()->set_driver("simulated-wallet");
  v1::RunVerdict& verdict = *run.mutable_verdict();
  verdict.set_verdict(v1::VERDICT_LEAK);
  verdict.set_deciding_series("rss");
  verdict.set_headline("LEAK  rss: lower bound +1.27MB/min > 100KB/min");
  auto* rss = verdict.add_series();
  rss->set_series("rss");
  rss->set_unit("bytes");
  rss->set_judged(true);
  rss->set_verdict(v1::VERDICT_LEAK);
  rss->set_first(61.9e6);
  rss->set_last(88.0e6);
  rss->set_max(88.1e6);
  Set(rss->mutable_slope_per_minute(), 1.3e6, 1.27e6, 1.33e6);
  rss->set_operation("payments");
  Set(rss->mutable_kept_per_operation(), 4400, 4300, 4500);
  rss->set_r_squared(0.94);
  rss->set_explanation("rose steadily");
  auto* threads = verdict.add_series();
  threads->set_series("threads");
  threads->set_unit("count");
  threads->set_judged(true);
  threads->set_verdict(v1::VERDICT_CLEAN);
  threads->set_first(18);
  threads->set_last(18);
  threads->set_max(19);
  Set(threads->mutable_slope_per_minute(), 0, kNaN, kNaN);
  Set(threads->mutable_kept_per_operation(), kNaN, kNaN, kNaN);
  threads->set_r_squared(kNaN);
  auto* cpu = verdict.add_series();
  cpu->set_series("cpu_percent");
  cpu->set_unit("percent");
  cpu->set_judged(false);
  return report;
}

TEST(SeriesTable, ReadsAsPromised) {
  EXPECT_EQ(SeriesTable(Leaking().run().verdict(), Style{}, false),
            "SERIES   FIRST   LAST    MAX     SLOPE/min  95% CI         PER OP  R²    VERDICT\n"
            "rss      61.9MB  88.0MB  88.1MB  +1.30MB    [+1.27,+1.33]  4.4KB   0.94  LEAK\n"
            "threads  18      18      19      0          -              -       -     CLEAN\n");
}

TEST(TrendReport, EndsWithTheHeadlineAndExplainsTheDecidingSeries) {
  const std::string text = TrendReport(Leaking(), Style{}, false);
  EXPECT_EQ(text.rfind("=== Memory Trend Report ===\n", 0), 0U);
  EXPECT_THAT(text, HasSubstr("finished, 60 s, 240 samples\n"));
  EXPECT_THAT(text, HasSubstr("--- Explanation ---\n  rss: rose steadily\n"));
  EXPECT_THAT(text, Not(HasSubstr("cpu_percent")));
  EXPECT_EQ(text.substr(text.size() - 47), "LEAK  rss: lower bound +1.27MB/min > 100KB/min\n");
  EXPECT_THAT(TrendReport(Leaking(), Style{}, true), HasSubstr("cpu_percent"));
}

TEST(TrendReport, HoldsTheSeedsTimeTableAndSummary) {
  v1::GetReportResponse report = Leaking();
  report.set_table_series("rss");
  report.set_table_tasks("threads");
  report.set_table_operation("payments");
  const double rows[][6] = {{0, 42e6, kNaN, kNaN, 42, 0}, {5, 48.5e6, 6.5e6, 1.3e6, 44, 60}, {10, 55e6, 6.5e6, 1.3e6, 46, 120}};
  for (const auto& [minutes, level, delta, rate, tasks, operations] : rows) {
    auto* row = report.add_table();
    row->set_minutes(minutes);
    row->set_level(level);
    row->set_delta(delta);
    row->set_rate_per_minute(rate);
    row->set_tasks(tasks);
    row->set_operations(operations);
  }
  EXPECT_THAT(TrendReport(report, Style{}, false),
              HasSubstr("Time(min)  RSS          Delta      Rate(KB/min)  Threads     Payments\n"
                        "---------------------------------------------------------------\n"
                        "0.0        42.00MB      -          -             42          0\n"
                        "5.0        48.50MB      +6.5MB     +1300         44          60\n"
                        "10.0       55.00MB      +6.5MB     +1300         46          120\n"
                        "--- Summary ---\n"
                        "Trend: 1300.0 KB/min (R²=0.94)\n"
                        "RSS: 61.90MB -> 88.00MB (max: 88.10MB)\n"
                        "Threads: 18 -> 18 (max: 19)\n"
                        "Total payments: 120\n"));
}

TEST(TrendReport, ShowsRulesThatApply) {
  v1::GetReportResponse report = Leaking();
  auto* finding = report.mutable_run()->mutable_verdict()->add_rules();
  finding->set_rule_set("memtest");
  finding->set_series("rss");
  finding->set_rule("slope > 100 KB/min and R² > 0.7");
  finding->set_measured("+1300.0 KB/min, R²=0.94");
  finding->set_applicable(true);
  finding->set_breached(true);
  EXPECT_THAT(TrendReport(report, Style{}, false),
              HasSubstr("--- Rules ---\n  BREACHED memtest   rss: slope > 100 KB/min and R² > 0.7  +1300.0 KB/min, R²=0.94\n"));
}

TEST(TrendReport, IsAsciiWhenAsked) {
  for (const char c : TrendReport(Leaking(), Style{.ascii = true}, true)) ASSERT_LT(static_cast<unsigned char>(c), 0x80);
}

TEST(TrendReport, SaysWhatIsMissing) {
  v1::GetReportResponse report;
  report.mutable_run()->set_state(v1::RUN_STATE_FAILED);
  report.mutable_run()->set_state_reason("the host printed garbage\x1b[31m");
  const std::string text = TrendReport(report, Style{}, false);
  EXPECT_THAT(text, HasSubstr("failed: the host printed garbage?[31m\n"));
  EXPECT_THAT(text, HasSubstr("too few samples"));
}

TEST(SeriesCsv, HasEmptyFieldsForWhatIsNotKnown) {
  const std::string csv = SeriesCsv(Leaking());
  EXPECT_THAT(csv, HasSubstr("r-0193,rss,bytes,LEAK,true,61900000,88000000,0,88100000,0,1300000,1270000,1330000,payments,4400,4300,4500,0.94,0,rose steadily\n"));
  EXPECT_THAT(csv, HasSubstr("r-0193,threads,count,CLEAN,true,18,18,0,19,0,0,,,,,,,,0,\n"));
}

TEST(ReportDocument, HasTheVerdictBesideTheRun) {
  const std::string json = ReportDocument(Leaking()).Json();
  EXPECT_EQ(json.rfind("{\"schema_version\":1,\"run\":{\"run_id\":\"r-0193\"", 0), 0U) << json;
  EXPECT_THAT(json, HasSubstr(",\"verdict\":{\"verdict\":\"LEAK\",\"provisional\":false,"));
}

}  // namespace
}  // namespace seep::cli
