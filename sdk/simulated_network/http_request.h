// Reads one HTTP/1.1 request out of arriving bytes: as much of the protocol as
// a faucet needs, and no more than stated limits of it.
//
// Threads: one at a time. Owns: the bytes so far, bounded.
// Failure: `status` names the HTTP status that the request deserves: 400
//          malformed, 411 no Content-Length, 413 body too large, 431 header
//          too large, 505 not HTTP/1.x.
#ifndef SEEP_SDK_SIMULATED_NETWORK_HTTP_REQUEST_H_
#define SEEP_SDK_SIMULATED_NETWORK_HTTP_REQUEST_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace seep::simnet {

struct HttpRequest {
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  // Empty when absent.
  std::string_view Header(std::string_view lower_case_name) const;
};

class HttpRequestReader {
 public:
  static constexpr std::size_t kMaxHeaderBytes = 16 * 1024;
  static constexpr std::size_t kMaxBodyBytes = 64 * 1024;

  enum class State { kNeedsMore, kComplete, kBroken };
  // After kComplete or kBroken further bytes are ignored.
  State Append(std::string_view bytes);

  const HttpRequest& request() const { return request_; }
  int status() const { return status_; }  // when kBroken

 private:
  State Break(int status);
  State ReadHeader(std::string_view header);
  State ReadBody();

  State state_ = State::kNeedsMore;
  int status_ = 0;
  std::string bytes_;
  bool header_done_ = false;
  std::size_t body_size_ = 0;
  HttpRequest request_;
};

std::string FormatHttpResponse(int status, std::string_view content_type, std::string_view body);

}  // namespace seep::simnet

#endif  // SEEP_SDK_SIMULATED_NETWORK_HTTP_REQUEST_H_
