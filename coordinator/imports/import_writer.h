// Carries a sealed stage into the store: makes the campaign, appends each run's
// samples by the ordinary path, has it judged, and finishes it.
//
// Resuming after a kill is the same call again: the idempotency key finds the
// campaign, sequences tell what is stored, and runs that are finished are
// passed over.
//
// Threads: coordinator loop only; the stage is read on `worker`. Keeps itself
//          alive until `done`, unless it is told to stop.
// Failure: what is short (queue, disk) is tried again each second. What the
//          store refuses ends the import; its runs are FAILED with the reason.
// Bound:   kWindow messages of samples at a time.
#ifndef SEEP_COORDINATOR_IMPORTS_IMPORT_WRITER_H_
#define SEEP_COORDINATOR_IMPORTS_IMPORT_WRITER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/event_loop/event_loop.h"
#include "coordinator/control/answer.h"
#include "coordinator/imports/import_stage.h"
#include "seep/v1/control.pb.h"
#include "storage/store.h"

namespace seep::coordinator {

inline constexpr char kImportAgent[] = "import";

class ImportWriter : public std::enable_shared_from_this<ImportWriter> {
 public:
  static constexpr std::size_t kWindow = 8;

  struct Ports {
    std::function<void(const v1::Run& run, absl::AnyInvocable<void(absl::StatusOr<v1::RunVerdict>)> judged)> judge;
    std::function<void(const std::string& run_id)> changed;
  };
  ImportWriter(EventLoop& loop, EventLoop& worker, storage::Store& store, const Ports& ports, std::string stage)
      : loop_(loop), worker_(worker), store_(store), ports_(ports), stage_(std::move(stage)) {}

  void Start(Answer<v1::ImportRunsResponse> done);
  // Nothing more is called; the stage stays for the next start.
  void Stop() { stopped_ = true; }

 private:
  struct Outline {  // all but the samples and what belongs to them
    v1::ImportHeader header;
    v1::ImportEnd end;
    std::vector<v1::Run> runs;
    std::vector<v1::Campaign> campaigns;  // of a copy, one a run
  };
  struct Present {  // the run at hand
    v1::Run run;
    bool over = false;  // was finished before a kill
    std::vector<v1::RunEvent> events;
    v1::Artefact artefact;
    std::string artefact_data;
    std::string first_block, last_block;  // encoded
    std::uint64_t samples = 0;
  };

  // Whether the same call may succeed later: the queue or the disk was full.
  static bool IsTemporary(const absl::Status& status);

  static absl::StatusOr<Outline> ReadOutline(const std::string& stage);
  void OnOutline(absl::StatusOr<Outline> outline);
  void Create(std::size_t first);
  void OnCreated(std::size_t first, std::size_t next, absl::StatusOr<storage::StoredCampaign> stored);
  v1::Run NewRun(const v1::Run& told) const;
  bool CameToNothing(const storage::StoredCampaign& stored) const;

  void ReadOn();
  void Carry();
  void CarryBatches();
  void OnBatches(std::size_t count);
  void CarryMessage(v1::ImportRunsRequest message);
  void CarryNotes(v1::ImportRunsRequest message);
  void CarryLogs(v1::ImportRunsRequest message);
  void CarryArtefact(v1::ImportRunsRequest message);
  void NextRun();
  void FinishRun(std::function<void()> then);
  void StoreEnd(v1::RunVerdict verdict, std::function<void()> then);
  void DateRun();
  void Change(storage::RunChange change, std::function<void()> then);
  void OrAgain(const absl::Status& status, std::function<void()> then, std::function<void()> again);
  void Fail(const absl::Status& status);
  void FailNext(std::size_t index, absl::Status status);
  void Done();
  void Answered(absl::StatusOr<v1::ImportRunsResponse> answer);

  EventLoop& loop_;
  EventLoop& worker_;
  storage::Store& store_;
  const Ports& ports_;
  const std::string stage_;
  Answer<v1::ImportRunsResponse> done_;
  bool stopped_ = false;

  Outline outline_;
  std::string key_suffix_;         // when the key's campaign came to nothing
  std::vector<v1::Run> runs_;      // as stored
  v1::ImportRunsResponse response_;
  std::shared_ptr<StageReader> reader_;
  std::vector<v1::ImportRunsRequest> read_;  // of the window, from `carried_`
  std::size_t carried_ = 0;
  bool stage_read_ = false;
  std::size_t index_ = 0;          // of the run after the present one
  std::optional<Present> present_;
  std::vector<absl::Status> outcomes_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_IMPORTS_IMPORT_WRITER_H_
