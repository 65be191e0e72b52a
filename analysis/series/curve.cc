#include "analysis/series/curve.h"

#include <cmath>

namespace seep::analysis {
namespace {

struct Point {
  double weight = 0, t = 0, level = 0, operations = 0;
  int segment = 0;
};

std::vector<Point> Joined(const Track& track, std::size_t cells_a_point, int operation, bool within_segments) {
  std::vector<Point> points;
  std::size_t cells = cells_a_point;  // of the last point; full, so that the first cell begins one
  for (std::size_t i = 0; i < track.size(); ++i) {
    const bool other_life = within_segments && !points.empty() && points.back().segment != track.segment[i];
    if (cells == cells_a_point || other_life) {
      points.emplace_back().segment = track.segment[i];
      cells = 0;
    }
    ++cells;
    Point& point = points.back();
    point.weight += track.samples[i];
    point.t += track.samples[i] * track.t[i];
    point.level += track.samples[i] * track.mid[i];
    if (operation >= 0) point.operations += track.samples[i] * track.operations[operation][i];
  }
  return points;
}

}  // namespace

Curve CurveOf(const Track& track, double scale, int operation, std::string operation_name) {
  Curve curve;
  if (track.size() == 0) return curve;
  const std::size_t cells = (track.size() + kMaxCurvePoints - 1) / kMaxCurvePoints;
  std::vector<Point> points = Joined(track, cells, operation, true);
  // A run of hundreds of short lives: its lives cannot all have points of their own.
  if (points.size() > 2 * kMaxCurvePoints) points = Joined(track, cells, operation, false);
  for (const Point& point : points) {
    curve.t_s.push_back(point.t / point.weight);
    curve.level.push_back(point.level / point.weight * scale);
    curve.segment.push_back(point.segment);
    if (operation >= 0) curve.operations.push_back(point.operations / point.weight);
  }
  if (operation >= 0) curve.operation = std::move(operation_name);
  return curve;
}

}  // namespace seep::analysis
