#include "analysis/trend/least_squares.h"

namespace seep::analysis {

Line LeastSquaresLine(std::uint64_t n, double sum_t, double sum_y, double sum_tt, double sum_ty, double sum_yy) {
  Line line;
  if (n < 2) return line;
  const double count = static_cast<double>(n);
  const double tt = sum_tt - sum_t * sum_t / count;
  const double ty = sum_ty - sum_t * sum_y / count;
  const double yy = sum_yy - sum_y * sum_y / count;
  if (tt <= 0) return line;
  line.per_minute = 60 * ty / tt;
  if (yy > 1e-9 * sum_yy && yy > 0) line.r_squared = ty * ty / (tt * yy);
  return line;
}

}  // namespace seep::analysis
