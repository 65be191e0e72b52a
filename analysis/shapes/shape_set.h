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
  kManyPools,      // several pools of different sizes filling at once
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

// Where a shape lies in its family, and how far its neighbours are: between
// grid points a shape of high amplitude fits badly, and growth would fill in.
struct ShapePlace {
  double time = 0, time_step = 0;      // full at, begins at, periods in the run
  double log_tau = 0, log_tau_step = 0;
};

struct NuisanceShape {
  Nuisance kind = Nuisance::kNone;
  ShapePlace place;
  std::vector<Column> columns;  // none, one, sine and cosine, or three pools
  double tail_per_minute = 0;   // slope that coefficient 1 still has at the end (unsettled warm-up)
  double settles_at_s = 0;      // when 95 % of it is over
  double share = 1;             // of its kind's prior, before normalising
};

struct GrowthShape {
  Growth kind = Growth::kNone;
  int operation = -1;
  Column column;
  double per_minute = 0;      // slope of coefficient 1 over the last quarter
  double end_per_minute = 0;  // and at the very end
  double per_operation = 0;   // what coefficient 1 means for one operation
  double begins_at_s = 0;
};

struct ShapeSet {
  std::vector<NuisanceShape> nuisances;  // [0] is kNone
  std::vector<GrowthShape> growths;      // [0] is kNone
};

// `operations`: indices into levels.operations worth a term of their own.
ShapeSet BuildShapes(const Levels& levels, const std::vector<int>& operations);

// The shapes half a step around this one; empty for kinds without a place.
std::vector<NuisanceShape> Neighbours(const Levels& levels, const NuisanceShape& shape);

// Cumulative count since each segment's first level: what a generation itself did.
Column OperationsWithinSegments(const Levels& levels, int operation);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_SHAPES_SHAPE_SET_H_
