// The table `samples` of ad-hoc SQL: every value of every sample as a row,
// decoded from the stored blocks while it is scanned.
//
//   run TEXT, t_s REAL, wall_us INTEGER, generation INTEGER, phase TEXT,
//   agent TEXT, gauge TEXT, value REAL
//
// `run =`, `gauge =` and bounds on `t_s` are pushed down: with a run it reads that
// run's blocks only, with times the blocks that overlap, with a gauge it decodes
// that column of a chunk and no other. Without a run it reads everything: slow,
// and says so by its cost to the planner. Rows come run by run, block by block,
// within a block gauge by gauge: who wants them in order of time says so.
// A block that is damaged fails the statement, naming the run and the samples.
#ifndef SEEP_STORAGE_QUERIES_SAMPLES_TABLE_H_
#define SEEP_STORAGE_QUERIES_SAMPLES_TABLE_H_

#include <memory>

#include "storage/sqlite/database.h"
#include "storage/sqlite/scan_table.h"

namespace seep::storage {

// `source` is read and must outlive the connection that the table is registered
// on. Two connections, because the sandbox of the user's one would refuse the
// table's own reading.
std::shared_ptr<sqlite::ScanTable> MakeSamplesTable(sqlite::Database& source);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERIES_SAMPLES_TABLE_H_
