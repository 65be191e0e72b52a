// Imports: takes a file's messages as they come, one at a time, keeps them on
// disk until the last has come, then has them carried into the store, one file
// after the other.
//
// Threads: coordinator loop only; checking and the disk are the worker's.
// Owns:    the imports under way and their stages. Borrows the rest.
// Failure: the sender is told what is wrong; one that goes away before `end`
//          leaves nothing, after it the import goes on without it.
// Bound:   kMaxSenders at once; ImportCheck's and ImportStage's for each.
// Restart: Resume goes on with what was sealed, and fails the runs of which
//          nothing is left to go on with.
#ifndef SEEP_COORDINATOR_IMPORTS_IMPORT_DESK_H_
#define SEEP_COORDINATOR_IMPORTS_IMPORT_DESK_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/event_loop/event_loop.h"
#include "coordinator/imports/import_check.h"
#include "coordinator/imports/import_stage.h"
#include "coordinator/imports/import_writer.h"

namespace seep::coordinator {

// Who sends: the transport's side of one call.
class ImportPort {
 public:
  virtual ~ImportPort() = default;
  virtual void ReadOn() = 0;  // the message was taken; the next may come
  virtual void Finish(absl::StatusOr<v1::ImportRunsResponse> answer) = 0;  // last call
};

class ImportDesk {
 public:
  static constexpr std::size_t kMaxSenders = 2;

  ImportDesk(EventLoop& loop, EventLoop& worker, storage::Store& store, std::string directory, ImportWriter::Ports ports)
      : loop_(loop), worker_(worker), store_(store), directory_(std::move(directory)), ports_(std::move(ports)) {}
  ~ImportDesk();

  // One sender; the transport calls Take for each message and Closed once.
  class Sender;
  std::shared_ptr<Sender> Begin(std::shared_ptr<ImportPort> port);
  void Take(const std::shared_ptr<Sender>& sender, v1::ImportRunsRequest message);
  void Closed(const std::shared_ptr<Sender>& sender);  // nothing more comes

  // `open_runs`: imported ones that are not over.
  void Resume(std::vector<v1::Run> open_runs);
  // Senders are told to come back; what is sealed goes on at the next start.
  void End();

 private:
  struct Sealed {
    std::string path;
    std::shared_ptr<ImportPort> port;  // null: nobody waits
  };
  void OnTaken(const std::shared_ptr<Sender>& sender, const absl::Status& status, const std::string& sealed);
  void Drop(const std::shared_ptr<Sender>& sender, const absl::Status& why);
  void CarryNext();
  void FailLeftOvers();

  EventLoop& loop_;
  EventLoop& worker_;
  storage::Store& store_;
  const std::string directory_;
  const ImportWriter::Ports ports_;
  std::vector<std::shared_ptr<Sender>> senders_;
  std::deque<Sealed> sealed_;
  std::shared_ptr<ImportWriter> writer_;
  std::shared_ptr<ImportPort> waiting_;  // for what is being carried
  std::vector<v1::Run> left_over_;       // open when the coordinator began
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_IMPORTS_IMPORT_DESK_H_
