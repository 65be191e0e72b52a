// What the control desk answers about the log and the artefacts of a run.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/control/control_desk.h"

namespace seep::coordinator {
namespace {

constexpr std::uint32_t kLogPage = 1000;

// Hands on an artefact at its caller's pace, a piece at a time.
class ArtefactExport : public std::enable_shared_from_this<ArtefactExport> {
 public:
  ArtefactExport(storage::Store& store, v1::FetchArtefactRequest request, Stream<v1::FetchArtefactResponse> stream)
      : store_(store), request_(std::move(request)), stream_(std::move(stream)) {}

  void ReadOn() {
    store_.ReadArtefact(request_.run_id(), request_.name(), piece_,
                        [self = shared_from_this()](absl::StatusOr<storage::ArtefactPiece> piece) { self->Send(std::move(piece)); });
  }

 private:
  void Send(absl::StatusOr<storage::ArtefactPiece> piece) {
    if (!piece.ok()) return stream_->Finish(piece.status());
    v1::FetchArtefactResponse response;
    if (piece_++ == 0) *response.mutable_artefact() = std::move(piece->artefact);
    response.set_data(std::move(piece->data));
    stream_->Write(std::move(response), [self = shared_from_this(), last = piece->last](bool ok) {
      if (!ok) return self->stream_->Finish(absl::CancelledError("the caller is gone"));
      if (last) return self->stream_->Finish(absl::OkStatus());
      self->ReadOn();
    });
  }

  storage::Store& store_;
  const v1::FetchArtefactRequest request_;
  Stream<v1::FetchArtefactResponse> stream_;
  std::uint32_t piece_ = 0;
};

}  // namespace

void ControlDesk::ListLogs(const v1::ListLogsRequest& request, Answer<v1::ListLogsResponse> answer) {
  const std::uint32_t limit = std::min(request.limit() == 0 ? kLogPage : request.limit(), kLogPage);
  store_.ListLogs(request.run_id(), request.after_id(), limit,
                  [limit, answer = std::move(answer)](absl::StatusOr<std::vector<storage::StoredLog>> logs) mutable {
                    if (!logs.ok()) return answer(logs.status());
                    v1::ListLogsResponse response;
                    for (storage::StoredLog& log : *logs) {
                      auto& line = *response.add_lines();
                      line.set_id(log.id);
                      line.set_wall_us(log.line.wall_us());
                      line.set_source(std::move(*log.line.mutable_source()));
                      line.set_text(std::move(*log.line.mutable_text()));
                    }
                    if (logs->size() == limit) response.set_next_after_id(logs->back().id);
                    answer(std::move(response));
                  });
}

void ControlDesk::ListArtefacts(const v1::ListArtefactsRequest& request, Answer<v1::ListArtefactsResponse> answer) {
  store_.ListArtefacts(request.run_id(), [answer = std::move(answer)](absl::StatusOr<std::vector<v1::Artefact>> listed) mutable {
    if (!listed.ok()) return answer(listed.status());
    v1::ListArtefactsResponse response;
    for (v1::Artefact& artefact : *listed) *response.add_artefacts() = std::move(artefact);
    answer(std::move(response));
  });
}

void ControlDesk::FetchArtefact(const v1::FetchArtefactRequest& request, Stream<v1::FetchArtefactResponse> stream) {
  std::make_shared<ArtefactExport>(store_, request, std::move(stream))->ReadOn();
}

void ControlDesk::ProfileRun(const v1::ProfileRunRequest& request, Answer<v1::ProfileRunResponse> answer) {
  store_.GetRun(request.run_id(), [this, answer = std::move(answer)](absl::StatusOr<v1::Run> run) mutable {
    if (!run.ok()) return answer(run.status());
    if (const absl::Status asked = runs_.AskProfiles(run->run_id(), "asked-for"); !asked.ok()) return answer(asked);
    v1::ProfileRunResponse response;
    *response.mutable_run() = *std::move(run);
    answer(std::move(response));
  });
}

}  // namespace seep::coordinator
