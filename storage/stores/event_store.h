// What happened to a run, in order.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
#ifndef SEEP_STORAGE_STORES_EVENT_STORE_H_
#define SEEP_STORAGE_STORES_EVENT_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class EventStore {
 public:
  explicit EventStore(sqlite::Database& db) : db_(db) {}

  // Sets the event's id. A message over 4,096 bytes is cut.
  absl::Status Append(RunNo run, v1::RunEvent& event);
  absl::StatusOr<std::vector<v1::RunEvent>> List(const std::string& run_id, std::uint64_t after_id,
                                                 std::uint32_t limit);

 private:
  sqlite::Database& db_;
};

// At most `bytes` of it, cut between characters.
std::string Shortened(const std::string& text, std::size_t bytes);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_EVENT_STORE_H_
