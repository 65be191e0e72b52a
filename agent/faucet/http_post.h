// One HTTP/1.1 POST over TCP or TLS, bounded in time and size.
//
// Threads: blocks its caller; for worker threads. `cancel` readable ends it.
// Failure: kInvalidArgument (URL), kUnavailable (cannot connect, TLS, cut off),
//          kDeadlineExceeded, kCancelled, kResourceExhausted (answer over 1 MiB).
//          An HTTP status other than 200 is an answer, not a failure.
#ifndef SEEP_AGENT_FAUCET_HTTP_POST_H_
#define SEEP_AGENT_FAUCET_HTTP_POST_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seep::agent {

struct Url {
  bool tls = false;
  std::string host, port, path;
};
absl::StatusOr<Url> ParseUrl(const std::string& text);

struct HttpAnswer {
  int status = 0;
  std::string body;
};
// Whole header and body as read from the peer → the answer; chunked or plain.
absl::StatusOr<HttpAnswer> ParseHttpAnswer(const std::string& raw);

struct HttpPost {
  Url url;
  std::string content_type, body;
  std::string authorization;  // empty: none
  absl::Duration timeout = absl::Seconds(30);
};
absl::StatusOr<HttpAnswer> Post(const HttpPost& request, int cancel);

}  // namespace seep::agent

#endif  // SEEP_AGENT_FAUCET_HTTP_POST_H_
