#include "coordinator/thresholds/threshold_judge.h"

#include <gmock/gmock.h>

#include <map>
#include <string>

namespace seep::coordinator {
namespace {

using ::testing::HasSubstr;

class ThresholdJudgeTest : public ::testing::Test {
 protected:
  // Feeds one sample a second by name.
  void Sample(double t_s, v1::Phase phase, const std::map<std::string, double>& values,
              const std::vector<v1::OperationDelta>& operations = {}) {
    v1::Sample sample;
    sample.set_monotonic_us(static_cast<std::int64_t>(t_s * 1e6));
    sample.set_phase(phase);
    sample.set_generation(generation_);
    for (const auto& [name, value] : values) {
      if (!ids_.contains(name)) {
        v1::GaugeDefinition definition;
        ids_[name] = static_cast<std::uint32_t>(ids_.size() + 1);
        definition.set_id(ids_[name]);
        definition.set_name(name);
        definition.set_unit(name == "rss" ? "bytes" : "count");
        const bool counter = name == "payments" || name == "errors" || name == "dropped_iterations";
        definition.set_kind(counter ? v1::GAUGE_KIND_COUNTER : v1::GAUGE_KIND_GAUGE);
        measures_.Define(definition);
      }
      sample.add_gauge(ids_[name]);
      sample.add_value(value);
    }
    for (const v1::OperationDelta& delta : operations) *sample.add_operations() = delta;
    measures_.Add(sample);
    if (judge_ && phase == v1::PHASE_SOAK) judge_->Look(measures_);
  }
  static v1::OperationDelta Took(const std::string& name, absl::Duration latency, std::uint64_t count, std::uint64_t failed = 0) {
    v1::OperationDelta delta;
    delta.set_operation(name);
    const auto us = static_cast<std::uint64_t>(absl::ToInt64Microseconds(latency));
    delta.mutable_latency()->add_bucket(LatencyHistogram::BucketOf(us));
    delta.mutable_latency()->add_count(count);
    delta.mutable_latency()->set_sum_us(us * count);
    delta.mutable_latency()->set_min_us(us);
    delta.mutable_latency()->set_max_us(us);
    if (failed > 0) {
      delta.add_errors()->set_kind("network_error");
      delta.mutable_errors(0)->set_count(failed);
    }
    return delta;
  }
  void Demand(const std::string& expression, bool abort = false, absl::Duration delay = absl::ZeroDuration()) {
    v1::Threshold& threshold = *thresholds_.Add();
    threshold.set_expression(expression);
    threshold.set_abort_on_fail(abort);
    threshold.set_delay_ms(static_cast<std::uint64_t>(absl::ToInt64Milliseconds(delay)));
    judge_.emplace(thresholds_, 60);
  }
  v1::RunVerdict Answer(bool final) {
    v1::RunVerdict verdict;
    measures_.WriteTo(verdict);
    if (final) judge_->WriteFinal(measures_, aborted_, verdict);
    else judge_->WriteProvisional(measures_, verdict);
    return verdict;
  }
  v1::ThresholdResult Only(bool final = true) { return Answer(final).thresholds(0); }
  void Reset() {
    thresholds_.Clear();
    judge_.reset();
  }

  google::protobuf::RepeatedPtrField<v1::Threshold> thresholds_;
  RunMeasures measures_;
  std::optional<ThresholdJudge> judge_;
  std::map<std::string, std::uint32_t> ids_;
  std::uint32_t generation_ = 1;
  v1::ThresholdAbort aborted_;  // as the run keeps it
};

constexpr auto kPassed = v1::ThresholdResult::STATE_PASSED;
constexpr auto kMissed = v1::ThresholdResult::STATE_MISSED;
constexpr auto kPending = v1::ThresholdResult::STATE_PENDING;

TEST_F(ThresholdJudgeTest, ALevelIsJudgedAtItsWorstInTheSoakOnly) {
  Demand("rss<400MiB");
  Sample(0, v1::PHASE_WARM_UP, {{"rss", 900e6}});
  Sample(1, v1::PHASE_SOAK, {{"rss", 100e6}});
  Sample(2, v1::PHASE_SOAK, {{"rss", 300e6}});
  Sample(3, v1::PHASE_SOAK, {{"rss", 200e6}});
  Sample(4, v1::PHASE_TEARDOWN, {{"rss", 900e6}});
  EXPECT_EQ(Only().state(), kPassed);
  EXPECT_EQ(Only().value(), 300e6);
  EXPECT_EQ(Only().measured(), "286.1MiB");
  Sample(5, v1::PHASE_SOAK, {{"rss", 500e6}});
  Sample(6, v1::PHASE_SOAK, {{"rss", 100e6}});
  EXPECT_EQ(Only().state(), kMissed) << "it was above once";
  EXPECT_EQ(Only().since_s(), 5);
}

TEST_F(ThresholdJudgeTest, EachMeasureIsWhatItsNameSays) {
  for (int second = 0; second <= 10; ++second) {
    Sample(second, v1::PHASE_SOAK,
           {{"rss", 1e6 * (10 + second)}, {"threads", 10.0 + second % 2}, {"payments", 5.0 + 3.0 * second}, {"errors", 2.0}},
           {Took("payment", absl::Milliseconds(second + 1), 10, second == 10 ? 2 : 0)});
  }
  const struct {
    const char* expression;
    double value;
    bool holds;
  } cases[] = {
      {"max(rss)<30MB", 20e6, true},     {"min(rss)>=10MB", 10e6, true},    {"avg(rss)<15MB", 15e6, false},
      {"last(threads)==10", 10, true},   {"threads==10", 11, false},        {"threads>9", 10, true},
      {"rate(payments)>2.9/s", 3, true}, {"rate(payments)>1/m", 3, true},   {"count(payments)>=35", 35, true},
      {"payments<35", 35, false},        {"errors<3", 2, true},             {"errors.network_error<1", 0, true},
      {"p(50, payment)<7ms", 6000, true}, {"p(100, payment)<11ms", 11000, false}, {"avg(payment)<7ms", 6000, true},
      {"min(payment)<2ms", 1000, true},  {"max(payment)<=11ms", 11000, true}, {"count(payment)==110", 110, true},
      {"error_rate(payment)<1%", 2.0 / 110, false}, {"error_rate(payment)<2%", 2.0 / 110, true}, {"rate(payment)>10/s", 11, true},
  };
  for (const auto& c : cases) {
    Reset();
    Demand(c.expression);
    EXPECT_NEAR(Only().value(), c.value, 0.002 * c.value) << c.expression;
    EXPECT_EQ(Only().state(), c.holds ? kPassed : kMissed) << c.expression << " " << Only().measured();
  }
}

TEST_F(ThresholdJudgeTest, WhatWasNeverMeasuredIsNoPass) {
  Demand("p(99, payment)<1s");
  Demand("wasm_memory<5MiB");
  Demand("residual(rss)<5MiB");
  Sample(0, v1::PHASE_SOAK, {{"rss", 1e6}});
  const v1::RunVerdict live = Answer(false);
  for (const v1::ThresholdResult& result : live.thresholds()) EXPECT_EQ(result.state(), kPending);
  const v1::RunVerdict verdict = Answer(true);
  for (const v1::ThresholdResult& result : verdict.thresholds()) {
    EXPECT_EQ(result.state(), kMissed);
    EXPECT_THAT(result.measured(), HasSubstr("not measured: "));
  }
  EXPECT_THAT(verdict.thresholds(0).measured(), HasSubstr("no payment was measured"));
}

TEST_F(ThresholdJudgeTest, AbortsOnAMissButNotBeforeItsDelayAndForGood) {
  Demand("p(99, payment)<100ms", true, absl::Seconds(5));
  for (int second = 0; second < 5; ++second) {
    Sample(second, v1::PHASE_SOAK, {{"rss", 1}}, {Took("payment", absl::Seconds(2), 10)});
    EXPECT_EQ(Only(false).state(), kMissed);
    EXPECT_FALSE(judge_->Aborting().has_value()) << second;
  }
  Sample(5, v1::PHASE_SOAK, {{"rss", 1}}, {Took("payment", absl::Seconds(2), 10)});
  ASSERT_TRUE(judge_->Aborting().has_value());
  EXPECT_EQ(judge_->Aborting()->at_s(), 5);
  EXPECT_EQ(judge_->Aborting()->measured(), "2s");
  // What was under way ends quickly and would pull it below again.
  Sample(6, v1::PHASE_SOAK, {{"rss", 1}}, {Took("payment", absl::Milliseconds(1), 100'000)});
  EXPECT_EQ(Only().state(), kPassed) << "the run was not ended on it: there was no time";
  aborted_ = *judge_->Aborting();
  EXPECT_TRUE(Only().abort());
  EXPECT_EQ(Only().state(), kMissed);
  EXPECT_EQ(Only().measured(), "2s");
  EXPECT_EQ(Only().since_s(), 5);
}

TEST_F(ThresholdJudgeTest, AMissThatRecoversIsAPassUnlessItMayAbort) {
  Demand("error_rate(payment)<10%");
  Sample(0, v1::PHASE_SOAK, {{"rss", 1}}, {Took("payment", absl::Milliseconds(1), 10, 5)});
  EXPECT_EQ(Only(false).state(), kMissed);
  EXPECT_EQ(Only(false).since_s(), 0);
  Sample(1, v1::PHASE_SOAK, {{"rss", 1}}, {Took("payment", absl::Milliseconds(1), 100)});
  EXPECT_EQ(Only().state(), kPassed);
}

TEST_F(ThresholdJudgeTest, ResidualIsWhatTheLastGenerationKept) {
  Demand("residual(rss)<1MB");
  Sample(0, v1::PHASE_BASELINE, {{"rss", 10e6}, {"threads", 3}});
  Sample(1, v1::PHASE_SOAK, {{"rss", 40e6}});
  Sample(2, v1::PHASE_TEARDOWN, {{"rss", 30e6}});
  Sample(3, v1::PHASE_TEARDOWN, {{"rss", 13e6}, {"threads", 3}});
  EXPECT_EQ(Only().value(), 3e6) << "the last sample, when all has settled";
  EXPECT_EQ(Only().state(), kMissed);
  const v1::RunVerdict verdict = Answer(true);
  ASSERT_EQ(verdict.residuals_size(), 2);
  EXPECT_EQ(verdict.residuals(0).before(), 10e6);
  EXPECT_EQ(verdict.residuals(1).kept(), 0);
  // A new life has its own; one that was killed has none.
  generation_ = 2;
  Sample(4, v1::PHASE_BASELINE, {{"rss", 20e6}});
  Sample(5, v1::PHASE_SOAK, {{"rss", 40e6}});
  EXPECT_EQ(Answer(true).residuals_size(), 0);
  EXPECT_THAT(Only().measured(), HasSubstr("not taken down in order"));
}

TEST_F(ThresholdJudgeTest, TheWarmUpOfOperationsIsCountedApart) {
  Demand("max(payment)<1s");
  v1::OperationDelta warm = Took("payment", absl::Seconds(3), 4);
  warm.set_warm_up(true);
  Sample(0, v1::PHASE_WARM_UP, {{"rss", 1}}, {warm});
  Sample(1, v1::PHASE_SOAK, {{"rss", 1}}, {warm, Took("payment", absl::Milliseconds(3), 6)});
  EXPECT_EQ(Only().state(), kPassed);
  const v1::RunVerdict verdict = Answer(true);
  EXPECT_EQ(verdict.operations(0).count(), 6u);
  EXPECT_EQ(verdict.operations(0).warm_up_count(), 8u);
}

TEST_F(ThresholdJudgeTest, CountersGoOnAcrossGenerationsAndStreamsMayRepeatTime) {
  Demand("count(payments)>0");
  Sample(1, v1::PHASE_SOAK, {{"payments", 10}});
  Sample(5, v1::PHASE_SOAK, {{"payments", 20}});
  generation_ = 2;
  Sample(6, v1::PHASE_SOAK, {{"payments", 5}});
  EXPECT_EQ(Only().value(), 25);
  Sample(2, v1::PHASE_SOAK, {{"payments", 400}}, {Took("payment", absl::Seconds(1), 7)});
  EXPECT_EQ(Only().value(), 25) << "time that was already told";
  EXPECT_EQ(Answer(true).operations(0).count(), 7u) << "but its operations are new";
}

TEST_F(ThresholdJudgeTest, AnAgentMaySendNonsense) {
  Demand("error_rate<1%");
  v1::OperationDelta nonsense = Took("iteration", absl::Seconds(1), 1);
  nonsense.mutable_latency()->add_bucket(4'000'000'000u);
  nonsense.mutable_latency()->add_count(UINT64_MAX);
  nonsense.mutable_latency()->add_bucket(1);
  for (int i = 0; i < 200; ++i) {
    nonsense.set_operation("op" + std::to_string(i) + "\x1b[2J");
    Sample(i, v1::PHASE_SOAK, {{"rss", 1}}, {nonsense});
  }
  const v1::RunVerdict verdict = Answer(true);
  EXPECT_LE(verdict.operations_size(), 65);
  for (const auto& figures : verdict.operations()) EXPECT_EQ(figures.operation().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace seep::coordinator
