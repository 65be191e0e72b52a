#include "analysis/shapes/mixture.h"

#include <algorithm>
#include <cmath>

#include "analysis/trend/student_t.h"

namespace seep::analysis {
namespace {

constexpr int kChoir = 40;  // voices left after joining

}  // namespace

std::vector<Voice> Condensed(std::vector<Voice> voices) {
  if (voices.size() <= kChoir) return voices;
  std::stable_sort(voices.begin(), voices.end(), [](const Voice& a, const Voice& b) { return a.slope < b.slope; });
  double total = 0;
  for (const Voice& v : voices) total += v.weight;
  std::vector<Voice> out;
  double w = 0, mean = 0, square = 0, dof = 0;
  for (std::size_t i = 0; i < voices.size(); ++i) {
    const Voice& v = voices[i];
    w += v.weight;
    mean += v.weight * v.slope;
    square += v.weight * (v.slope * v.slope + v.sd * v.sd);
    dof += v.weight * v.dof;
    if (w < total / kChoir && i + 1 < voices.size()) continue;
    const double m = mean / w;
    out.push_back({w, m, std::sqrt(std::max(square / w - m * m, 1e-24)), dof / w});
    w = mean = square = dof = 0;
  }
  return out;
}

namespace {

double MixtureTail(const std::vector<Voice>& voices, double x) {
  double tail = 0;
  for (const Voice& v : voices) tail += v.weight * StudentTail((x - v.slope) / v.sd, v.dof);
  return tail;
}

// Where the tail falls to `wanted`, by bisection.
double WhereTailIs(const std::vector<Voice>& voices, double wanted) {
  double low = 1e300, high = -1e300;
  for (const Voice& v : voices) {
    low = std::min(low, v.slope - 12 * v.sd);
    high = std::max(high, v.slope + 12 * v.sd);
  }
  for (int i = 0; i < 28; ++i) {
    const double middle = 0.5 * (low + high);
    (MixtureTail(voices, middle) > wanted ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

double MixtureQuantile(const std::vector<Voice>& voices, double q) { return WhereTailIs(voices, 1 - q); }

double MixtureQuantileAbove(const std::vector<Voice>& voices, double floor, double q) {
  return std::max(floor, WhereTailIs(voices, (1 - q) * MixtureTail(voices, floor)));
}

}  // namespace seep::analysis
