#include "cli/render/measures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace seep::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void Add(v1::RunVerdict& verdict, const std::string& expression, v1::ThresholdResult::State state, const std::string& measured,
         double since_s = std::numeric_limits<double>::quiet_NaN()) {
  v1::ThresholdResult& result = *verdict.add_thresholds();
  result.mutable_threshold()->set_expression(expression);
  result.set_state(state);
  result.set_measured(measured);
  result.set_since_s(since_s);
}

TEST(ThresholdList, MarksEachWithOrWithoutUnicode) {
  v1::RunVerdict verdict;
  EXPECT_EQ(ThresholdList(verdict, Style()), "");
  Add(verdict, "p(99, payment)<250ms", v1::ThresholdResult::STATE_PASSED, "12.3ms");
  Add(verdict, "rss<400MiB", v1::ThresholdResult::STATE_MISSED, "512.0MiB", 75);
  Add(verdict, "residual(rss)<5MiB", v1::ThresholdResult::STATE_PENDING, "not measured: the run goes on");
  EXPECT_EQ(ThresholdList(verdict, Style()),
            "=== Thresholds ===\n"
            "   THRESHOLD             MEASURED\n"
            "✓  p(99, payment)<250ms  12.3ms\n"
            "✗  rss<400MiB            512.0MiB                       since 00:01:15\n"
            "…  residual(rss)<5MiB    not measured: the run goes on\n");
  Style ascii;
  ascii.ascii = true;
  verdict.mutable_thresholds(1)->set_abort(true);
  const std::string plain = ThresholdList(verdict, ascii);
  EXPECT_THAT(plain, HasSubstr("\nok  p(99"));
  EXPECT_THAT(plain, HasSubstr("\nx   rss<400MiB"));
  EXPECT_THAT(plain, HasSubstr("ended the run at 00:01:15"));
  for (const char c : plain) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
}

TEST(LatencyTable, ShowsPercentilesErrorsByKindAndWhatWasDropped) {
  v1::RunVerdict verdict;
  EXPECT_EQ(LatencyTable(verdict.operations(), Style(), false), "");
  v1::OperationFigures& send = *verdict.add_operations();
  send.set_operation("send\x1b[2J");
  send.set_count(2000);
  send.set_failed(10);
  send.set_mean_us(850);
  send.set_p50_us(800);
  send.set_p90_us(1200);
  send.set_p99_us(12'345);
  send.set_p999_us(1.5e6);
  send.set_max_us(700e6);
  for (const auto& [kind, count] : {std::pair("network_error", 7), std::pair("deadline_exceeded", 3)}) {
    send.add_errors()->set_kind(kind);
    send.mutable_errors(send.errors_size() - 1)->set_count(static_cast<std::uint64_t>(count));
  }
  verdict.set_dropped_iterations(12);
  const std::string text = LatencyTable(verdict.operations(), Style(), false);
  EXPECT_THAT(text, HasSubstr("2000   10 (0.5%)  850us  800us  1.2ms  12.3ms  1.5s   11.7min"));
  EXPECT_THAT(text, HasSubstr("errors of send?[2J: 7 network_error, 3 deadline_exceeded\n"));
  EXPECT_THAT(DroppedText(verdict), HasSubstr("dropped: 12 iterations"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(LatencyTable(verdict.operations(), Style(), true), HasSubstr("WARM-UP"));
}

TEST(ResidualText, NamesWhatIsStillHeldMemoryFirst) {
  v1::RunVerdict verdict;
  EXPECT_EQ(ResidualText(verdict, false), "");
  const auto add = [&](const char* series, const char* unit, double kept) {
    v1::Residual& residual = *verdict.add_residuals();
    residual.set_series(series);
    residual.set_unit(unit);
    residual.set_kept(kept);
  };
  add("cpu_percent", "percent", 30);
  add("threads", "count", 0);
  EXPECT_EQ(ResidualText(verdict, false), "residual: nothing above the level before the first connect\n");
  add("fds", "count", 2);
  add("heap_allocated", "bytes", 12'300);
  add("rss", "bytes", 1.5e6);
  EXPECT_EQ(ResidualText(verdict, false),
            "residual: +1.50MB rss, +12.3KB heap_allocated, +2 fds above the level before the first connect\n");
  EXPECT_THAT(ResidualText(verdict, true), HasSubstr("back at that level: threads"));
}

}  // namespace
}  // namespace seep::cli
