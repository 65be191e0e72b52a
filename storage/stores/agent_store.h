// Agents as they were last seen.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
#ifndef SEEP_STORAGE_STORES_AGENT_STORE_H_
#define SEEP_STORAGE_STORES_AGENT_STORE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seep/v1/run.pb.h"
#include "storage/sqlite/database.h"

namespace seep::storage {

class AgentStore {
 public:
  explicit AgentStore(sqlite::Database& db) : db_(db) {}

  absl::Status Save(const v1::AgentInfo& agent);  // replaces by name
  absl::StatusOr<std::vector<v1::AgentInfo>> List();  // by name; at most 10,000

 private:
  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_AGENT_STORE_H_
