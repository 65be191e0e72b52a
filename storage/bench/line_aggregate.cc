#include "storage/bench/line_aggregate.h"

#include <sqlite3.h>

#include "common/status/check.h"

namespace seep::storage::bench {
namespace {

// Running means (Welford), as a sum of squares of 10^8 bytes would drown.
struct Line {
  double n, mean_x, mean_y, sum_xx, sum_xy;
};

void Step(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[1]) == SQLITE_NULL) return;
  auto* const line = static_cast<Line*>(sqlite3_aggregate_context(context, sizeof(Line)));
  if (line == nullptr) return sqlite3_result_error_nomem(context);
  const double dx = sqlite3_value_double(values[0]) - line->mean_x, y = sqlite3_value_double(values[1]);
  line->n += 1;
  line->mean_x += dx / line->n;
  line->mean_y += (y - line->mean_y) / line->n;
  line->sum_xx += dx * dx * (line->n - 1) / line->n;
  line->sum_xy += dx * (y - line->mean_y);
}

void Finish(sqlite3_context* context) {
  const auto* const line = static_cast<Line*>(sqlite3_aggregate_context(context, 0));
  if (line == nullptr || line->sum_xx <= 0) return sqlite3_result_null(context);
  sqlite3_result_double(context, line->sum_xy / line->sum_xx);
}

}  // namespace

void RegisterSlope(sqlite3* connection) {
  const int result = sqlite3_create_function_v2(connection, "slope", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                                nullptr, nullptr, Step, Finish, nullptr);
  SEEP_CHECK(result == SQLITE_OK) << result;
}

}  // namespace seep::storage::bench
