#include "common/event_loop/epoll_event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/status/check.h"

namespace seep {
namespace {
constexpr int kMaxEvents = 64;
// Timers are looked at once per this many events and posts, so that a flood of
// either cannot starve them.
constexpr int kMaxTasksPerTurn = 256;
}  // namespace

EpollEventLoop::EpollEventLoop(const Clock& clock)
    : clock_(clock), epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  SEEP_CHECK(epoll_.valid() && wake_.valid()) << "errno " << errno;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_.get();
  SEEP_CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0);
}

EpollEventLoop::~EpollEventLoop() = default;

void EpollEventLoop::Wake() {
  if (OnLoop()) return;  // it looks at what was posted before it waits
  const std::uint64_t one = 1;
  // EAGAIN means that a wake-up is already pending, which is all we want.
  [[maybe_unused]] ssize_t written = write(wake_.get(), &one, sizeof one);
}

void EpollEventLoop::Post(Task task) {
  {
    absl::MutexLock lock(&mutex_);
    if (ended_) return;
    posted_.push_back(std::move(task));
  }
  Wake();
}

bool EpollEventLoop::TryPost(Task task) {
  {
    absl::MutexLock lock(&mutex_);
    if (ended_ || posted_.size() >= kTryPostCapacity) return false;
    posted_.push_back(std::move(task));
  }
  Wake();
  return true;
}

TimerId EpollEventLoop::RunAfter(absl::Duration delay, Task task) {
  return timers_.Add(clock_.Now() + std::max(delay, absl::ZeroDuration()), std::move(task));
}

void EpollEventLoop::Cancel(TimerId timer) { timers_.Cancel(timer); }

bool EpollEventLoop::OnLoop() const { return thread_.load() == std::this_thread::get_id(); }

void EpollEventLoop::Watch(int fd, std::uint32_t events, Ready ready) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  SEEP_CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) << "fd " << fd << " errno " << errno;
  watches_[fd] = std::make_shared<Ready>(std::move(ready));
}

void EpollEventLoop::Rewatch(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  SEEP_CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0) << "fd " << fd << " errno " << errno;
}

void EpollEventLoop::Unwatch(int fd) {
  if (watches_.erase(fd) > 0) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

int EpollEventLoop::WaitMillis() {
  if (HasPosted()) return 0;
  const auto due = timers_.NextDue();
  if (!due.has_value()) return -1;
  const absl::Duration wait = *due - clock_.Now();
  if (wait <= absl::ZeroDuration()) return 0;
  // Rounded up: waking a fraction of a millisecond early would spin.
  return static_cast<int>(std::min<std::int64_t>(absl::ToInt64Milliseconds(wait) + 1, 60'000));
}

bool EpollEventLoop::HasPosted() {
  absl::MutexLock lock(&mutex_);
  return !posted_.empty();
}

void EpollEventLoop::RunPosted() {
  for (int i = 0; i < kMaxTasksPerTurn; ++i) {
    Task task;
    {
      absl::MutexLock lock(&mutex_);
      if (posted_.empty()) return;
      task = std::move(posted_.front());
      posted_.pop_front();
    }
    task();
  }
}

void EpollEventLoop::RunDueTimers() {
  const MonotonicTime now = clock_.Now();
  for (int i = 0; i < kMaxTasksPerTurn; ++i) {
    auto task = timers_.PopDue(now);
    if (!task.has_value()) return;
    (*task)();
  }
}

void EpollEventLoop::Run() {
  thread_.store(std::this_thread::get_id());
  epoll_event events[kMaxEvents];
  while (!stopping_.load() || HasPosted()) {
    const int count = epoll_wait(epoll_.get(), events, kMaxEvents, stopping_.load() ? 0 : WaitMillis());
    SEEP_CHECK(count >= 0 || errno == EINTR) << "epoll_wait errno " << errno;
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd == wake_.get()) {
        std::uint64_t drained;
        [[maybe_unused]] ssize_t got = read(wake_.get(), &drained, sizeof drained);
        continue;
      }
      auto watch = watches_.find(events[i].data.fd);
      if (watch == watches_.end()) continue;
      const std::shared_ptr<Ready> ready = watch->second;  // survives its own Unwatch
      (*ready)(events[i].events);
    }
    RunPosted();
    RunDueTimers();
  }
  std::deque<Task> dropped;
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    dropped.swap(posted_);
  }
  thread_.store(std::thread::id());
}

void EpollEventLoop::Stop() {
  stopping_.store(true);
  Wake();
}

}  // namespace seep
