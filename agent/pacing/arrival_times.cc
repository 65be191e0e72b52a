#include "agent/pacing/arrival_times.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace seep::agent {
namespace {

constexpr double kForever = std::numeric_limits<double>::infinity();

// How far into a stage the area under its line reaches `area`.
double SecondsInto(double from, double to, double seconds, double area) {
  if (area <= 0) return 0;
  const double slope = std::isfinite(seconds) ? (to - from) / seconds : 0;
  const double root = std::sqrt(std::max(from * from + 2 * slope * area, 0.0));
  return 2 * area / (from + root);  // infinite where there is no rate
}

}  // namespace

bool IsOpenLoop(const v1::Pace& pace) { return pace.rate_per_second() > 0 || pace.stages_size() > 0; }

ArrivalTimes::ArrivalTimes(const v1::Pace& pace, Random random) : poisson_(pace.poisson()), random_(random) {
  double rate = pace.rate_per_second();
  for (const v1::RateStage& stage : pace.stages()) {
    if (stage.over_ms() > 0) stages_.push_back({rate, stage.rate_per_second(), stage.over_ms() / 1000.0});
    rate = stage.rate_per_second();  // over no time: a step
  }
  stages_.push_back({rate, rate, kForever});
}

absl::Duration ArrivalTimes::Next() {
  if (poisson_) due_ += -std::log(1 - random_.Uniform());
  else if (!first_) due_ += 1;
  first_ = false;
  while (std::isfinite(stages_[stage_].seconds) && due_ > AreaOf(stages_[stage_])) {
    due_ -= AreaOf(stages_[stage_]);
    stage_began_s_ += stages_[stage_].seconds;
    ++stage_;
  }
  const Stage& now = stages_[stage_];
  const double at = stage_began_s_ + SecondsInto(now.from, now.to, now.seconds, due_);
  return std::isfinite(at) ? absl::Seconds(at) : absl::InfiniteDuration();
}

}  // namespace seep::agent
