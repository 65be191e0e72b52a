#include "coordinator/thresholds/expression.h"

#include <gmock/gmock.h>

#include <string>

namespace seep::coordinator {
namespace {

using ::testing::HasSubstr;

ThresholdExpression Parsed(std::string_view text) {
  ThresholdExpression expression;
  ExpressionMistake mistake;
  EXPECT_TRUE(ParseThreshold(text, expression, mistake)) << text << ": " << mistake.what << "; " << mistake.advice;
  return expression;
}

ExpressionMistake MistakeIn(std::string_view text) {
  ThresholdExpression expression;
  ExpressionMistake mistake;
  EXPECT_FALSE(ParseThreshold(text, expression, mistake)) << text;
  return mistake;
}

TEST(ThresholdExpression, ReadsWhatTheReferencePromises) {
  const ThresholdExpression p = Parsed("p(99.9, payment) < 250ms");
  EXPECT_EQ(p.measure, Measure::kPercentile);
  EXPECT_DOUBLE_EQ(p.percent, 99.9);
  EXPECT_EQ(p.name, "payment");
  EXPECT_EQ(p.comparison, Comparison::kLess);
  EXPECT_DOUBLE_EQ(p.bound, 250e3);
  EXPECT_EQ(p.text, "p(99.9, payment)<250ms");
  EXPECT_EQ(Parsed("p(99)<1s").name, "iteration");
  EXPECT_DOUBLE_EQ(Parsed("med(send)<=2ms").percent, 50);
  EXPECT_EQ(Parsed("avg()<2ms").measure, Measure::kMeanLatency);
  EXPECT_EQ(Parsed("max(payment)<1m").measure, Measure::kMaxLatency);
  EXPECT_EQ(Parsed("max(rss)<1GiB").measure, Measure::kMax);
  EXPECT_DOUBLE_EQ(Parsed("error_rate<1%").bound, 0.01);
  EXPECT_EQ(Parsed("error_rate(send)<=0.001").name, "send");
  EXPECT_DOUBLE_EQ(Parsed("rss<400MiB").bound, 400.0 * 1024 * 1024);
  EXPECT_EQ(Parsed("threads < 200").measure, Measure::kLevel);
  EXPECT_DOUBLE_EQ(Parsed("rate(payments)>6/m").bound, 0.1);
  EXPECT_EQ(Parsed("count(payments)>=100").comparison, Comparison::kMoreOrEqual);
  EXPECT_EQ(Parsed("residual(rss)<5MiB").measure, Measure::kResidual);
  EXPECT_EQ(Parsed("last(fds)==23").measure, Measure::kLast);
  EXPECT_EQ(Parsed("errors.network_error<5").name, "errors.network_error");
  EXPECT_DOUBLE_EQ(Parsed("cpu_percent<80%").bound, 80);
  EXPECT_EQ(Parsed("p(99, invoke.sign)<250us").name, "invoke.sign");
}

TEST(ThresholdExpression, ReadsWhenToAbort) {
  const ThresholdExpression expression = Parsed("error_rate<1% abort_on_fail delay=1m30s");
  EXPECT_TRUE(expression.abort_on_fail);
  EXPECT_EQ(expression.delay, absl::Seconds(90));
  EXPECT_EQ(expression.text, "error_rate<1%");
}

TEST(ThresholdExpression, SaysWhereAndWhatIsWrong) {
  const struct {
    const char* text;
    std::size_t at;
    const char* what;
    const char* advice;
  } cases[] = {
      {"", 0, "names nothing to measure", "rss<400MiB"},
      {"<5", 0, "names nothing to measure", "p(99)<250ms"},
      {"resdual(rss)<5MiB", 0, "unknown function \"resdual\"", "did you mean residual?"},
      {"p(99<250ms", 4, "lacks a ')'", "p(99)<250ms"},
      {"p(payment)<250ms", 2, "has no percentile", "p(95, payment)"},
      {"p(0)<1s", 2, "has no percentile", "p(99)"},
      {"p(99)<250", 6, "p is compared with the wrong kind", "a time such as 250ms"},
      {"p(99)<250mss", 9, "unknown unit \"mss\"", "did you mean ms?"},
      {"rss=400MiB", 3, "compares with nothing", "<, <=, >, >= or =="},
      {"rss<", 4, "has no number", "400MiB"},
      {"rss<-5", 4, "has no number", "400MiB"},
      {"rss<400mib", 7, "unknown unit", "did you mean MiB?"},
      {"payment<250ms", 0, "without saying which of its latencies", "p(99, payment)"},
      {"rate(payments)>1", 15, "wrong kind", "10/s"},
      {"error_rate<5", 11, "wrong kind", "1%"},
      {"count(payments)>5MiB", 16, "wrong kind", "plain number"},
      {"max()<5", 6, "wrong kind", "time"},
      {"rate()>1/s", 5, "rate needs a name", "rate(payments)>1/s"},
      {"p<250ms", 1, "p needs its arguments", "p(99)<250ms"},
      {"rss<5MiB abort_on_fial", 9, "goes on with", "did you mean abort_on_fail?"},
      {"rss<5MiB delay=soon", 15, "no duration for delay", "delay=30s"},
      {"rss<5MiB delay", 9, "goes on with", "did you mean delay?"},
  };
  for (const auto& c : cases) {
    const ExpressionMistake mistake = MistakeIn(c.text);
    EXPECT_EQ(mistake.at, c.at) << c.text << ": " << mistake.what;
    EXPECT_THAT(mistake.what, HasSubstr(c.what)) << c.text;
    EXPECT_THAT(mistake.advice, HasSubstr(c.advice)) << c.text << ": " << mistake.what;
  }
  MistakeIn(std::string(300, 'a') + "<1");
}

// Whatever is typed ends in an answer with a place inside the text.
TEST(ThresholdExpression, SurvivesAnythingTyped) {
  const std::string alphabet = "p(9,.%<>=/ smraet_onfilBKi\x01\xff";
  std::uint64_t state = 1;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (int n = 0; n < 14; ++n) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      text += alphabet[(state >> 33) % alphabet.size()];
    }
    ThresholdExpression expression;
    ExpressionMistake mistake;
    if (!ParseThreshold(text, expression, mistake)) {
      ASSERT_LE(mistake.at, text.size());
      ASSERT_FALSE(mistake.what.empty());
      ASSERT_FALSE(mistake.advice.empty());
    }
  }
}

TEST(ThresholdExpression, Holds) {
  EXPECT_TRUE(Parsed("threads<2").Holds(1));
  EXPECT_FALSE(Parsed("threads<2").Holds(2));
  EXPECT_TRUE(Parsed("threads<=2").Holds(2));
  EXPECT_TRUE(Parsed("threads>2").Holds(3));
  EXPECT_FALSE(Parsed("threads>=2").Holds(1));
  EXPECT_TRUE(Parsed("threads==2").Holds(2));
}

}  // namespace
}  // namespace seep::coordinator
