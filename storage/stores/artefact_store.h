// Files kept with runs: profiles and heap dumps.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Bounds:  kMaxArtefactBytes each, kMaxArtefactsPerRun and kMaxArtefactBytesPerRun
//          a run (kResourceExhausted beyond).
#ifndef SEEP_STORAGE_STORES_ARTEFACT_STORE_H_
#define SEEP_STORAGE_STORES_ARTEFACT_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class ArtefactStore {
 public:
  explicit ArtefactStore(sqlite::Database& db) : db_(db) {}

  // The same key again is no error and changes nothing.
  //   kPermissionDenied: the run is not this agent's.
  //   kAlreadyExists: another artefact of the run has the name.
  absl::Status Save(const std::string& agent, const v1::Artefact& artefact, const std::string& data);
  absl::StatusOr<std::vector<v1::Artefact>> List(const std::string& run_id);  // oldest first
  absl::StatusOr<ArtefactPiece> Read(const std::string& run_id, const std::string& name, std::uint32_t piece);

 private:
  absl::Status CheckRoom(RunNo run, std::size_t bytes);

  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_ARTEFACT_STORE_H_
