// The aggregates that queries have beside SQL's own:
//
//   regr_slope(y, x)  regr_intercept(y, x)  regr_r2(y, x)   least squares, as SQL:2003 has them
//   theil_sen(y, x)    the median of pairwise slopes: half the rows may lie about without moving it
//   percentile(y, p)   p from 0 to 100, between neighbours by proportion; median(y)
//   rate(counter, t)   increase by t's unit; a counter that falls has begun again at 0
//
// NULL where the rows do not determine it (no row, one x only, no time between).
//
// Failure: kInvalidArgument: p out of range or not the same in all rows of a
//          group. kResourceExhausted: a group has more rows than are kept.
#ifndef SEEP_STORAGE_QUERY_WORKER_STATISTICS_H_
#define SEEP_STORAGE_QUERY_WORKER_STATISTICS_H_

#include "absl/status/status.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

absl::Status RegisterStatistics(sqlite::Database& db);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERY_WORKER_STATISTICS_H_
