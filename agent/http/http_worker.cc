#include "agent/http/http_worker.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace seep::agent {

HttpWorker::HttpWorker(EventLoop& loop) : loop_(loop), cancel_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

HttpWorker::~HttpWorker() {
  here_.reset();
  End();
}

std::deque<HttpWorker::Asked> HttpWorker::End() {
  std::deque<Asked> unanswered;
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    unanswered.swap(queue_);
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = write(cancel_.get(), &one, sizeof one);
  if (thread_.joinable()) thread_.join();
  return unanswered;
}

void HttpWorker::Cancel() {
  for (Asked& asked : End()) {
    loop_.Post([answered = std::move(asked.answered)] { answered(absl::CancelledError("cancelled")); });
  }
}

void HttpWorker::Ask(HttpRequest request, Answered answered) {
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (ending_) refused = absl::CancelledError("cancelled");
    else if (queue_.size() >= kMaxWaiting) refused = absl::ResourceExhaustedError(absl::StrCat(kMaxWaiting, " HTTP requests wait"));
    else queue_.push_back({std::move(request), std::move(answered)});
  }
  if (!refused.ok()) {
    loop_.Post([answered = std::move(answered), refused] { answered(refused); });
  } else if (!thread_.joinable()) {
    thread_ = std::thread([this, here = std::weak_ptr<bool>(here_)] { Work(here); });
  }
}

void HttpWorker::Work(std::weak_ptr<bool> here) {
  while (true) {
    Asked asked;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(+[](HttpWorker* worker) { return worker->ending_ || !worker->queue_.empty(); }, this));
      if (ending_) return;
      asked = std::move(queue_.front());
      queue_.pop_front();
    }
    auto answer = Exchange(asked.request, cancel_.get());
    loop_.Post([here, answered = std::move(asked.answered), answer = std::move(answer)] {
      if (!here.expired()) answered(answer);
    });
  }
}

}  // namespace seep::agent
