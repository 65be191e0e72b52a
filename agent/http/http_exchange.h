// One HTTP/1.1 request and its answer over TCP or TLS, bounded in time and size.
// Redirects are not followed.
//
// Threads: blocks its caller; for worker threads. `cancel` readable ends it.
// Failure: kInvalidArgument (URL), kUnavailable (cannot connect, TLS, cut off),
//          kDeadlineExceeded, kCancelled, kResourceExhausted (answer over `max_answer`).
//          An HTTP status other than 200 is an answer, not a failure.
#ifndef SEEP_AGENT_HTTP_HTTP_EXCHANGE_H_
#define SEEP_AGENT_HTTP_HTTP_EXCHANGE_H_

#include <cstddef>
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

struct HttpRequest {
  Url url;
  std::string method = "GET";
  std::string accept = "*/*";
  std::string content_type = {}, body = {};
  std::string authorization = {};  // empty: none
  absl::Duration timeout = absl::Seconds(30);
  std::size_t max_answer = 1 << 20;
};
absl::StatusOr<HttpAnswer> Exchange(const HttpRequest& request, int cancel);

}  // namespace seep::agent

#endif  // SEEP_AGENT_HTTP_HTTP_EXCHANGE_H_
