#include "coordinator/upkeep/reading_room.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace seep::coordinator {

ReadingRoom::ReadingRoom(std::string database_path) : path_(std::move(database_path)), thread_([this] { Run(); }) {}

ReadingRoom::~ReadingRoom() {
  closing_.store(true);
  {
    absl::MutexLock lock(&mutex_);
    waiting_.clear();
    // A single statement may run for long; between statements `closing` is heard.
    if (open_ != nullptr) open_->Interrupt();
  }
  thread_.join();
}

absl::Status ReadingRoom::Submit(Work work) {
  absl::MutexLock lock(&mutex_);
  if (waiting_.size() >= kMaxWaiting) {
    return absl::ResourceExhaustedError(absl::StrCat(kMaxWaiting, " checks, backups or the like wait already; try again later"));
  }
  waiting_.push_back(std::move(work));
  return absl::OkStatus();
}

void ReadingRoom::Run() {
  while (true) {
    Work work;
    {
      absl::MutexLock lock(&mutex_);
      const auto something = [this] {
        mutex_.AssertReaderHeld();
        return !waiting_.empty() || closing_.load();
      };
      // The destructor sets `closing` outside of the lock and then takes it.
      mutex_.Await(absl::Condition(&something));
      if (closing_.load()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    auto db = sqlite::Database::Open(path_, sqlite::Access::kReadOnly);
    if (!db.ok()) {
      work(db.status());
      continue;
    }
    {
      absl::MutexLock lock(&mutex_);
      open_ = db->get();
    }
    work(db->get());
    absl::MutexLock lock(&mutex_);
    open_ = nullptr;
  }
}

}  // namespace seep::coordinator
