#include "storage/reader.h"

#include <utility>

#include "common/status/status_macros.h"
#include "storage/sqlite/transaction.h"

namespace seep::storage {

Reader::Reader(sqlite::Database& db, EventLoop& loop, const StoreOptions& options)
    : db_(db), loop_(loop), options_(options) {}

Reader::~Reader() { Stop(); }

absl::Status Reader::Start() {
  SEEP_RETURN_IF_ERROR(guard_.BeginStart().status());
  {
    absl::MutexLock lock(&mutex_);
    open_ = true;
  }
  if (!options_.inline_for_simulation) thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void Reader::Stop() {
  if (!guard_.BeginStop()) return;
  {
    absl::MutexLock lock(&mutex_);
    open_ = false;
  }
  if (thread_.joinable()) thread_.join();
  guard_.FinishStop();
}

void Reader::Submit(Query query) {
  absl::Status refusal;
  {
    absl::MutexLock lock(&mutex_);
    if (!open_) {
      refusal = absl::UnavailableError("the store is stopped");
    } else if (queue_.size() >= options_.max_queued_reads) {
      refusal = absl::ResourceExhaustedError("the store is behind with its queries; ask again later");
    } else if (!options_.inline_for_simulation) {
      queue_.push_back(std::move(query));
      return;
    }
  }
  if (!refusal.ok()) return loop_.Post(query(std::move(refusal)));
  Carry(std::move(query));
}

void Reader::Run() {
  while (true) {
    Query query;
    {
      absl::MutexLock lock(&mutex_);
      const auto something = [this] {
        mutex_.AssertReaderHeld();
        return !queue_.empty() || !open_;
      };
      mutex_.Await(absl::Condition(&something));
      if (queue_.empty()) return;
      query = std::move(queue_.front());
      queue_.pop_front();
    }
    Carry(std::move(query));
  }
}

void Reader::Carry(Query query) {
  auto transaction = sqlite::Transaction::Begin(db_, sqlite::Transaction::Kind::kRead);
  loop_.Post(query(transaction.status()));
}

}  // namespace seep::storage
