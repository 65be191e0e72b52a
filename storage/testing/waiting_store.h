// A SQLite store on a loop of its own thread, whose calls are waited for.
//
//   WaitingStore store(directory);
//   auto run = store.Wait<v1::Run>([&](Store& s, auto got) { s.GetRun("r-0001", std::move(got)); });
//
// Threads: those of the test; waits on conditions with a deadline of 30 s.
#ifndef SEEP_STORAGE_TESTING_WAITING_STORE_H_
#define SEEP_STORAGE_TESTING_WAITING_STORE_H_

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "common/event_loop/epoll_event_loop.h"
#include "common/os/system_clock.h"
#include "storage/sqlite_store.h"

namespace seep::storage::testing {

class WaitingStore {
 public:
  WaitingStore();
  ~WaitingStore();

  absl::Status Open(const StoreOptions& options);  // and Start; once
  void Close();

  template <typename T, typename Call>
  absl::StatusOr<T> Wait(Call call) {
    auto shared = std::make_shared<Answer<absl::StatusOr<T>>>(absl::DeadlineExceededError("no answer"));
    loop_.Post([this, shared, call = std::move(call)]() mutable {
      call(*store_, Callback<T>([shared](absl::StatusOr<T> got) { shared->Set(std::move(got)); }));
    });
    return shared->Get();
  }
  template <typename Call>
  absl::Status WaitStatus(Call call) {
    auto shared = std::make_shared<Answer<absl::Status>>(absl::DeadlineExceededError("no answer"));
    loop_.Post([this, shared, call = std::move(call)]() mutable {
      call(*store_, Done([shared](absl::Status got) { shared->Set(std::move(got)); }));
    });
    return shared->Get();
  }

  absl::StatusOr<AppendOutcome> Append(v1::SampleBatch batch);
  // A campaign of `runs` queued runs; returns the ids.
  absl::StatusOr<StoredCampaign> CreateRuns(int runs, const std::string& name = "soak");
  absl::StatusOr<v1::Run> GetRun(const std::string& run_id);
  absl::StatusOr<std::vector<v1::RunEvent>> SetState(const std::string& run_id, v1::RunState state);

  SqliteStore& store() { return *store_; }
  EpollEventLoop& loop() { return loop_; }

 private:
  template <typename T>
  class Answer {
   public:
    explicit Answer(T none) : value_(std::move(none)) {}
    void Set(T value) {
      value_ = std::move(value);
      set_.Notify();
    }
    T Get() {
      if (!set_.WaitForNotificationWithTimeout(absl::Seconds(30))) {
        return absl::DeadlineExceededError("no answer within 30 s");
      }
      return std::move(value_);
    }

   private:
    T value_;
    absl::Notification set_;
  };

  SystemClock clock_;
  EpollEventLoop loop_{clock_};
  std::unique_ptr<SqliteStore> store_;
  std::thread thread_;
};

}  // namespace seep::storage::testing

#endif  // SEEP_STORAGE_TESTING_WAITING_STORE_H_
