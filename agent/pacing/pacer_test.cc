#include "agent/pacing/pacer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "common/clock/fake_clock.h"
#include "common/event_loop/simulated_event_loop.h"

namespace seep::agent {
namespace {

// A target that takes `service` for each tick, and nothing at all moves between
// `stall_from` and `stall_to`.
class PacerTest : public ::testing::Test {
 protected:
  void Begin(std::uint32_t workers = 1) {
    pacer_ = std::make_unique<Pacer>(loop_, *stop_, pace_, state_, times_, 7, "ticks");
    running_ = true;
    Spawn(pacer_->Run(workers, [this](Turn turn) { return Tick(turn); }), [this] { running_ = false; });
  }
  Async<TickResult> Tick(Turn turn) {
    if (claims_ == 0) co_return TickResult::kNothingLeft;
    if (claims_ > 0) --claims_;
    begun_.push_back(Elapsed());
    late_.push_back(turn.late);
    most_ = std::max(most_, pacer_->in_flight());
    absl::Duration takes = service_;
    if (Elapsed() + takes >= stall_from_ && Elapsed() < stall_to_) takes = stall_to_ - Elapsed() + service_;
    if (!co_await stop_->Sleep(takes)) co_return TickResult::kCutShort;
    if (fail_next_ > 0) {
      --fail_next_;
      if (claims_ >= 0) ++claims_;
      co_return TickResult::kFailed;
    }
    ++done_;
    co_return TickResult::kGood;
  }
  void End() {
    stop_->Stop();
    ASSERT_TRUE(loop_.RunUntil([this] { return !running_; }, absl::Seconds(2)));
  }
  absl::Duration Elapsed() { return clock_.Now() - start_; }
  // What the samples would carry.
  LatencyHistogram Iterations() {
    v1::Sample sample;
    times_.WriteTo(sample);
    LatencyHistogram histogram;
    for (const v1::OperationDelta& delta : sample.operations()) {
      for (int i = 0; i < delta.latency().bucket_size(); ++i) {
        histogram.AddCount(delta.latency().bucket(i), delta.latency().count(i));
      }
      histogram.AddBounds(delta.latency().sum_us(), delta.latency().min_us(), delta.latency().max_us());
    }
    return histogram;
  }
  void Open(double rate, std::uint32_t in_flight, std::uint32_t backlog) {
    pace_.set_rate_per_second(rate);
    pace_.set_max_in_flight(in_flight);
    pace_.set_backlog(backlog);
  }

  FakeClock clock_;
  SimulatedEventLoop loop_{clock_};
  const MonotonicTime start_ = clock_.Now();
  std::unique_ptr<StopSignal> stop_ = std::make_unique<StopSignal>(loop_);
  v1::Pace pace_;
  PaceState state_;
  OperationTimes times_;
  std::unique_ptr<Pacer> pacer_;
  absl::Duration service_ = absl::Milliseconds(20);
  absl::Duration stall_from_ = absl::InfiniteDuration(), stall_to_ = absl::ZeroDuration();
  std::vector<absl::Duration> begun_, late_;
  int claims_ = -1, fail_next_ = 0, done_ = 0, most_ = 0;
  bool running_ = false;
};

TEST_F(PacerTest, AStallOfTenSecondsShowsInTheTailOfAnOpenLoop) {
  Open(10, 4, 1000);
  stall_from_ = absl::Seconds(50);
  stall_to_ = absl::Seconds(60);
  Begin();
  loop_.Advance(absl::Seconds(200));
  End();
  const LatencyHistogram iterations = Iterations();
  EXPECT_NEAR(static_cast<double>(iterations.count()), 2000, 2) << "nobody was dropped";
  EXPECT_EQ(state_.dropped, 0u);
  EXPECT_NEAR(iterations.PercentileUs(50), 20e3, 100);
  // 100 of 2,000 arrivals met it, evenly from 10 s down to nothing.
  EXPECT_NEAR(iterations.PercentileUs(99), 8e6, 0.3e6);
  EXPECT_NEAR(static_cast<double>(iterations.max_us()), 10e6, 0.2e6);
}

// The same stall, as a closed loop sees it: one slow tick.
TEST_F(PacerTest, AClosedLoopMeetsTheStallOnce) {
  pace_.set_interval_ms(100);
  stall_from_ = absl::Seconds(50);
  stall_to_ = absl::Seconds(60);
  Begin();
  loop_.Advance(absl::Seconds(200));
  End();
  const LatencyHistogram iterations = Iterations();
  EXPECT_NEAR(iterations.PercentileUs(99.9), 20e3, 100);
  EXPECT_NEAR(static_cast<double>(iterations.max_us()), 10e6, 0.2e6);
}

TEST_F(PacerTest, CountsWhatFoundNeitherAPlaceNorTheBacklog) {
  Open(10, 4, 16);
  stall_from_ = absl::Seconds(50);
  stall_to_ = absl::Seconds(60);
  Begin();
  loop_.Advance(absl::Seconds(100));
  End();
  // 100 arrive in the stall; 4 are under way and 16 wait.
  EXPECT_NEAR(static_cast<double>(state_.dropped), 80, 2);
  EXPECT_NEAR(static_cast<double>(Iterations().count() + state_.dropped), 1000, 2) << "each arrival is accounted for";
  EXPECT_EQ(most_, 4);
}

TEST_F(PacerTest, AnOverloadedTargetIsNotSparedByTheOpenLoop) {
  Open(100, 1, 100);  // it can do 50 a second
  Begin();
  loop_.Advance(absl::Seconds(60));
  End();
  EXPECT_NEAR(done_, 3000, 5);
  EXPECT_NEAR(static_cast<double>(state_.dropped), 6000 - 3000 - 100, 10);
  EXPECT_NEAR(Iterations().PercentileUs(50), 2e6, 0.1e6) << "a hundred are always ahead";
}

TEST_F(PacerTest, ARampReachesItsRateAndStaysThere) {
  pace_.set_max_in_flight(64);
  pace_.set_backlog(1000);
  v1::RateStage& up = *pace_.add_stages();
  up.set_rate_per_second(200);
  up.set_over_ms(60'000);
  Begin();
  loop_.Advance(absl::Seconds(90));
  End();
  const auto in = [&](double from, double to) {
    return std::count_if(begun_.begin(), begun_.end(), [&](absl::Duration at) {
      return at >= absl::Seconds(from) && at < absl::Seconds(to);
    });
  };
  EXPECT_NEAR(in(29, 31), 200, 4) << "half way, half the rate";
  EXPECT_NEAR(in(60, 90), 6000, 4);
  EXPECT_EQ(state_.dropped, 0u);
}

TEST_F(PacerTest, ARestartOfTheTargetNeitherRestartsTheRampNorHidesTheOutage) {
  Open(10, 4, 30);
  Begin();
  loop_.Advance(absl::Seconds(20));
  End();
  pacer_.reset();
  const auto before = Iterations().count();
  loop_.Advance(absl::Seconds(10));  // nobody is there
  stop_ = std::make_unique<StopSignal>(loop_);
  Begin();
  loop_.Advance(absl::Seconds(20));
  End();
  EXPECT_NEAR(static_cast<double>(before), 200, 2);
  // 100 should have begun meanwhile: 4 at once, 30 wait, the rest are dropped.
  EXPECT_NEAR(static_cast<double>(state_.dropped), 66, 2);
  EXPECT_NEAR(static_cast<double>(Iterations().max_us()), 10e6, 0.2e6);
  EXPECT_NEAR(static_cast<double>(Iterations().count() + state_.dropped), 500, 3);
}

TEST_F(PacerTest, IntervalIsFromStartToStartUnlessATickTakesLonger) {
  pace_.set_interval_ms(1000);
  service_ = absl::Milliseconds(300);
  Begin();
  loop_.Advance(absl::Seconds(10) - absl::Milliseconds(1));
  EXPECT_EQ(begun_.size(), 10u);
  EXPECT_EQ(begun_[9], absl::Seconds(9));
  service_ = absl::Seconds(3);
  loop_.Advance(absl::Seconds(9));
  EXPECT_EQ(begun_.size(), 13u);
  End();
}

TEST_F(PacerTest, ThinkTimeIsAfterTheEndAndDrawnFromTheSeed) {
  pace_.set_think_time_ms(500);
  pace_.set_think_time_max_ms(1500);
  service_ = absl::Seconds(1);
  Begin();
  loop_.Advance(absl::Seconds(1000));
  End();
  EXPECT_NEAR(static_cast<double>(begun_.size()), 500, 25);
  std::vector<absl::Duration> first = begun_;
  for (std::size_t i = 1; i < first.size(); ++i) {
    EXPECT_GE(first[i] - first[i - 1], absl::Milliseconds(1500));
    EXPECT_LE(first[i] - first[i - 1], absl::Milliseconds(2500));
  }
  // The same run again.
  begun_.clear();
  state_ = PaceState();
  stop_ = std::make_unique<StopSignal>(loop_);
  const absl::Duration again = Elapsed();
  Begin();
  loop_.Advance(absl::Seconds(1000));
  End();
  ASSERT_GE(begun_.size(), 100u);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(begun_[i] - again, first[i]) << i;
}

TEST_F(PacerTest, EndsWhenNothingIsLeftToDoEvenIfTheLastOnesFailFirst) {
  for (const bool open : {false, true}) {
    claims_ = 20;
    done_ = 0;
    fail_next_ = 3;
    pace_ = v1::Pace();
    state_ = PaceState();
    if (open) Open(10, 4, 100);
    Begin(4);
    EXPECT_TRUE(loop_.RunUntil([this] { return !running_; }, absl::Seconds(10))) << open;
    EXPECT_EQ(done_, 20) << open;
  }
}

TEST_F(PacerTest, AFailingTickIsMeasuredAndPausesAClosedLoop) {
  fail_next_ = 1'000'000;
  service_ = absl::ZeroDuration();
  Begin();
  loop_.Advance(absl::Seconds(10));
  EXPECT_NEAR(static_cast<double>(begun_.size()), 100, 2);
  v1::Sample sample;
  times_.WriteTo(sample);
  ASSERT_EQ(sample.operations_size(), 1);
  EXPECT_EQ(sample.operations(0).operation(), "iteration");
  EXPECT_NEAR(static_cast<double>(sample.operations(0).errors(0).count()), 100, 2);
  End();
}

}  // namespace
}  // namespace seep::agent
