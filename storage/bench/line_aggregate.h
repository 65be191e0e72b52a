// slope(x, y): the least-squares slope as a native aggregate of SQLite, so that
// the peer computes what we do as fast as SQLite can.
//
// Threads: those of the connection.
#ifndef SEEP_STORAGE_BENCH_LINE_AGGREGATE_H_
#define SEEP_STORAGE_BENCH_LINE_AGGREGATE_H_

struct sqlite3;

namespace seep::storage::bench {

void RegisterSlope(sqlite3* connection);

}  // namespace seep::storage::bench

#endif  // SEEP_STORAGE_BENCH_LINE_AGGREGATE_H_
