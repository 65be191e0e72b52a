// The median of all pairwise slopes: what half the points may lie about without moving.
#ifndef SEEP_ANALYSIS_TREND_THEIL_SEN_H_
#define SEEP_ANALYSIS_TREND_THEIL_SEN_H_

#include <vector>

namespace seep::analysis {

// Per minute; pairs only within a segment, so a restart is no slope. At most
// kMaxTheilSenPoints points are used (evenly thinned): pairs grow as the square.
inline constexpr int kMaxTheilSenPoints = 256;
double TheilSenSlope(const std::vector<double>& t_s, const std::vector<double>& y,
                     const std::vector<int>& segment);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_TREND_THEIL_SEN_H_
