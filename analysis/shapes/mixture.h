// What many models together say about one figure: a weighted sum of Student
// distributions. Threads: pure functions. Failure: needs one voice at least.
#ifndef SEEP_ANALYSIS_SHAPES_MIXTURE_H_
#define SEEP_ANALYSIS_SHAPES_MIXTURE_H_

#include <vector>

namespace seep::analysis {

// One model's say about the slope.
struct Voice {
  double weight, slope, sd, dof;
};

// Thousands of voices say nearly the same: neighbours are joined, mean and
// variance kept, until a few dozen are left.
std::vector<Voice> Condensed(std::vector<Voice> voices);

// The value below which a share `q` of the whole lies; weights must sum to one.
double MixtureQuantile(const std::vector<Voice>& voices, double q);

// The same of the part of the whole that lies above `floor`.
double MixtureQuantileAbove(const std::vector<Voice>& voices, double floor, double q);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_SHAPES_MIXTURE_H_
