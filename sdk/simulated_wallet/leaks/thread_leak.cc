// Each connect starts threads that nothing ever stops.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <system_error>
#include <thread>

#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {
namespace {

class ThreadLeak : public Leak {
 public:
  explicit ThreadLeak(std::size_t count) : count_(count) {}
  void OnConnect() override {
    for (std::size_t i = 0; i < count_; ++i) LoseThread();
  }
  std::int64_t threads() const override { return threads_; }

 private:
  void LoseThread() try {
    std::thread lost([] {
      while (true) ::pause();
    });
    pthread_setname_np(lost.native_handle(), "leak-thread");
    lost.detach();
    ++threads_;
  } catch (const std::system_error&) {
    // None are left to lose. What fails next is what is wanted.
  }

  const std::size_t count_;
  std::atomic<std::int64_t> threads_ = 0;
};

}  // namespace

std::unique_ptr<Leak> MakeThreadLeak(std::size_t count) {
  return std::make_unique<ThreadLeak>(count);
}

}  // namespace seep::wallet
