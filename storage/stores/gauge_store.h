// What is measured in a run. Each stream numbers its gauges as it likes; the
// run gives each name one number, so that two streams of a run can be read as one.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Failure: kInvalidArgument: a bad name, a number with a second name, too many.
//          kDataLoss from loading: a row is not what was written.
#ifndef SEEP_STORAGE_STORES_GAUGE_STORE_H_
#define SEEP_STORAGE_STORES_GAUGE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

// By the stream's number: an array, because each stored value looks its gauge up.
class StreamGauges {
 public:
  static constexpr std::uint32_t kMaxId = 4096;

  const StreamGauge* Find(std::uint32_t id) const {  // null: not defined
    return id < by_id_.size() && by_id_[id].gauge_no != 0 ? &by_id_[id] : nullptr;
  }
  void Set(std::uint32_t id, StreamGauge gauge) {  // id <= kMaxId
    if (id >= by_id_.size()) by_id_.resize(id + 1);
    by_id_[id] = std::move(gauge);
  }
  // The number by which the gauge is found here; nothing: not in the stream.
  std::optional<std::uint32_t> NumberOf(const std::string& name) const {
    for (std::size_t id = 0; id < by_id_.size(); ++id) {
      if (by_id_[id].gauge_no != 0 && by_id_[id].name == name) return static_cast<std::uint32_t>(id);
    }
    return std::nullopt;
  }
  // The same gauges, found by the run's numbers of them: as chunks have them.
  StreamGauges ByRunNumber() const {
    StreamGauges by_run;
    for (const StreamGauge& gauge : by_id_) {
      if (gauge.gauge_no != 0) by_run.Set(gauge.run_gauge_id, gauge);
    }
    return by_run;
  }

 private:
  std::vector<StreamGauge> by_id_;
};

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
