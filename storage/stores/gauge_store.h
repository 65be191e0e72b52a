// What is measured in a run. Each stream numbers its gauges as it likes; the
// run gives each name one number, so that two streams of a run can be read as one.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Failure: kInvalidArgument: a bad name, a number with a second name, too many.
#ifndef SEEP_STORAGE_STORES_GAUGE_STORE_H_
#define SEEP_STORAGE_STORES_GAUGE_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seep/v1/sample.pb.h"
#include "storage/stores/ids.h"

namespace seep::storage {

struct StreamGauge {
  std::int64_t gauge_no = 0;  // in this database
  std::uint32_t run_gauge_id = 0;
  std::string name;
};
using StreamGauges = absl::flat_hash_map<std::uint32_t, StreamGauge>;  // by the stream's number

class GaugeStore {
 public:
  explicit GaugeStore(sqlite::Database& db) : db_(db) {}

  // Adds the definition to the stream, and to the run if no other stream of it
  // had the name; the first definition of a name stands.
  absl::Status Define(RunNo run, StreamNo stream, const v1::GaugeDefinition& definition,
                      StreamGauges& known);

  absl::StatusOr<StreamGauges> LoadOfStream(StreamNo stream);
  // Ids are the run's.
  absl::StatusOr<std::vector<v1::GaugeDefinition>> LoadOfRun(RunNo run);

 private:
  absl::StatusOr<StreamGauge> FindOrInsert(RunNo run, const v1::GaugeDefinition& definition);

  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_GAUGE_STORE_H_
