#include <gmock/gmock.h>

#include <limits>

#include "cli/render/across_listings.h"
#include "cli/render/comparison.h"
#include "cli/render/overlay.h"

namespace seep::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::Curve Line(double from, double slope, int points = 40) {
  v1::Curve curve;
  for (int i = 0; i < points; ++i) {
    curve.add_t_s(static_cast<float>(i * 10));
    curve.add_level(static_cast<float>(from + slope * i * 10));
    curve.add_generation(0);
    curve.add_operations(static_cast<float>(i * 50));
  }
  curve.set_operation("payments");
  return curve;
}

void Set(v1::Difference& d, double base, double run, double half) {
  d.mutable_base()->set_value(base);
  d.mutable_run()->set_value(run);
  d.mutable_delta()->set_value(run - base);
  d.mutable_delta()->set_low(run - base - half);
  d.mutable_delta()->set_high(run - base + half);
  d.set_tolerance(512);
  d.set_outcome(v1::OUTCOME_WORSE);
}

v1::CompareRunsResponse Worse() {
  v1::CompareRunsResponse response;
  response.mutable_base()->set_run_id("r-0001");
  response.set_baseline("main");
  v1::RunComparison& c = *response.add_comparisons();
  c.mutable_run()->set_run_id("r-0002");
  c.mutable_run()->mutable_verdict()->set_verdict(v1::VERDICT_LEAK);
  c.set_outcome(v1::OUTCOME_WORSE);
  c.set_deciding_series("rss");
  c.set_headline("WORSE  rss: +4.10 KB kept a payment");
  c.add_warnings("their seeds differ: 7 and \x1b[31m8");
  v1::SeriesComparison& s = *c.add_series();
  s.set_series("rss");
  s.set_unit("bytes");
  s.set_operation("payments");
  s.set_outcome(v1::OUTCOME_WORSE);
  Set(*s.mutable_level(), 50e6, 60e6, 1e6);
  Set(*s.mutable_kept_per_operation(), 0, 4096, 50);
  s.mutable_slope_per_minute()->set_missing("not known of the base");
  *s.mutable_base_curve() = Line(50e6, 0);
  *s.mutable_curve() = Line(50e6, 50e3);
  v1::SeriesComparison& reserved = *c.add_series();
  reserved.set_series("vsz");
  reserved.set_unit("bytes");
  reserved.set_outcome(v1::OUTCOME_WORSE);
  v1::Annotation& note = *response.add_annotations();
  note.set_run_id("r-0002");
  note.set_has_time(true);
  note.set_at_ms(200'000);
  return response;
}

TEST(ComparisonTextTest, ShowsWhoWhatWarnsAndTheOutcomeLast) {
  const std::string text = ComparisonText(Worse(), {}, false);
  EXPECT_THAT(text, AllOf(HasSubstr("base r-0001 (baseline main)"), HasSubstr("new  r-0002"), HasSubstr("warning: their seeds differ")));
  EXPECT_THAT(text, HasSubstr("+4.10KB [+4.05,+4.15] payments"));
  EXPECT_THAT(text, HasSubstr("(worse)")) << "reserved memory is shown in brackets";
  EXPECT_THAT(text, Not(HasSubstr("\x1b[31m8"))) << "a server's words must not drive the terminal";
  EXPECT_THAT(text, HasSubstr("▲ note"));
  EXPECT_EQ(text.substr(text.rfind('\n', text.size() - 2) + 1), "WORSE  rss: +4.10 KB kept a payment\n");
}

TEST(ComparisonTextTest, IsPlainWhereItMustBe) {
  Style style;
  style.ascii = true;
  style.columns = 80;
  const std::string text = ComparisonText(Worse(), style, false);
  for (const char c : text) ASSERT_LT(static_cast<unsigned char>(c), 0x80) << text;
  EXPECT_THAT(text, HasSubstr("n note"));
}

TEST(ComparisonTextTest, MachinesGetEveryFigureAndNoCurves) {
  const std::string json = PrintedComparison(Worse(), Format::kJson, {});
  EXPECT_THAT(json, AllOf(HasSubstr("\"schema_version\""), HasSubstr("\"WORSE\""), Not(HasSubstr("base_curve"))));
  const std::string csv = ComparisonCsv(Worse());
  EXPECT_THAT(csv, HasSubstr("r-0001,r-0002,rss,bytes,worse"));
  EXPECT_THAT(csv, HasSubstr("4096,4096,4046,4146,512,worse"));
}

TEST(OverlayTest, PutsBothCurvesOnOneScale) {
  const v1::Curve flat = Line(1000, 0), steep = Line(1000, 10, 80);
  Style style;
  style.ascii = true;
  style.columns = 60;
  const std::string text = Overlay({&flat, &steep, "count", "r-0001", "r-0002", false, {}}, style);
  EXPECT_THAT(text, AllOf(HasSubstr("o r-0001  * r-0002"), HasSubstr("13.2 min"), HasSubstr("#")));
  const std::string by_operations = Overlay({&flat, &steep, "count", "r-0001", "r-0002", true, {}}, style);
  EXPECT_THAT(by_operations, HasSubstr("3950 operations"));
}

TEST(OverlayTest, DrawsNothingOfNothing) {
  const v1::Curve some = Line(1, 1), none;
  EXPECT_EQ(Overlay({&some, &none, "count", "a", "b", false, {}}, {}), "");
  v1::Curve uncounted = Line(1, 1);
  uncounted.clear_operations();
  EXPECT_EQ(Overlay({&some, &uncounted, "count", "a", "b", true, {}}, {}), "");
}

TEST(LeaksTest, ShowsWhereALeakBeganAndWhetherItIsMended) {
  v1::ListLeaksResponse response;
  v1::Leak& leak = *response.add_leaks();
  leak.set_sdk("breez");
  leak.set_scenario("lifecycle");
  leak.set_series("rss");
  leak.set_unit("bytes");
  leak.set_first_version("0.15.1");
  leak.set_last_version("0.18.0");
  leak.set_clean_version("0.19.2");
  leak.set_leaking_runs(3);
  leak.set_runs(5);
  leak.set_operation("lifecycles");
  leak.mutable_kept_per_operation()->set_value(240e3);
  leak.mutable_kept_per_operation()->set_low(230e3);
  leak.mutable_kept_per_operation()->set_high(250e3);
  leak.mutable_slope_per_minute()->set_value(std::numeric_limits<double>::quiet_NaN());
  v1::LeakVersion& version = *leak.add_versions();
  version.set_version("0.15.1");
  version.set_leaking_runs(2);
  v1::LeakVersion& mended = *leak.add_versions();
  mended.set_version("0.19.2");
  mended.set_clean_runs(2);
  const std::string text = PrintedLeaks(response, Format::kTable, {});
  EXPECT_THAT(text, AllOf(HasSubstr("0.15.1"), HasSubstr("0.19.2"), HasSubstr("3/5"), HasSubstr("+240KB [+230,+250]")));
  const std::string wide = PrintedLeaks(response, Format::kWide, {});
  EXPECT_THAT(wide, HasSubstr("0.15.1 2/2, 0.19.2 0/2"));
  EXPECT_THAT(PrintedLeaks(response, Format::kCsv, {}), HasSubstr("breez,lifecycle,rss,bytes,0.19.2,0,2,0"));
}

TEST(BaselinesTest, ListsWhatANameStoodForBefore) {
  v1::Baseline baseline;
  baseline.set_name("main");
  baseline.set_run_id("r-0009");
  for (const char* run : {"r-0009", "r-0005", "r-0001"}) baseline.add_history()->set_run_id(run);
  EXPECT_THAT(ListBaselines({baseline}).Text(Format::kTable, {}), HasSubstr("r-0005, r-0001"));
}

TEST(NotesTest, ShowTimeAuthorAndNoControlCharacters) {
  v1::Annotation note;
  note.set_has_time(true);
  note.set_at_ms(90'000);
  note.set_author("ada@lab");
  note.set_text("faucet\x07 down");
  EXPECT_THAT(NoteLine(note), AllOf(HasSubstr("[00:01:30] faucet"), HasSubstr("ada@lab"), Not(HasSubstr("\x07"))));
}

}  // namespace
}  // namespace seep::cli
