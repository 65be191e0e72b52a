// A thread for readings of the store that take long (checks, backups, figures),
// one after the other, each on a connection of its own, so that the store's own
// reader and writer never wait for them.
//
// Threads: construct, Submit and destroy on the loop's; `work` runs on its own.
// Owns:    the thread. Destroying it interrupts what runs and drops what waits.
// Bound:   kMaxWaiting; one more is refused with kResourceExhausted.
#ifndef SEEP_COORDINATOR_UPKEEP_READING_ROOM_H_
#define SEEP_COORDINATOR_UPKEEP_READING_ROOM_H_

#include <atomic>
#include <deque>
#include <string>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "storage/sqlite/database.h"

namespace seep::coordinator {

class ReadingRoom {
 public:
  static constexpr std::size_t kMaxWaiting = 8;
  // Gets the connection, or why there is none; always called once, but when the
  // room is closed.
  using Work = absl::AnyInvocable<void(absl::StatusOr<sqlite::Database*>)>;

  explicit ReadingRoom(std::string database_path);
  ~ReadingRoom();

  absl::Status Submit(Work work);
  bool closing() const { return closing_.load(); }  // work under way should end

 private:
  void Run();

  const std::string path_;
  std::atomic<bool> closing_{false};
  absl::Mutex mutex_;
  std::deque<Work> waiting_ ABSL_GUARDED_BY(mutex_);
  sqlite::Database* open_ ABSL_GUARDED_BY(mutex_) = nullptr;  // of the work under way
  std::thread thread_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_UPKEEP_READING_ROOM_H_
