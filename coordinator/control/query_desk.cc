#include "coordinator/control/query_desk.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace seep::coordinator {

void QueryDesk::Query(const v1::QueryRequest& request, Stream<v1::QueryResponse> stream) {
  if (running_.size() >= kMaxQueries) {
    return stream->Finish(absl::ResourceExhaustedError(absl::StrCat(kMaxQueries, " queries are running; try again")));
  }
  const std::uint64_t id = ++last_id_;
  storage::QueryLimits limits;
  if (request.max_rows() > 0) limits.max_rows = std::min(limits.max_rows, request.max_rows());
  auto process = storage::QueryProcess::Start(
      worker_binary_, database_path_, request.sql(), limits, loop_,
      [this, id](v1::QueryResponse response) {
        running_[id].waiting.push_back(std::move(response));
        Pump(id);
      },
      [this, id](absl::Status status) {
        running_[id].done = std::move(status);
        Pump(id);
      });
  if (!process.ok()) return stream->Finish(process.status());
  Running& running = running_[id];
  running.process = *std::move(process);
  running.stream = std::move(stream);
}

void QueryDesk::Pump(std::uint64_t id) {
  Running& running = running_[id];
  if (running.writing) return;
  if (!running.waiting.empty()) {
    running.writing = true;
    v1::QueryResponse response = std::move(running.waiting.front());
    running.waiting.pop_front();
    running.stream->Write(std::move(response), [this, id, alive = std::weak_ptr(alive_)](bool ok) {
      if (alive.expired() || !running_.contains(id)) return;
      running_[id].writing = false;
      if (!ok) {
        running_[id].stream->Finish(absl::CancelledError("the caller is gone"));
        running_.erase(id);  // kills the query
        return;
      }
      Pump(id);
    });
    return;
  }
  if (!running.done) return;
  running.stream->Finish(*running.done);
  // Not from inside of its own callback's stack frames.
  loop_.Post([this, id, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) running_.erase(id);
  });
  running.writing = true;  // nothing follows
}

}  // namespace seep::coordinator
