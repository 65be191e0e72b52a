// One minute of one stream, gathered until the next minute begins, then written
// as plain rows (table sample_rollup) that any SQLite client can draw.
//
// What is gathered here is not on disk yet and need not be: `rolled_through` of
// the stream says where the rows end, and the rest is gathered again from the
// stored blocks. Every sample counts once, whatever is killed when.
//
// Threads: those of the database.
#ifndef SEEP_STORAGE_STORES_ROLLUP_H_
#define SEEP_STORAGE_STORES_ROLLUP_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "seep/v1/sample.pb.h"
#include "storage/stores/gauge_store.h"
#include "storage/stores/stream_store.h"

namespace seep::storage {

class Rollup {
 public:
  // Adds the sample; first writes the minute before it, if this begins another.
  absl::Status Add(sqlite::Database& db, const StreamRow& stream, const StreamGauges& gauges,
                   const v1::Sample& sample);
  // Writes what there is; more of the same minute may follow later.
  absl::Status Flush(sqlite::Database& db, const StreamRow& stream);
  // The last sample that a row of this object has; 0: it wrote none yet.
  std::uint64_t written_through() const { return written_through_; }

 private:
  struct Figures {
    std::int64_t gauge_no = 0;
    std::int64_t n = 0;
    double min = 0, max = 0, sum = 0, last = 0;
  };

  std::uint32_t generation_ = 0;
  std::int64_t minute_ = 0;
  std::uint64_t through_sequence_ = 0;  // 0: nothing gathered
  std::uint64_t written_through_ = 0;
  std::vector<Figures> by_id_;  // the stream's
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_ROLLUP_H_
