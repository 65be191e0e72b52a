#include "analysis/verdict/evidence.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/changepoint/collections.h"
#include "analysis/trend/order_statistics.h"
#include "analysis/verdict/covariates.h"

namespace seep::analysis {
namespace {

constexpr double kFewestSamples = 20;
constexpr std::size_t kFewestLevels = 8;
constexpr double kLeastCoverage = 0.5;
constexpr double kMemoryNoiseKb = 8;   // two pages: below it RSS says nothing
constexpr double kCountNoise = 0.3;
constexpr double kScreen = 1.0;        // standard errors
constexpr double kApart = 0.02;        // of an operation's count, from the clock's even pace

std::string Text(const char* format, double value) {
  char buffer[160];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

double Sum(const std::vector<double>& values) {
  double sum = 0;
  for (double v : values) sum += v;
  return sum;
}

// Share of the span that samples stand for: a gap counts as three typical steps.
double Coverage(const Track& track) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < track.size(); ++i) {
    if (track.segment[i] == track.segment[i - 1]) steps.push_back(track.t[i] - track.t[i - 1]);
  }
  const double typical = Median(steps);
  double covered = 0, span = 0;
  for (double step : steps) {
    covered += std::min(step, 3 * typical);
    span += step;
  }
  return span > 0 ? covered / span : 0;
}

// An operation gets a vote of its own where it did not simply run with the
// clock. Of the others the most frequent is measured too.
struct Operations {
  std::vector<int> telling, silent;
};

Operations SortOperations(const Levels& levels) {
  Operations sorted;
  double most_of_silent = 0;
  for (int k = 0; k < static_cast<int>(levels.operations.size()); ++k) {
    if (!AllFinite(levels.operations[k])) continue;
    const Column count = OperationsWithinSegments(levels, k);
    double most = 0, apart = 0;
    for (std::size_t begin = 0; begin < levels.size();) {
      std::size_t end = begin;
      while (end < levels.size() && levels.segment[end] == levels.segment[begin]) ++end;
      const double total = count[end - 1], time = levels.t[end - 1] - levels.t[begin];
      for (std::size_t i = begin; i < end && total > 0 && time > 0; ++i) {
        apart = std::max(apart, std::abs(count[i] / total - (levels.t[i] - levels.t[begin]) / time));
      }
      most = std::max(most, total);
      begin = end;
    }
    if (most < 5) continue;
    if (apart > kApart) {
      sorted.telling.push_back(k);
    } else if (most > most_of_silent) {
      sorted.silent = {k};
      most_of_silent = most;
    }
  }
  return sorted;
}

SlopeFit SuffixSlope(const Levels& levels, double from_share, const std::vector<Column>& covariates,
                     double floor_sd, std::size_t* count) {
  const double from = levels.t.front() + from_share * levels.span_s();
  const std::size_t a = std::lower_bound(levels.t.begin(), levels.t.end(), from) - levels.t.begin();
  *count = levels.size() - a;
  const auto tail = [a](const auto& c) { return std::decay_t<decltype(c)>(c.begin() + a, c.end()); };
  std::vector<Column> parts;
  for (const Column& covariate : covariates) {
    Column part = tail(covariate);
    if (StandardDeviation(part) > 0.05) parts.push_back(std::move(part));
  }
  return AutocorrelatedSlope(tail(levels.t), tail(levels.y), tail(levels.segment), parts, floor_sd);
}

void MeasureSuffixes(const Levels& levels, const std::vector<Column>& covariates, double floor_sd, Evidence& e) {
  const double shares[] = {0, 0.3, 0.5, 0.7};
  for (int i = 0; i < 4; ++i) {
    std::size_t n = 0;
    const SlopeFit fit = SuffixSlope(levels, shares[i], covariates, floor_sd, &n);
    if (n < 7) break;
    e.suffix_z[i] = fit.z();
    if (i == 0 || (i == 1 && fit.standard_error < 3 * e.whole.standard_error)) e.whole = fit;
  }
  std::size_t n = 0;
  std::size_t rest = 0;
  (void)SuffixSlope(levels, 0.6, {}, floor_sd, &rest);
  const bool room = rest > 8 + 2 * covariates.size();
  SlopeFit fit = SuffixSlope(levels, 0.6, room ? covariates : std::vector<Column>{}, floor_sd, &n);
  if (n >= 6) e.late = fit;
  fit = SuffixSlope(levels, 0.75, {}, floor_sd, &n);
  if (n >= 7 && covariates.empty()) e.last_quarter = fit;
}

// Variance over mean of the counts between levels: 1 for random arrivals, 0 for
// a steady pace. Above 1 the pace was steered, which is not chance.
double Dispersion(const Levels& levels, const Column& count) {
  Column steps;
  for (std::size_t i = 1; i < count.size(); ++i) {
    if (levels.segment[i] == levels.segment[i - 1]) steps.push_back(count[i] - count[i - 1]);
  }
  const double mean = Mean(steps), sd = StandardDeviation(steps);
  return mean > 0 ? std::min(sd * sd / mean, 1.0) : 0;
}

void CountOperations(const Levels& levels, Evidence& e) {
  for (int k = 0; k < static_cast<int>(levels.operations.size()); ++k) {
    if (!AllFinite(levels.operations[k])) continue;
    const Column count = OperationsWithinSegments(levels, k);
    OperationRate rate;
    rate.operation = k;
    double minutes = 0, start = levels.t.front();
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (i > 0 && levels.segment[i] != levels.segment[i - 1]) start = levels.t[i];
      if (i + 1 < levels.size() && levels.segment[i + 1] == levels.segment[i]) continue;
      rate.count += count[i];
      minutes += (levels.t[i] - start) / 60;
    }
    if (rate.count <= 0 || minutes <= 0) continue;
    rate.per_minute = rate.count / minutes;
    rate.rate_error = std::sqrt(Dispersion(levels, count) / rate.count);
    for (const OperationShare& share : e.average.operations) {
      if (share.operation != k) continue;
      rate.weight = share.weight;
      rate.kept = share.kept;
      rate.kept_low = share.low;
      rate.kept_high = share.high;
    }
    e.operations.push_back(rate);
  }
}

// Does one jump carry the growth? A staircase of three steps passes, one does not.
double JumpShare(const Levels& levels, const Evidence& e) {
  const double from = e.average.best_growth == Growth::kOnset ? e.average.onset_s
                                                              : levels.t.front() + 0.4 * levels.span_s();
  const double grown = e.average.growth_slope * (levels.t.back() - from) / 60;
  const Column& y = e.average.without_nuisances;
  if (grown <= 0 || y.size() != levels.size()) return 0;
  double share = 0;
  const auto middle = [&](std::size_t a, std::size_t b) {
    return Median(Column(y.begin() + a, y.begin() + std::min(b, y.size())));
  };
  for (std::size_t i = 2; i + 1 < levels.size(); ++i) {
    if (levels.t[i] < from) continue;
    double jump = middle(i, i + 3) - middle(i - std::min<std::size_t>(i, 3), i);
    jump = std::min(jump, y[i] - y[i - 1] + 3 * e.average.local_noise);
    if (jump > 6 * e.average.local_noise) share = std::max(share, jump / grown);
  }
  return share;
}

int CountSegments(const Levels& levels) {
  int segments = levels.size() > 0 ? 1 : 0;
  for (std::size_t i = 1; i < levels.size(); ++i) segments += levels.segment[i] != levels.segment[i - 1];
  return segments;
}

std::string WhatIsMissing(const Track& track) {
  const double samples = Sum(track.samples);
  if (samples < kFewestSamples) return Text("%.0f samples to fit; 20 are needed", samples);
  const double coverage = Coverage(track);
  if (coverage < kLeastCoverage) return Text("samples cover only %.0f %% of the time", 100 * coverage);
  return "";
}

}  // namespace

Evidence Gather(const EvidenceRequest& request) {
  Evidence e;
  e.whole_numbers = request.whole_numbers;
  e.bar = request.bar_per_minute;
  Track track = request.track;
  e.missing = WhatIsMissing(track);
  if (!e.missing.empty()) return e;
  e.samples = Sum(track.samples);
  e.span_min = (track.t.back() - track.t.front()) / 60;
  if (!e.whole_numbers) DropGlitches(track);
  LevelChoice choice = ChooseLevels(track, e.whole_numbers, request.load_varies);
  Levels& levels = choice.levels;
  DropOutliers(levels, e.whole_numbers);
  if (levels.size() < kFewestLevels) {
    e.missing = Text("only %.0f levels can be told apart; 8 are needed", static_cast<double>(levels.size()));
    return e;
  }
  const double floor_sd = e.whole_numbers ? kCountNoise : kMemoryNoiseKb;
  e.levels = static_cast<int>(levels.size());
  e.level = Median(levels.y);
  e.first_level = levels.y.front();
  e.kind = levels.kind;
  e.collections = levels.collections;
  e.segments = CountSegments(levels);
  const auto [low, high] = std::minmax_element(levels.y.begin(), levels.y.end());
  e.constant = *high == *low;

  const Covariates found = FindCovariates(levels, track, request.covariate_is_steady);
  const std::vector<Column>& covariates = found.columns;
  e.explained_by_load = found.load;
  e.explained_by_peak = found.peak;
  if (AllFinite(levels.covariate)) {
    e.peak_per_minute = AutocorrelatedSlope(levels.t, levels.covariate, levels.segment, {}, floor_sd).per_minute;
  }
  const Operations operations = SortOperations(levels);
  MeasureSuffixes(levels, covariates, floor_sd, e);
  if (choice.floors.size() >= 8) {
    e.floors = AutocorrelatedSlope(choice.floors.t, choice.floors.y, choice.floors.segment, {}, floor_sd);
  }
  if (!e.whole_numbers && covariates.empty()) e.long_cycles = CountLongCycles(levels.y, levels.segment);
  e.screened = *std::max_element(e.suffix_z.begin(), e.suffix_z.end()) < kScreen && operations.telling.empty();
  if (e.screened) {
    const double se = e.whole.standard_error;
    e.average.low = e.whole.per_minute - 2 * se;
    e.average.high = std::max(e.whole.per_minute + 2 * se, 1.2 * se);
    e.average.standard_error = se;
    e.average.slope = e.whole.per_minute;
    e.average.local_noise = 1;
  } else {
    e.average = AverageModels({levels, covariates, operations.telling, e.bar, floor_sd, operations.silent});
    if (!e.whole_numbers && covariates.empty() && e.segments == 1) e.jump_share = JumpShare(levels, e);
  }
  CountOperations(levels, e);
  return e;
}

}  // namespace seep::analysis
