#include "analysis/verdict/fitted_stretches.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace seep::analysis {
namespace {

constexpr double kMostOfGeneration = 0.3;  // a settle time never eats more of a generation
constexpr double kStartShare = 0.1;        // nor does the start of an only one
constexpr double kForgivenLoss = 0.01;     // of the run, that a gap may cost before CLEAN is withheld

// A process that starts maps its libraries and fills its pools: not levels yet.
void ExcludeStarts(const RunState& state, const RunSummary& summary, std::vector<Interval>& excluded) {
  const auto& cells = summary.time_cells();
  for (std::size_t begin = 0; begin < cells.size();) {
    std::size_t end = begin;
    while (end + 1 < cells.size() && cells[end + 1].segment == cells[begin].segment) ++end;
    const double life = cells[end].t_last - cells[begin].t_first;
    const bool only = cells.front().segment == cells.back().segment;
    const double settle = std::min(state.policy.settle_s, (only ? kStartShare : kMostOfGeneration) * life);
    if (settle > 0) excluded.push_back({cells[begin].t_first, std::nextafter(cells[begin].t_first + settle, 0)});
    begin = end + 1;
  }
}

}  // namespace

std::vector<Interval> LeftOut(const RunState& state, const RunSummary& summary) {
  std::vector<Interval> excluded;
  const auto& cells = summary.time_cells();
  for (const Interval& fault : state.faults) {
    double settle = state.policy.settle_s;
    const auto at = std::find_if(cells.begin(), cells.end(), [&](const TimeCell& c) { return c.t_last > fault.end_s; });
    if (at != cells.end()) {
      auto last = at;
      while (last + 1 != cells.end() && (last + 1)->segment == at->segment) ++last;
      const double rest = last->t_last - std::max(fault.end_s, at->t_first);
      settle = std::min(settle, std::max(0.0, kMostOfGeneration * rest));
    }
    excluded.push_back({fault.begin_s, fault.end_s + settle});
  }
  ExcludeStarts(state, summary, excluded);
  return excluded;
}

std::string Losses(const RunState& state, const RunSummary& summary) {
  const auto& cells = summary.time_cells();
  if (cells.empty() || state.gaps.empty()) return "";
  const double span = cells.back().t_last - cells.front().t_first;
  double lost = 0;
  for (const Gap& gap : state.gaps) lost += gap.window.end_s - gap.window.begin_s;
  const bool unexplained = std::any_of(state.gaps.begin(), state.gaps.end(), [](const Gap& g) { return g.reason.empty(); });
  if (!unexplained && lost <= kForgivenLoss * span) return "";
  char text[200];
  std::snprintf(text, sizeof text, "%.1f s lost in %zu gaps: %.80s", lost, state.gaps.size(),
                unexplained ? "reason unknown" : state.gaps.front().reason.c_str());
  return text;
}

void SplitAtGaps(const std::vector<Gap>& gaps, Track& track) {
  int extra = 0;
  for (std::size_t i = 1; i < track.size(); ++i) {
    const bool split = std::any_of(gaps.begin(), gaps.end(), [&](const Gap& g) {
      return g.window.begin_s < track.t[i] && g.window.end_s > track.t[i - 1] && g.window.end_s > g.window.begin_s;
    });
    extra += split;
    track.segment[i] += extra;
  }
}

}  // namespace seep::analysis
