#include "agent/http/http_exchange.h"

#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/os/files.h"
#include "common/os/system_clock.h"
#include "common/os/unique_fd.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

// A connected socket with a deadline, in clear or under TLS.
class Connection {
 public:
  Connection(const HttpRequest& request, int cancel)
      : request_(request), cancel_(cancel), deadline_(clock_.Now() + request.timeout) {}
  ~Connection() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }

  absl::Status Connect() {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(request_.url.host.c_str(), request_.url.port.c_str(), &hints, &found) != 0) {
      return absl::UnavailableError(absl::StrCat("cannot resolve ", request_.url.host));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
    absl::Status status = absl::UnavailableError("no address");
    for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
      status = ConnectTo(*address);
      if (status.ok() || status.code() != absl::StatusCode::kUnavailable) break;
    }
    SEEP_RETURN_IF_ERROR(status);
    return request_.url.tls ? BeginTls() : absl::OkStatus();
  }

  absl::Status WriteAll(std::string_view bytes) {
    while (!bytes.empty()) {
      const int put = ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                           : static_cast<int>(send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
      else SEEP_RETURN_IF_ERROR(AwaitRetry(put, POLLOUT));
    }
    return absl::OkStatus();
  }

  // 0: the peer closed.
  absl::StatusOr<std::size_t> ReadSome(char* into, std::size_t size) {
    while (true) {
      const int got = ssl_ ? SSL_read(ssl_, into, static_cast<int>(size))
                           : static_cast<int>(recv(socket_.get(), into, size, 0));
      if (got > 0) return static_cast<std::size_t>(got);
      if (got == 0 || (ssl_ && SSL_get_error(ssl_, got) == SSL_ERROR_ZERO_RETURN)) return 0;
      SEEP_RETURN_IF_ERROR(AwaitRetry(got, POLLIN));
    }
  }

 private:
  absl::Status ConnectTo(const addrinfo& address) {
    socket_ = UniqueFd(socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_.valid()) return ErrnoStatus(errno, "socket");
    if (connect(socket_.get(), address.ai_addr, address.ai_addrlen) != 0 && errno != EINPROGRESS) {
      return absl::UnavailableError(absl::StrCat("cannot connect to ", request_.url.host, ":", request_.url.port));
    }
    SEEP_RETURN_IF_ERROR(Await(POLLOUT));
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("cannot connect to ", request_.url.host, ":", request_.url.port, ": ",
                                               std::string(ErrnoStatus(error, "connect").message())));
  }

  absl::Status BeginTls() {
    context_ = SSL_CTX_new(TLS_client_method());
    if (context_ == nullptr || SSL_CTX_set_default_verify_paths(context_) != 1) return absl::InternalError("OpenSSL");
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    ssl_ = SSL_new(context_);
    SSL_set_tlsext_host_name(ssl_, request_.url.host.c_str());
    SSL_set1_host(ssl_, request_.url.host.c_str());
    SSL_set_fd(ssl_, socket_.get());
    while (true) {
      const int done = SSL_connect(ssl_);
      if (done == 1) return absl::OkStatus();
      SEEP_RETURN_IF_ERROR(AwaitRetry(done, POLLIN));
    }
  }

  absl::Status AwaitRetry(int result, short events) {
    if (ssl_ != nullptr) {
      const int error = SSL_get_error(ssl_, result);
      if (error == SSL_ERROR_WANT_READ) return Await(POLLIN);
      if (error == SSL_ERROR_WANT_WRITE) return Await(POLLOUT);
      return absl::UnavailableError(absl::StrCat("TLS with ", request_.url.host, " failed"));
    }
    if (errno == EINTR) return absl::OkStatus();
    if (errno == EAGAIN) return Await(events);
    return absl::UnavailableError(absl::StrCat("connection to ", request_.url.host, " was cut off"));
  }

  absl::Status Await(short events) {
    while (true) {
      const auto left = absl::ToInt64Milliseconds(deadline_ - clock_.Now());
      if (left <= 0) return absl::DeadlineExceededError(absl::StrCat(request_.url.host, " did not answer in time"));
      pollfd fds[2] = {{socket_.get(), events, 0}, {cancel_, POLLIN, 0}};
      const int ready = poll(fds, 2, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
      if (ready > 0 && fds[1].revents != 0) return absl::CancelledError("cancelled");
      if (ready > 0) return absl::OkStatus();
    }
  }

  const SystemClock clock_;
  const HttpRequest& request_;
  const int cancel_;
  const MonotonicTime deadline_;
  UniqueFd socket_;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
};

absl::StatusOr<std::string> Dechunk(std::string_view body) {
  std::string plain;
  while (true) {
    const std::size_t end = body.find("\r\n");
    if (end == std::string_view::npos || end > 16) return absl::UnavailableError("broken chunk in the HTTP answer");
    const std::string size_text(body.substr(0, std::min(body.find(';'), end)));
    std::size_t size = 0;
    if (!absl::SimpleHexAtoi(size_text, &size)) return absl::UnavailableError("broken chunk in the HTTP answer");
    if (size == 0) return plain;
    body.remove_prefix(end + 2);
    if (body.size() < size + 2) return absl::UnavailableError("the HTTP answer was cut off");
    plain.append(body.substr(0, size));
    body.remove_prefix(size + 2);
  }
}

// Whether `raw` holds the whole answer, so that we need not wait for the close.
bool IsComplete(const std::string& raw) {
  const std::size_t end = raw.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string head = absl::AsciiStrToLower(raw.substr(0, end + 2));
  const std::size_t at = head.find("\r\ncontent-length:");
  if (at == std::string::npos) return absl::StrContains(head, "chunked") && absl::EndsWith(raw, "\r\n0\r\n\r\n");
  std::size_t length = 0;
  const std::size_t value = at + 17;
  return absl::SimpleAtoi(head.substr(value, head.find("\r\n", value) - value), &length) && raw.size() >= end + 4 + length;
}

}  // namespace

absl::StatusOr<Url> ParseUrl(const std::string& text) {
  Url url;
  std::string rest;
  if (absl::StartsWith(text, "https://")) {
    url.tls = true;
    rest = text.substr(8);
  } else if (absl::StartsWith(text, "http://")) {
    rest = text.substr(7);
  } else {
    return absl::InvalidArgumentError("a URL must begin with http:// or https://");
  }
  const std::size_t slash = rest.find('/');
  url.path = slash == std::string::npos ? "/" : rest.substr(slash);
  std::string authority = rest.substr(0, slash);
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  url.port = has_port ? authority.substr(colon + 1) : (url.tls ? "443" : "80");
  url.host = authority.substr(0, has_port ? colon : std::string::npos);
  if (url.host.size() > 2 && url.host.front() == '[') url.host = url.host.substr(1, url.host.size() - 2);
  int port = 0;
  const auto unsafe = [](unsigned char c) { return c <= ' ' || c == '@' || c == 127; };
  if (url.host.empty() || !absl::SimpleAtoi(url.port, &port) || port < 1 || port > 65535 ||
      std::any_of(text.begin(), text.end(), unsafe)) {
    return absl::InvalidArgumentError("a URL must be http(s)://HOST[:PORT]/PATH, without user or spaces");
  }
  return url;
}

absl::StatusOr<HttpAnswer> ParseHttpAnswer(const std::string& raw) {
  const std::size_t end = raw.find("\r\n\r\n");
  const std::vector<std::string> words = absl::StrSplit(raw.substr(0, raw.find("\r\n")), ' ');
  HttpAnswer answer;
  if (end == std::string::npos || words.size() < 2 || !absl::StartsWith(words[0], "HTTP/1.") ||
      !absl::SimpleAtoi(words[1], &answer.status)) {
    return absl::UnavailableError("the answer is no HTTP");
  }
  const std::string head = absl::AsciiStrToLower(raw.substr(0, end));
  const std::string body = raw.substr(end + 4);
  if (absl::StrContains(head, "transfer-encoding: chunked")) {
    SEEP_ASSIGN_OR_RETURN(answer.body, Dechunk(body));
    return answer;
  }
  if (absl::StrContains(head, "content-length:") && !IsComplete(raw)) {
    return absl::UnavailableError("the HTTP answer was cut off");
  }
  answer.body = body;
  return answer;
}

absl::StatusOr<HttpAnswer> Exchange(const HttpRequest& request, int cancel) {
  Connection connection(request, cancel);
  SEEP_RETURN_IF_ERROR(connection.Connect());
  std::string text = absl::StrCat(request.method, " ", request.url.path, " HTTP/1.1\r\nHost: ", request.url.host, ":",
                                  request.url.port, "\r\nAccept: ", request.accept, "\r\nConnection: close\r\n");
  if (!request.content_type.empty()) {
    absl::StrAppend(&text, "Content-Type: ", request.content_type, "\r\nContent-Length: ", request.body.size(), "\r\n");
  }
  if (!request.authorization.empty()) absl::StrAppend(&text, "Authorization: ", request.authorization, "\r\n");
  absl::StrAppend(&text, "\r\n", request.body);
  SEEP_RETURN_IF_ERROR(connection.WriteAll(text));
  std::string raw;
  char chunk[64 << 10];
  while (!IsComplete(raw)) {
    SEEP_ASSIGN_OR_RETURN(const std::size_t got, connection.ReadSome(chunk, sizeof chunk));
    if (got == 0) break;
    raw.append(chunk, got);
    if (raw.size() > request.max_answer) {
      return absl::ResourceExhaustedError(absl::StrCat("the HTTP answer is longer than ", request.max_answer, " bytes"));
    }
  }
  return ParseHttpAnswer(raw);
}

}  // namespace seep::agent
