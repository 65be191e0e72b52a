// The peer: a sample as a row of as many columns as there are gauges, in SQLite
// (WAL, synchronous=FULL), clustered by run and time so that a run's rows lie
// together.
//
// Threads: one at a time.
// Owns:    its connection. Ends the process when SQLite fails: it is a benchmark.
#ifndef SEEP_STORAGE_BENCH_WIDE_ROWS_H_
#define SEEP_STORAGE_BENCH_WIDE_ROWS_H_

#include <cstdint>
#include <string>

#include "storage/bench/run_line.h"
#include "storage/chunks/testing/soak_figures.h"

struct sqlite3;
struct sqlite3_stmt;

namespace seep::storage::bench {

class WideRows {
 public:
  explicit WideRows(const std::string& path);
  ~WideRows();
  WideRows(const WideRows&) = delete;
  WideRows& operator=(const WideRows&) = delete;

  void Begin();
  void Add(int run, const testing::SoakFigures& figures);
  void Commit();

  // Bytes a row, each row as tightly packed as SQLite can (VACUUM).
  double PackedBytesPerRow();
  // One query a run; min, max and slope are native functions.
  RunLines Ask(int runs);

 private:
  void Execute(const std::string& sql);
  sqlite3_stmt* Prepare(const std::string& sql);

  const std::string path_;
  sqlite3* connection_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::uint64_t rows_ = 0;
};

}  // namespace seep::storage::bench

#endif  // SEEP_STORAGE_BENCH_WIDE_ROWS_H_
