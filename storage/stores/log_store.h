// Lines that targets and agents wrote, as many of the newest as the limit of
// their source (a run, or an agent) holds.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Bounds:  `max_bytes` a source; a line is cut at 4,096 bytes; a batch may hold
//          10,000 lines (kInvalidArgument beyond).
#ifndef SEEP_STORAGE_STORES_LOG_STORE_H_
#define SEEP_STORAGE_STORES_LOG_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class LogStore {
 public:
  LogStore(sqlite::Database& db, std::size_t max_bytes) : db_(db), max_bytes_(max_bytes) {}

  absl::Status Append(const std::string& agent, const v1::LogBatch& logs, std::int64_t wall_us);
  absl::StatusOr<std::vector<StoredLog>> List(const std::string& run_id, std::uint64_t after_id,
                                              std::uint32_t limit);

 private:
  absl::StatusOr<std::int64_t> FindOrCreateSource(const std::string& agent, const std::string& run_id);
  absl::Status Insert(std::int64_t source, const std::string& agent, std::int64_t wall_us,
                      const std::string& origin, const std::string& text);
  absl::Status Evict(std::int64_t source, std::size_t added_bytes);

  sqlite::Database& db_;
  const std::size_t max_bytes_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_LOG_STORE_H_
