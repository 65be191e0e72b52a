// Brings agents and open runs back from the store, page by page.
//
// Threads: coordinator loop only. Keeps itself alive until `done`.
#ifndef SEEP_COORDINATOR_RESTORER_H_
#define SEEP_COORDINATOR_RESTORER_H_

#include <memory>
#include <string>
#include <vector>

#include "coordinator/fleet/fleet.h"
#include "coordinator/runs/run_book.h"
#include "storage/store.h"

namespace seep::coordinator {

class Restorer : public std::enable_shared_from_this<Restorer> {
 public:
  Restorer(storage::Store& store, Fleet& fleet, RunBook& runs) : store_(store), fleet_(fleet), runs_(runs) {}
  void Restore(storage::Done done);
  // Open runs that no agent will ever come for: they are being imported.
  std::vector<v1::Run> TakeImported() { return std::move(imported_); }

 private:
  void ReadRuns(std::string before_id);
  void RestoreNext();

  storage::Store& store_;
  Fleet& fleet_;
  RunBook& runs_;
  storage::Done done_;
  std::vector<v1::Run> open_;  // newest first; restored from the back
  std::vector<v1::Run> imported_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RESTORER_H_
