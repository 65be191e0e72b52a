// Makes HTTP requests one after another on a thread of its own, so that a slow
// or hostile peer holds up nobody but those who wait for it.
//
// Threads: the loop's; the requests on a thread of its own, answers on the loop.
// Owns:    the thread, started with the first request. The destructor ends the
//          request under way, joins, and drops what was not answered.
// Bounds:  kMaxWaiting requests; one more is answered kResourceExhausted.
// Failure: as http_exchange.h; each request is answered once while it lives.
#ifndef SEEP_AGENT_HTTP_HTTP_WORKER_H_
#define SEEP_AGENT_HTTP_HTTP_WORKER_H_

#include <deque>
#include <functional>
#include <memory>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "agent/http/http_exchange.h"
#include "common/event_loop/event_loop.h"
#include "common/os/unique_fd.h"

namespace seep::agent {

class HttpWorker {
 public:
  static constexpr std::size_t kMaxWaiting = 16;
  using Answered = std::function<void(absl::StatusOr<HttpAnswer>)>;

  explicit HttpWorker(EventLoop& loop);
  ~HttpWorker();

  void Ask(HttpRequest request, Answered answered);
  // Ends the request under way; all that wait are answered kCancelled, and so
  // is whoever asks afterwards.
  void Cancel();

 private:
  struct Asked {
    HttpRequest request;
    Answered answered;
  };
  std::deque<Asked> End();  // joins; what nobody will answer
  void Work(std::weak_ptr<bool> here);

  EventLoop& loop_;
  UniqueFd cancel_;  // an eventfd, readable from the destructor on
  std::thread thread_;
  std::shared_ptr<bool> here_ = std::make_shared<bool>(true);  // loop; posted answers hold it weakly
  absl::Mutex mutex_;
  std::deque<Asked> queue_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_HTTP_HTTP_WORKER_H_
