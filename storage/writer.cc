#include "storage/writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/transaction.h"

namespace seep::storage {
namespace {

// Somebody waits for the end of the process.
constexpr absl::Duration kLastCompaction = absl::Milliseconds(200);

}  // namespace

Writer::Writer(Stores& stores, EventLoop& loop, const StoreOptions& options)
    : stores_(stores), loop_(loop), options_(options),
      compactor_(stores.database, loop.clock(), options.compaction) {}

Writer::~Writer() { Stop(); }

absl::Status Writer::Start() {
  SEEP_RETURN_IF_ERROR(guard_.BeginStart().status());
  SEEP_RETURN_IF_ERROR(Annotate(compactor_.Begin(), "looking for samples to compact"));
  {
    absl::MutexLock lock(&mutex_);
    open_ = true;
  }
  if (!options_.inline_for_simulation) thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void Writer::Stop() {
  if (!guard_.BeginStop()) return;
  {
    absl::MutexLock lock(&mutex_);
    open_ = false;
  }
  if (thread_.joinable()) thread_.join();
  guard_.FinishStop();
}

bool Writer::Admit(const Work& work) {
  const std::size_t room = work.patient ? 1 : 2;
  return queue_.size() < options_.max_queued_writes * room &&
         stats_.queued_bytes + work.bytes <= options_.max_queued_bytes * room;
}

void Writer::Refuse(Work work, absl::Status why) {
  loop_.Post([finish = std::move(work.finish), why = std::move(why)]() mutable { finish(std::move(why)); });
}

void Writer::Submit(Work work) {
  absl::Status refusal;
  {
    absl::MutexLock lock(&mutex_);
    if (!open_) {
      refusal = absl::UnavailableError("the store is stopped");
    } else if (!Admit(work)) {
      ++stats_.refused;
      refusal = absl::ResourceExhaustedError(
          absl::StrCat("the store is behind: ", queue_.size(), " writes wait; send it again later"));
    } else if (!options_.inline_for_simulation) {
      stats_.queued_bytes += work.bytes;
      urgent_ += work.patient ? 0 : 1;
      if (queue_.empty()) oldest_ = loop_.clock().Now();
      queue_.push_back(std::move(work));
      return;
    }
  }
  if (!refusal.ok()) return Refuse(std::move(work), std::move(refusal));
  std::vector<Work> batch;
  batch.push_back(std::move(work));
  Commit(std::move(batch));
  Compact();
}

void Writer::Run() {
  std::vector<Work> batch;
  while (TakeBatch(batch)) {
    if (!batch.empty()) Commit(std::exchange(batch, {}));
    Compact();
  }
  // A short run's samples would else stay tails until the next start.
  compactor_.WorkAhead(kLastCompaction);
}

void Writer::Compact() {
  SampleStore::Ripe ripe = stores_.samples.TakeRipe();
  for (const StreamNo stream : ripe.full) compactor_.AddFull(stream);
  for (const StreamNo stream : ripe.ending) compactor_.AddEnding(stream);
  const Clock& clock = loop_.clock();
  const MonotonicTime began = clock.Now();
  if (compactor_.next() > began) return;
  const MonotonicTime end = began + std::exchange(last_commit_, absl::ZeroDuration());
  do compactor_.Work();
  while (compactor_.next() <= clock.Now() && clock.Now() < end && !InAHurry());
  rest_until_ = clock.Now() + (clock.Now() - began);
  absl::MutexLock lock(&mutex_);
  stats_.compaction = compactor_.stats();
}

bool Writer::InAHurry() const {
  absl::MutexLock lock(&mutex_);
  return urgent_ > 0 || !open_;
}

bool Writer::TakeBatch(std::vector<Work>& batch) {
  const absl::Duration until_compaction = std::max(compactor_.next(), rest_until_) - loop_.clock().Now();
  absl::MutexLock lock(&mutex_);
  const auto something = [this] {
    mutex_.AssertReaderHeld();
    return !queue_.empty() || !open_;
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&something), until_compaction)) return true;
  // Patient work only: give others the chance to share the fsync.
  const auto hurry = [this] {
    mutex_.AssertReaderHeld();
    return urgent_ > 0 || !open_ || queue_.size() >= options_.max_batch;
  };
  mutex_.AwaitWithTimeout(absl::Condition(&hurry), options_.commit_interval - (loop_.clock().Now() - oldest_));
  while (!queue_.empty() && batch.size() < options_.max_batch) {
    stats_.queued_bytes -= queue_.front().bytes;
    urgent_ -= queue_.front().patient ? 0 : 1;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  oldest_ = loop_.clock().Now();
  return !batch.empty();
}

absl::Status Writer::ApplyOne(Work& work) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Savepoint savepoint, sqlite::Savepoint::Begin(stores_.database));
  SEEP_RETURN_IF_ERROR(work.apply(stores_));
  return savepoint.Release();
}

absl::Status Writer::TryCommit(std::vector<Work>& batch, std::vector<absl::Status>& results) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Transaction transaction,
      sqlite::Transaction::Begin(stores_.database, sqlite::Transaction::Kind::kWrite));
  for (Work& work : batch) {
    results.push_back(ApplyOne(work));
    // A full disk ends the whole transaction, not only the work that met it.
    if (!stores_.database.in_transaction()) return results.back();
  }
  return transaction.Commit();
}

void Writer::Commit(std::vector<Work> batch) {
  const MonotonicTime began = loop_.clock().Now();
  std::vector<absl::Status> results;
  const absl::Status committed = TryCommit(batch, results);
  if (!committed.ok()) {
    stores_.samples.Forget();
    results.assign(batch.size(), Annotate(committed, "nothing was stored"));
  }
  {
    absl::MutexLock lock(&mutex_);
    ++(committed.ok() ? stats_.commits : stats_.failed_commits);
    stats_.failure = std::string(committed.message());
  }
  last_commit_ = loop_.clock().Now() - began;
  loop_.Post([batch = std::move(batch), results = std::move(results)]() mutable {
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i].finish(std::move(results[i]));
  });
}

void Writer::Count(std::uint64_t stored, std::uint64_t duplicates) {
  absl::MutexLock lock(&mutex_);
  stats_.samples_stored += stored;
  stats_.samples_duplicate += duplicates;
}

StoreStats Writer::stats() const {
  absl::MutexLock lock(&mutex_);
  StoreStats stats = stats_;
  stats.queued_writes = queue_.size();
  return stats;
}

}  // namespace seep::storage
