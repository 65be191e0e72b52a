#include "sdk/simulated_wallet/background_task.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "common/status/check.h"

namespace seep::wallet {

StopSignal::StopSignal() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void StopSignal::Raise() {
  {
    std::lock_guard lock(mutex_);
    raised_ = true;
  }
  changed_.notify_all();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t ignored = ::write(fd_.get(), &one, sizeof(one));
}

bool StopSignal::raised() const {
  std::lock_guard lock(mutex_);
  return raised_;
}

bool StopSignal::WaitFor(absl::Duration duration) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoNanoseconds(duration), [this] { return raised_; });
}

BackgroundTask::~BackgroundTask() { SEEP_CHECK(!thread_.joinable()) << "a task was not stopped"; }

void BackgroundTask::Start(const std::string& name, std::function<void(StopSignal&)> body) {
  SEEP_CHECK(!thread_.joinable()) << name << " runs already";
  thread_ = std::thread([this, body = std::move(body)] { body(signal_); });
  pthread_setname_np(thread_.native_handle(), name.c_str());
}

void BackgroundTask::Stop() {
  if (!thread_.joinable()) return;
  signal_.Raise();
  thread_.join();
}

}  // namespace seep::wallet
