#include "coordinator/runs/run_journal.h"

#include <algorithm>

#include "coordinator/log/log.h"

namespace seep::coordinator {

void RunJournal::Write(storage::RunChange change, Stored stored) {
  const std::string run_id = change.run_id;
  Queue& queue = queues_[run_id];
  if (queue.waiting.size() >= kMaxWaiting) {
    const auto spare = std::find_if(queue.waiting.begin() + 1, queue.waiting.end(), [](const Waiting& waiting) {
      return !waiting.stored && !waiting.change.run && waiting.change.faults.empty();
    });
    if (spare != queue.waiting.end()) queue.waiting.erase(spare);
  }
  queue.waiting.push_back({std::move(change), std::move(stored)});
  Pump(run_id);
}

void RunJournal::Pump(const std::string& run_id) {
  const auto found = queues_.find(run_id);
  if (found == queues_.end() || found->second.in_flight) return;
  if (found->second.waiting.empty()) {
    queues_.erase(found);
    return;
  }
  found->second.in_flight = true;
  store_.ChangeRun(found->second.waiting.front().change,
                   [this, run_id, alive = std::weak_ptr(alive_)](absl::StatusOr<std::vector<v1::RunEvent>> changed) {
                     if (!alive.expired()) OnWritten(run_id, changed.status());
                   });
}

void RunJournal::OnWritten(const std::string& run_id, absl::Status status) {
  Queue& queue = queues_[run_id];
  queue.in_flight = false;
  const bool retry = absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
  if (retry) {
    LogWarn({{"run", run_id}, {"store", "refused"}, {"reason", std::string(status.message())}});
    loop_.RunAfter(absl::Seconds(1), [this, run_id, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) Pump(run_id);
    });
    return;
  }
  if (!status.ok()) LogError({{"run", run_id}, {"store", "failed"}, {"reason", status.ToString()}});
  Stored stored = std::move(queue.waiting.front().stored);
  queue.waiting.pop_front();
  Pump(run_id);
  if (status.ok() && stored) stored();
  if (status.ok()) Notify(run_id);
}

}  // namespace seep::coordinator
