#include "analysis/verdict/run_judge.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/verdict/run_state.h"
#include "common/status/check.h"

namespace seep::analysis {
namespace {

constexpr double kClockTrouble_s = 1;  // back by more than this, and times mean nothing
constexpr std::size_t kMaxWindows = 100000;

}  // namespace

RunJudge::RunJudge(JudgePolicy policy) : state_(std::make_unique<State>()) { state_->policy = std::move(policy); }
RunJudge::~RunJudge() = default;
RunJudge::RunJudge(RunJudge&&) noexcept = default;
RunJudge& RunJudge::operator=(RunJudge&&) noexcept = default;

int RunJudge::AddSeries(SeriesSpec spec) {
  SEEP_CHECK(state_->summary.series_count() < kMaxSeries) << "more than " << kMaxSeries << " series in one run";
  state_->series.push_back(std::move(spec));
  return state_->summary.AddSeries();
}

int RunJudge::AddOperation(std::string name) {
  SEEP_CHECK(state_->summary.operation_count() < kMaxOperations)
      << "more than " << kMaxOperations << " operations in one run";
  state_->operations.push_back(std::move(name));
  return state_->summary.AddOperation();
}

void RunJudge::AddSample(const RunSample& sample) {
  State& s = *state_;
  if (!std::isfinite(sample.t_s)) return;
  if (s.any_sample && sample.t_s < s.last_t_s) {
    if (sample.t_s < s.last_t_s - kClockTrouble_s && s.invalid.empty()) {
      s.invalid = "the clock ran backwards by " + std::to_string(s.last_t_s - sample.t_s) + " s";
    }
    return;
  }
  if (s.any_sample && sample.generation != s.generation) ++s.segment;
  s.any_sample = true;
  s.generation = sample.generation;
  s.last_t_s = sample.t_s;
  const RowUse use = sample.phase == Phase::kSoak ? RowUse::kFit : RowUse::kShowOnly;
  s.summary.AddRow(sample.t_s, s.segment, use, sample.values, sample.operations, sample.load);
}

void RunJudge::AddFaultWindow(double begin_s, double end_s) {
  SEEP_CHECK(end_s >= begin_s) << "fault window " << begin_s << " to " << end_s;
  if (state_->faults.size() < kMaxWindows) state_->faults.push_back({begin_s, end_s});
}

void RunJudge::AddGap(double begin_s, double end_s, std::string reason) {
  SEEP_CHECK(end_s >= begin_s) << "gap " << begin_s << " to " << end_s;
  if (state_->gaps.size() >= kMaxWindows) return;
  state_->gaps.push_back({{begin_s, end_s}, std::move(reason)});
}

void RunJudge::SetLimit(const std::string& series, double limit, std::string name) {
  state_->limits.push_back({series, limit, std::move(name)});
}

void RunJudge::MarkInvalid(std::string reason) {
  if (state_->invalid.empty()) state_->invalid = std::move(reason);
}

RunVerdict RunJudge::Provisional() const {
  RunVerdict verdict = AssessRun(*state_);
  verdict.provisional = true;
  return verdict;
}

RunVerdict RunJudge::Final() const {
  RunVerdict verdict = AssessRun(*state_);
  verdict.provisional = false;
  return verdict;
}

}  // namespace seep::analysis
