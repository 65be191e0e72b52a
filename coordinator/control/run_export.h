// Sends all that is stored of a run, once and in the order that control.proto
// promises: a page is read when the one before was taken, so a run of any
// length costs one page of memory.
//
// Threads: coordinator loop only. Keeps itself alive until its stream ends.
// Failure: kNotFound when there is no such run; the store's errors.
// Bound:   pages of kPage samples, events or log lines; kMaxFaults faults; one
//          piece of one artefact.
#ifndef SEEP_COORDINATOR_CONTROL_RUN_EXPORT_H_
#define SEEP_COORDINATOR_CONTROL_RUN_EXPORT_H_

#include <memory>
#include <string>
#include <vector>

#include "coordinator/control/answer.h"
#include "seep/v1/control.pb.h"
#include "storage/store.h"

namespace seep::coordinator {

class RunExport : public std::enable_shared_from_this<RunExport> {
 public:
  static constexpr std::uint32_t kPage = 1000;
  static constexpr std::uint32_t kMaxFaults = 100'000;

  RunExport(storage::Store& store, v1::ExportSamplesRequest request, Stream<v1::ExportSamplesResponse> stream)
      : store_(store), request_(std::move(request)), stream_(std::move(stream)) {}
  void Start();

 private:
  using Step = void (RunExport::*)();

  void ReadCampaign();
  void ReadGaps();
  void ReadFaults();
  void ReadEvents();
  void ReadGenerations();
  void ReadSamples();
  void ReadLogs();
  void ListArtefacts();
  void ReadArtefact();
  // Writes what was gathered, then goes on with `next`; null: that was all.
  void Tell(Step next);
  bool Failed(const absl::Status& status);

  storage::Store& store_;
  const v1::ExportSamplesRequest request_;
  Stream<v1::ExportSamplesResponse> stream_;
  v1::ExportSamplesResponse response_;  // being gathered
  storage::SampleCursor cursor_;
  int told_gauges_ = 0;
  std::uint64_t last_event_ = 0, last_log_ = 0;
  std::vector<v1::Artefact> artefacts_;  // yet to be sent, last first
  std::uint32_t piece_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CONTROL_RUN_EXPORT_H_
