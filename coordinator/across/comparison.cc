#include "coordinator/across/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "analysis/compare/compare_runs.h"
#include "analysis/verdict/wording.h"
#include "proto/verdict/verdict_messages.h"
#include "storage/stores/run_facets.h"

namespace seep::coordinator {
namespace {

constexpr double kSameDuration = 0.10;

v1::Outcome WordOf(analysis::Outcome outcome) {
  switch (outcome) {
    case analysis::Outcome::kCannotTell: return v1::OUTCOME_CANNOT_TELL;
    case analysis::Outcome::kSame: return v1::OUTCOME_SAME;
    case analysis::Outcome::kBetter: return v1::OUTCOME_BETTER;
    case analysis::Outcome::kWorse: return v1::OUTCOME_WORSE;
  }
  return v1::OUTCOME_CANNOT_TELL;
}

void Set(v1::Estimate& out, const analysis::Estimate& e) {
  out.set_value(e.value);
  out.set_low(e.low);
  out.set_high(e.high);
}

void Set(v1::Difference& out, const analysis::Difference& d) {
  if (d.base.known()) Set(*out.mutable_base(), d.base);
  if (d.run.known()) Set(*out.mutable_run(), d.run);
  if (d.delta.known()) Set(*out.mutable_delta(), d.delta);
  out.set_tolerance(d.tolerance);
  out.set_outcome(WordOf(d.outcome));
  out.set_missing(d.missing);
}

const v1::SeriesVerdict* Find(const v1::RunVerdict& verdict, const std::string& series) {
  const auto found = std::find_if(verdict.series().begin(), verdict.series().end(),
                                  [&](const v1::SeriesVerdict& s) { return s.series() == series; });
  return found == verdict.series().end() ? nullptr : &*found;
}

std::string Either(const std::string& text) { return text.empty() ? "none" : text; }

double MinutesOf(const v1::Run& run) {
  double last = 0;
  for (const v1::SeriesVerdict& s : run.verdict().series()) {
    if (s.curve().t_s_size() > 0) last = std::max(last, static_cast<double>(s.curve().t_s(s.curve().t_s_size() - 1)));
  }
  if (run.ended_wall_us() > run.started_wall_us() && run.started_wall_us() > 0) {
    return static_cast<double>(run.ended_wall_us() - run.started_wall_us()) / 60e6;
  }
  return last / 60;
}

bool Apart(double a, double b, double share) { return std::abs(a - b) > share * std::max(a, b); }

void WarnOfPlace(const v1::Run& a, const v1::Run& b, std::vector<std::string>& warnings) {
  if (a.agent() != b.agent()) {
    warnings.push_back(absl::StrCat("they ran on different hosts: ", Either(a.agent()), " and ", Either(b.agent())));
  }
  if (a.spec().seed() != b.spec().seed()) {
    warnings.push_back(absl::StrCat("their seeds differ: ", a.spec().seed(), " and ", b.spec().seed()));
  }
}

void WarnOfWork(const v1::Run& a, const v1::Run& b, std::vector<std::string>& warnings) {
  const std::string sdk = storage::SdkOf(a), other = storage::SdkOf(b);
  if (sdk != other || a.sdk_name() != b.sdk_name()) {
    warnings.push_back(absl::StrCat("they soaked different SDKs: ", sdk, a.sdk_name().empty() ? "" : absl::StrCat(" (", a.sdk_name(), ")"),
                                    " and ", other, b.sdk_name().empty() ? "" : absl::StrCat(" (", b.sdk_name(), ")")));
  }
  const std::string scenario = storage::ScenarioOf(a), otherwise = storage::ScenarioOf(b);
  if (scenario != otherwise) {
    warnings.push_back(absl::StrCat("their scenarios differ: ", scenario, " and ", otherwise));
  } else if (a.spec().scenario().SerializeAsString() != b.spec().scenario().SerializeAsString()) {
    warnings.push_back(absl::StrCat("their scenarios (", scenario, ") have different settings"));
  }
  if (a.chaos().SerializeAsString() != b.chaos().SerializeAsString()) warnings.push_back("their chaos differs");
}

void WarnOfSize(const v1::Run& a, const v1::Run& b, std::vector<std::string>& warnings) {
  const double pace = analysis::PaceOf(FromMessage(a.verdict())), other = analysis::PaceOf(FromMessage(b.verdict()));
  if (std::isfinite(pace) && std::isfinite(other) && Apart(pace, other, analysis::kSamePace)) {
    warnings.push_back(absl::StrFormat("their rates differ: %.3g and %.3g operations a minute; growth a minute is not compared, what an operation keeps is", pace, other));
  }
  const double minutes = MinutesOf(a), others = MinutesOf(b);
  if (minutes > 0 && others > 0 && Apart(minutes, others, kSameDuration)) {
    warnings.push_back(absl::StrCat("their durations differ: ", analysis::Span(minutes), " and ", analysis::Span(others),
                                    "; levels are compared over what both have"));
  }
}

}  // namespace

std::vector<std::string> Warnings(const v1::Run& base, const v1::Run& run) {
  std::vector<std::string> warnings;
  for (const v1::Run* one : {&base, &run}) {
    if (!one->has_verdict()) {
      warnings.push_back(absl::StrCat(one->run_id(), " has no verdict yet"));
    } else if (one->verdict().provisional()) {
      warnings.push_back(absl::StrCat(one->run_id(), " is not over; its verdict is provisional"));
    } else if (one->verdict().verdict() == v1::VERDICT_INVALID) {
      warnings.push_back(absl::StrCat(one->run_id(), " is INVALID: ", one->verdict().headline()));
    }
    if (one->samples_lost() > 0) warnings.push_back(absl::StrCat(one->run_id(), " lost ", one->samples_lost(), " samples"));
  }
  WarnOfWork(base, run, warnings);
  WarnOfPlace(base, run, warnings);
  WarnOfSize(base, run, warnings);
  return warnings;
}

v1::RunComparison Compare(const storage::ComparableRun& base, const storage::ComparableRun& run,
                          const v1::CompareRunsRequest& request) {
  analysis::CompareOptions options;
  if (request.align() == v1::ALIGNMENT_OPERATIONS) options.align = analysis::Alignment::kOperations;
  if (request.level_tolerance() > 0) options.level_tolerance = request.level_tolerance();
  analysis::RunVerdict a = FromMessage(base.run.verdict()), b = FromMessage(run.run.verdict());
  if (request.series_size() > 0) {
    std::erase_if(a.series, [&](const analysis::SeriesVerdict& s) {
      return std::find(request.series().begin(), request.series().end(), s.series) == request.series().end();
    });
  }
  const analysis::RunComparison compared = analysis::CompareRuns(a, b, options);
  v1::RunComparison out;
  *out.mutable_run() = run.run;
  for (v1::SeriesVerdict& series : *out.mutable_run()->mutable_verdict()->mutable_series()) series.clear_curve();
  out.set_outcome(WordOf(compared.outcome));
  out.set_deciding_series(compared.deciding_series);
  out.set_headline(compared.headline);
  for (const analysis::SeriesComparison& s : compared.series) {
    v1::SeriesComparison& series = *out.add_series();
    series.set_series(s.series);
    series.set_unit(s.unit);
    series.set_outcome(WordOf(s.outcome));
    series.set_operation(s.operation);
    Set(*series.mutable_level(), s.level);
    Set(*series.mutable_slope_per_minute(), s.slope_per_minute);
    Set(*series.mutable_kept_per_operation(), s.kept_per_operation);
    const v1::SeriesVerdict *of_base = Find(base.run.verdict(), s.series), *of_run = Find(run.run.verdict(), s.series);
    if (of_base != nullptr) series.set_base_verdict(of_base->verdict()), *series.mutable_base_curve() = of_base->curve();
    if (of_run != nullptr) series.set_verdict(of_run->verdict()), *series.mutable_curve() = of_run->curve();
  }
  for (std::string& warning : Warnings(base.run, run.run)) out.add_warnings(std::move(warning));
  return out;
}

}  // namespace seep::coordinator
