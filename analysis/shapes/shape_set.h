// The shapes that levels may follow: what healthy programs do (nuisances), and
// what leaks do (growths). A model is at most two nuisances and one growth.
#ifndef SEEP_ANALYSIS_SHAPES_SHAPE_SET_H_
#define SEEP_ANALYSIS_SHAPES_SHAPE_SET_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/changepoint/levels.h"

namespace seep::analysis {

enum class Nuisance : std::uint8_t {
  kNone,
  kWarmUp,         // saturating exponential since the generation began
  kSlowWarmUp,     // the same, not settled within the run
  kRampToFlat,     // a cache that fills at a steady pace, then is full
  kStep,           // one jump
  kLateWarmUp,     // a second warm-up that begins later
  kWave,           // sine of two periods or more
  kSlowWave,       // sine of fewer: easily taken for growth
};
std::string_view NuisanceName(Nuisance kind);

enum class Growth : std::uint8_t { kNone, kLine, kOnset, kOperation, kQuadratic, kRoot, kLogarithm };
std::string_view GrowthName(Growth kind);

using Column = std::vector<double>;

struct NuisanceShape {
  Nuisance kind = Nuisance::kNone;
  std::vector<Column> columns;  // none, one, or sine and cosine
  double tail_per_minute = 0;   // slope that coefficient 1 still has at the end (unsettled warm-up)
  double settles_at_s = 0;      // when 95 % of it is over
};

struct GrowthShape {
  Growth kind = Growth::kNone;
  int operation = -1;
  Column column;
  double per_minute = 0;  // late slope of coefficient 1
  double begins_at_s = 0;
};

struct ShapeSet {
  std::vector<NuisanceShape> nuisances;  // [0] is kNone
  std::vector<GrowthShape> growths;      // [0] is kNone
};

// `operations`: indices into levels.operations worth a term of their own.
ShapeSet BuildShapes(const Levels& levels, const std::vector<int>& operations);

// Cumulative count since each segment's first level: what a generation itself did.
Column OperationsWithinSegments(const Levels& levels, int operation);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_SHAPES_SHAPE_SET_H_
