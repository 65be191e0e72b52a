// Background tasks that outlive disconnect, and with them all of the wallet
// that they hold.
#include <pthread.h>
#include <time.h>

#include <atomic>
#include <system_error>
#include <thread>

#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class TaskLeak : public Leak {
 public:
  explicit TaskLeak(std::size_t count) : count_(count) {}
  void OnDisconnect(const std::shared_ptr<const void>& wallet) override {
    for (std::size_t i = 0; i < count_; ++i) ForgetTask(wallet);
  }
  std::int64_t threads() const override { return threads_; }

 private:
  void ForgetTask(const std::shared_ptr<const void>& wallet) try {
    std::thread forgotten([wallet] {
      const timespec second{1, 0};
      while (wallet) ::nanosleep(&second, nullptr);  // still "syncing"
    });
    pthread_setname_np(forgotten.native_handle(), "leak-task");
    forgotten.detach();
    ++threads_;
  } catch (const std::system_error&) {
    // No thread is left to forget.
  }

  const std::size_t count_;
  std::atomic<std::int64_t> threads_ = 0;
};

}  // namespace

std::unique_ptr<Leak> MakeTaskLeak(std::size_t count) { return std::make_unique<TaskLeak>(count); }

}  // namespace seep::wallet
