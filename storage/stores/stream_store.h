// How far each stream is stored, and where it has holes.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Failure: kNotFound for an unknown run.
#ifndef SEEP_STORAGE_STORES_STREAM_STORE_H_
#define SEEP_STORAGE_STORES_STREAM_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/stores/ids.h"

namespace seep::storage {

struct StreamRow {
  StreamNo number{};
  RunNo run{};
  std::uint64_t next_sequence = 1;  // all before it is stored or in a gap
  std::uint64_t rolled_through = 0;
};

class StreamStore {
 public:
  explicit StreamStore(sqlite::Database& db) : db_(db) {}

  absl::StatusOr<StreamRow> FindOrCreate(const v1::StreamKey& key);
  absl::StatusOr<std::vector<StreamRow>> ListOfRun(RunNo run);

  // `stored` samples were appended before `next_sequence`.
  absl::Status Advance(StreamNo stream, std::uint64_t next_sequence, std::uint64_t stored);
  // A gap row for [from, to]; the stream goes on after it.
  absl::Status AddGap(StreamNo stream, std::uint64_t from, std::uint64_t to, const std::string& reason,
                      std::int64_t wall_us);
  absl::Status SetRolledThrough(StreamNo stream, std::uint64_t sequence);

  absl::StatusOr<std::vector<v1::Ack>> AcksOfRun(const std::string& run_id);
  absl::StatusOr<std::vector<v1::Ack>> AcksOfAgent(const std::string& agent);  // of open runs
  absl::StatusOr<std::vector<Gap>> Gaps(const std::string& run_id);

 private:
  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_STREAM_STORE_H_
