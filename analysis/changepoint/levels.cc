#include "analysis/changepoint/levels.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "analysis/changepoint/collections.h"
#include "analysis/changepoint/roughness.h"
#include "analysis/trend/order_statistics.h"

namespace seep::analysis {
namespace {

constexpr double kFloorQuantile = 0.04;

struct Cut {
  LevelKind kind;
  double quantile;
  // Bin edges for the samples [begin, end) of one segment.
  std::function<std::vector<double>(std::size_t begin, std::size_t end)> edges;
  bool by_cycle = false;
};

std::vector<double> EvenEdges(double from, double to, double width) {
  const int bins = std::max(1, static_cast<int>(std::lround((to - from) / width)));
  std::vector<double> edges(bins + 1);
  for (int i = 0; i <= bins; ++i) edges[i] = from + (to + 1e-9 - from) * i / bins;
  return edges;
}

// Edges at every `every`-th collection; the first, partial cycle is left out.
std::vector<double> CycleEdges(const std::vector<double>& collections, int every, double from, double to) {
  std::vector<double> at;
  int index = 0;
  for (double c : collections) {
    if (c > from && c < to && index++ % every == 0) at.push_back(c);
  }
  if (at.size() < 3) return {from, from + 0.5 * (to - from), to + 1e-9};
  std::vector<double> lengths;
  for (std::size_t i = 1; i < at.size(); ++i) lengths.push_back(at[i] - at[i - 1]);
  const double typical = Median(lengths);
  std::vector<double> edges{at[0]};
  for (double c : at) {
    if (c - edges.back() > 0.4 * typical) edges.push_back(c);
  }
  if (to - edges.back() > 0.6 * typical) edges.push_back(to + 1e-9);
  return edges;
}

double MeanOver(const std::vector<double>& column, const std::vector<std::size_t>& rows) {
  double sum = 0;
  int n = 0;
  for (std::size_t i : rows) {
    if (std::isfinite(column[i])) sum += column[i], ++n;
  }
  return n > 0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
}

// Mean of the middle half: nearly as sharp as the mean, deaf to bursts.
double MiddleMean(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t cut = values.size() / 4;
  double sum = 0;
  for (std::size_t i = cut; i < values.size() - cut; ++i) sum += values[i];
  return sum / static_cast<double>(values.size() - 2 * cut);
}

// The covariate reduced the way the level was, so that both see the same moments.
double LikeTheLevel(LevelKind kind, const std::vector<double>& column, const std::vector<std::size_t>& rows) {
  std::vector<double> values;
  for (std::size_t i : rows) {
    if (std::isfinite(column[i])) values.push_back(column[i]);
  }
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (kind == LevelKind::kMedian) return Median(std::move(values));
  return kind == LevelKind::kMean ? MiddleMean(std::move(values)) : MeanOver(column, rows);
}

void AppendLevel(const Track& track, const Cut& cut, std::size_t begin, std::size_t end, double t, Levels& out) {
  const std::vector<double>& source = cut.kind == LevelKind::kFloor ? track.low : track.mid;
  std::vector<double> values(source.begin() + begin, source.begin() + end);
  std::vector<std::size_t> rows;
  double level = 0;
  if (cut.kind == LevelKind::kFloor) {
    const std::size_t rank = static_cast<std::size_t>(cut.quantile * static_cast<double>(values.size()));
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    level = values[rank];
    const double low = Quantile(values, 0.30);
    for (std::size_t i = begin; i < end; ++i) {
      if (source[i] <= low) rows.push_back(i);
    }
  } else {
    level = cut.kind == LevelKind::kMedian ? Median(values) : MiddleMean(values);
    for (std::size_t i = begin; i < end; ++i) rows.push_back(i);
  }
  out.t.push_back(t);
  out.y.push_back(level);
  out.segment.push_back(track.segment[begin]);
  out.born.push_back(track.born[begin]);
  out.load.push_back(MeanOver(track.load, rows));
  if (!track.covariate.empty()) out.covariate.push_back(LikeTheLevel(cut.kind, track.covariate, rows));
  for (std::size_t k = 0; k < track.operations.size(); ++k) {
    out.operations[k].push_back(MeanOver(track.operations[k], rows));
  }
}

Levels Reduce(const Track& track, const Cut& cut) {
  Levels out;
  out.kind = cut.kind;
  out.by_cycle = cut.by_cycle;
  out.operations.resize(track.operations.size());
  for (std::size_t begin = 0; begin < track.size();) {
    std::size_t end = begin;
    while (end < track.size() && track.segment[end] == track.segment[begin]) ++end;
    if (end - begin >= 4) {
      const std::vector<double> edges = cut.edges(begin, end);
      std::vector<std::size_t> at;
      for (double edge : edges) {
        at.push_back(std::lower_bound(track.t.begin() + begin, track.t.begin() + end, edge) - track.t.begin());
      }
      std::vector<double> sizes;
      for (std::size_t k = 1; k < at.size(); ++k) sizes.push_back(static_cast<double>(at[k] - at[k - 1]));
      const double enough = std::max(2.0, 0.25 * Median(sizes));
      for (std::size_t k = 1; k < at.size(); ++k) {
        if (static_cast<double>(at[k] - at[k - 1]) < enough) continue;
        AppendLevel(track, cut, at[k - 1], at[k], 0.5 * (edges[k - 1] + edges[k]), out);
      }
    }
    begin = end;
  }
  return out;
}

std::vector<Cut> Candidates(const Track& track, const std::vector<double>& collections, bool whole_numbers) {
  const double span = track.t.back() - track.t.front();
  const auto even = [&track](double width) {
    return [&track, width](std::size_t b, std::size_t e) { return EvenEdges(track.t[b], track.t[e - 1], width); };
  };
  const double n = static_cast<double>(track.size());
  const double cycles = static_cast<double>(collections.size());
  const bool collected = collections.size() >= 6;
  std::vector<Cut> cuts;
  for (int k : {14, 20, 28, 40}) {
    if (n / k < 3 || (collected && k > cycles / 1.6)) continue;
    cuts.push_back({LevelKind::kFloor, kFloorQuantile, even(span / k)});
    if (collected) continue;
    cuts.push_back({LevelKind::kMedian, 0.5, even(span / k)});
    if (!whole_numbers) cuts.push_back({LevelKind::kMean, 0.5, even(span / k)});
  }
  if (collected) {
    std::set<int> groups{std::max(1, static_cast<int>(std::ceil(cycles / 48))),
                         std::max(1, static_cast<int>(std::ceil(cycles / 24)))};
    for (int g : groups) {
      cuts.push_back({LevelKind::kFloor, g == 1 ? 0.0 : kFloorQuantile,
                      [&track, &collections, g](std::size_t b, std::size_t e) {
                        return CycleEdges(collections, g, track.t[b], track.t[e - 1]);
                      },
                      true});
    }
  }
  if (cuts.empty()) cuts.push_back({LevelKind::kFloor, kFloorQuantile, even(span / 10)});
  return cuts;
}

template <typename T>
void KeepRows(std::vector<T>& column, const std::vector<std::uint8_t>& keep) {
  if (column.empty()) return;
  std::size_t out = 0;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (keep[i]) column[out++] = column[i];
  }
  column.resize(out);
}

void KeepLevels(Levels& levels, const std::vector<std::uint8_t>& keep) {
  for (auto* column : {&levels.t, &levels.y, &levels.load, &levels.covariate, &levels.born}) KeepRows(*column, keep);
  KeepRows(levels.segment, keep);
  for (auto& operation : levels.operations) KeepRows(operation, keep);
}

Levels Smoothest(const Track& track, const std::vector<Cut>& cuts, bool use_load) {
  Levels chosen;
  double best = std::numeric_limits<double>::infinity();
  for (const Cut& cut : cuts) {
    Levels levels = Reduce(track, cut);
    if (levels.size() < 6) continue;
    const double error = Roughness(levels, use_load);
    if (error < best || chosen.size() == 0) {
      best = error;
      chosen = std::move(levels);
    }
  }
  return chosen;
}

}  // namespace

LevelChoice ChooseLevels(const Track& track, bool whole_numbers, bool use_load) {
  LevelChoice choice;
  if (track.size() < 8) return choice;
  std::vector<double> collections;
  if (!whole_numbers) {
    for (std::size_t i : FindCollections(track)) collections.push_back(0.5 * (track.t[i - 1] + track.t[i]));
  }
  choice.levels = Smoothest(track, Candidates(track, collections, whole_numbers), use_load);
  if (choice.levels.size() < 8 && !collections.empty()) {
    // Too few cycles to cut by: then they are no cycles to rely on.
    collections.clear();
    choice.levels = Smoothest(track, Candidates(track, collections, whole_numbers), use_load);
  }
  choice.levels.collections = static_cast<int>(collections.size());
  if (choice.levels.size() > 0 && choice.levels.kind != LevelKind::kFloor) {
    const double width = (track.t.back() - track.t.front()) / 14;
    choice.floors = Reduce(track, {LevelKind::kFloor, kFloorQuantile, [&track, width](std::size_t b, std::size_t e) {
                                     return EvenEdges(track.t[b], track.t[e - 1], width);
                                   }});
  }
  return choice;
}

void DropOutliers(Levels& levels, bool whole_numbers) {
  const int n = static_cast<int>(levels.size());
  std::vector<std::uint8_t> keep(n, 1);
  for (int i = 0; i < n && !whole_numbers; ++i) {
    std::vector<double> around;
    for (int j = std::max(0, i - 3); j < std::min(n, i + 4); ++j) {
      if (j != i && levels.segment[j] == levels.segment[i]) around.push_back(levels.y[j]);
    }
    if (around.size() < 4) continue;
    const double middle = Median(around);
    const double off = std::abs(levels.y[i] - middle);
    if (off > 6 * (RobustSpread(around) + 1e-9) && off > 0.02 * std::abs(middle)) keep[i] = 0;
  }
  KeepLevels(levels, keep);
  keep.assign(levels.size(), 1);
  for (std::size_t begin = 0; begin < levels.size();) {
    std::size_t end = begin;
    while (end < levels.size() && levels.segment[end] == levels.segment[begin]) ++end;
    if (end - begin < 3) std::fill(keep.begin() + begin, keep.begin() + end, 0);
    begin = end;
  }
  KeepLevels(levels, keep);
}

}  // namespace seep::analysis
