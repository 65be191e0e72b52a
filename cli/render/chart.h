// One series over time as a picture of a few lines: range and level of each
// stretch, the trend, where the warm-up ended, where generations began.
//
// Bounded: at most 2 x kColumns stretches are kept, however long the recording.
#ifndef SEEP_CLI_RENDER_CHART_H_
#define SEEP_CLI_RENDER_CHART_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cli/console/console.h"
#include "seep/v1/verdict.pb.h"

namespace seep::cli {

class Chart {
 public:
  static constexpr std::size_t kColumns = 120;
  static constexpr int kRows = 8;

  void Add(double t_s, double value, int generation);  // not a number: left out

  // Empty where there is nothing to draw. Lines are at most style.columns wide
  // (80 where that is unknown).
  std::string Text(const v1::SeriesVerdict& series, const Style& style) const;

 private:
  struct Stretch {
    double t_sum = 0, sum = 0, low = 0, high = 0;
    std::uint64_t count = 0;
    bool begins_generation = false;
    double t() const { return t_sum / static_cast<double>(count); }
    double level() const { return sum / static_cast<double>(count); }
  };
  static void Join(Stretch& into, const Stretch& other);

  std::uint64_t size_ = 1;
  int generation_ = 0;
  double first_t_ = 0, last_t_ = 0;
  std::vector<Stretch> stretches_;

  friend class ChartDrawing;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_CHART_H_
