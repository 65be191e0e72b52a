// The faucet behind GraphQL (sdk-under-test.md): RequestRegtestFunds by POST,
// basic auth only when both credentials are set, 30 s, two requests at once.
//
// Threads: Fund, Cancel and the destructor on the loop; requests on two threads
//          of its own, started with the first request.
// Owns:    the threads. The destructor cancels and joins.
// Failure: kUnavailable: no connection, HTTP other than 200, GraphQL errors, null
//          data; kResourceExhausted: 64 requests wait.
#ifndef SEEP_AGENT_FAUCET_HTTP_FAUCET_H_
#define SEEP_AGENT_FAUCET_HTTP_FAUCET_H_

#include <deque>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "agent/http/http_exchange.h"
#include "agent/scenario/faucet.h"
#include "common/event_loop/event_loop.h"
#include "common/os/unique_fd.h"

namespace seep::agent {

struct FaucetCredentials {
  std::string username, password;  // secrets
};

class HttpFaucet : public Faucet {
 public:
  HttpFaucet(EventLoop& loop, Url url, FaucetCredentials credentials);
  ~HttpFaucet() override;

  void Fund(const std::string& address, std::uint64_t amount_sats, std::function<void(absl::Status)> done) override;
  void Cancel() override;

 private:
  struct Request {
    std::uint64_t id;
    std::string body;
  };
  void Work();
  void Finish(std::uint64_t id, absl::Status status);  // loop

  EventLoop& loop_;
  const Url url_;
  const std::string authorization_;
  UniqueFd cancel_;  // an eventfd, readable from the destructor on
  std::vector<std::thread> threads_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::function<void(absl::Status)>> waiting_;  // loop
  std::shared_ptr<HttpFaucet*> self_;  // loop; what threads post may outlive us
  absl::Mutex mutex_;
  std::deque<Request> queue_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
};

// What the faucet answered, judged.
absl::Status JudgeFaucetAnswer(const HttpAnswer& answer);

}  // namespace seep::agent

#endif  // SEEP_AGENT_FAUCET_HTTP_FAUCET_H_
