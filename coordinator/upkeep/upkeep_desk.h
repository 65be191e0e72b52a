// What people ask of the store's upkeep (store.proto).
//
// Threads: coordinator loop only; long readings go to the reading room.
// Owns:    the reading room. Borrows the rest.
// Failure: as store.proto says.
#ifndef SEEP_COORDINATOR_UPKEEP_UPKEEP_DESK_H_
#define SEEP_COORDINATOR_UPKEEP_UPKEEP_DESK_H_

#include <memory>
#include <string>

#include "common/event_loop/event_loop.h"
#include "coordinator/control/answer.h"
#include "coordinator/upkeep/caretaker.h"
#include "coordinator/upkeep/reading_room.h"
#include "seep/v1/store.pb.h"
#include "storage/sqlite_store.h"

namespace seep::coordinator {

class UpkeepDesk {
 public:
  // Backups come from the network as plain names below `backup_directory`.
  UpkeepDesk(EventLoop& loop, storage::SqliteStore& store, Caretaker& caretaker, std::string backup_directory);

  void CheckStore(const v1::CheckStoreRequest& request, Stream<v1::CheckStoreResponse> stream);
  void BackUpStore(const v1::BackUpStoreRequest& request, Stream<v1::BackUpStoreResponse> stream);
  void CompactStore(const v1::CompactStoreRequest& request, Stream<v1::CompactStoreResponse> stream);
  void GetStoreStats(const v1::GetStoreStatsRequest& request, Answer<v1::GetStoreStatsResponse> answer);
  void ExpireStore(const v1::ExpireStoreRequest& request, Stream<v1::ExpireStoreResponse> stream);
  void PinRun(const v1::PinRunRequest& request, Answer<v1::PinRunResponse> answer);
  void RemoveRun(const v1::RemoveRunRequest& request, Stream<v1::RemoveRunResponse> stream);

 private:
  void FinishCompaction(bool rewrite, storage::StoreSpace before, MonotonicTime began, Stream<v1::CompactStoreResponse> stream);

  EventLoop& loop_;
  storage::SqliteStore& store_;
  Caretaker& caretaker_;
  const std::string backup_directory_;
  std::unique_ptr<ReadingRoom> room_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_UPKEEP_UPKEEP_DESK_H_
