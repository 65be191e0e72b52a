#include "analysis/trend/student_t.h"

#include <cmath>

namespace seep::analysis {

double StudentTail(double x, double dof) {
  const double z = (8 * dof + 1) / (8 * dof + 3) * std::sqrt(dof * std::log1p(x * x / dof));
  const double upper = 0.5 * std::erfc(z * 0.70710678118654752);
  return x >= 0 ? upper : 1 - upper;
}

double StudentQuantile(double p, double dof) {
  double low = 0, high = 1e6;
  for (int i = 0; i < 80; ++i) {
    const double middle = 0.5 * (low + high);
    (StudentTail(middle, dof) > p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace seep::analysis
