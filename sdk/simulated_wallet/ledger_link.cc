#include "sdk/simulated_wallet/ledger_link.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/line_reader.h"

namespace seep::wallet {
namespace {

using driver::Json;

constexpr std::size_t kMaxLineBytes = 512 * 1024;  // a page of 500 payments fits
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
constexpr int kConnectTimeoutMs = 2'000;

absl::Status StatusFrom(const Json& error) {
  const std::string message(error.FindString("message").value_or("the ledger gave no reason"));
  const std::string_view kind = error.FindString("kind").value_or("");
  if (kind == "insufficient_funds") return absl::ResourceExhaustedError(message);
  if (kind == "invalid_input") return absl::InvalidArgumentError(message);
  if (kind == "not_supported") return absl::UnimplementedError(message);
  if (kind == "limit_exceeded") return absl::OutOfRangeError(message);
  return absl::InternalError(message);
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

// Waits until `fd` is writable or the wallet stops.
bool WaitConnected(int fd, StopSignal& stop) {
  pollfd waits[2] = {{fd, POLLOUT, 0}, {stop.fd(), POLLIN, 0}};
  if (::poll(waits, 2, kConnectTimeoutMs) <= 0 || stop.raised()) return false;
  int error = 0;
  socklen_t size = sizeof(error);
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace

Payment PaymentFrom(const Json& json) {
  const auto text = [&](const char* name) {
    return std::string(json.FindString(name).value_or(""));
  };
  const auto integer = [&](const char* name) { return json.FindInteger(name).value_or(0); };
  return {integer("sequence"), text("id"),          text("status"),
          text("direction"),   text("method"),      integer("amount_sats"),
          integer("fee_sats"), integer("timestamp")};
}

LedgerLink::LedgerLink(std::string endpoint, std::string identity, Callbacks callbacks,
                       ProcessCounts& counts)
    : endpoint_(std::move(endpoint)),
      identity_(std::move(identity)),
      callbacks_(std::move(callbacks)),
      counts_(counts) {}

absl::StatusOr<Json> LedgerLink::Call(std::string_view name, std::string_view members_json) {
  Waiting waiting;
  std::unique_lock lock(mutex_);
  if (endpoint_.empty()) return absl::UnavailableError("NetworkError: no ledger is configured");
  if (fd_ < 0) return absl::UnavailableError("NetworkError: not connected to the ledger");
  if (waiting_.size() >= kMaxCalls)
    return absl::OutOfRangeError("too many calls wait for the ledger");
  const std::int64_t id = next_id_++;
  driver::JsonWriter head;
  head.BeginObject().Key("id").Integer(id).Key("do").String(name);
  std::string line = head.Take();
  if (!members_json.empty()) line.append(",").append(members_json);
  line += "}\n";
  SEEP_RETURN_IF_ERROR(Send(line));
  waiting_.emplace(id, &waiting);
  const bool answered = changed_.wait_for(lock, absl::ToChronoNanoseconds(kCallTimeout),
                                          [&] { return waiting.answer.has_value(); });
  waiting_.erase(id);
  if (!answered) return absl::UnavailableError("NetworkError: the ledger did not answer");
  return *std::move(waiting.answer);
}

absl::Status LedgerLink::Send(std::string_view line) {
  while (!line.empty()) {
    // The ledger cuts off who does not read, so this waits no longer than it takes it to read.
    const ssize_t sent = ::send(fd_, line.data(), line.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) {
      pollfd wait{fd_, POLLOUT, 0};
      if (::poll(&wait, 1, 1'000) > 0) continue;
    }
    if (sent < 0) {
      ::shutdown(fd_, SHUT_RDWR);  // half a line may be out: the connection is no use
      return absl::UnavailableError("NetworkError: the connection to the ledger broke");
    }
    line.remove_prefix(static_cast<std::size_t>(sent));
  }
  return absl::OkStatus();
}

void LedgerLink::WaitForFirstAttempt(absl::Duration limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoNanoseconds(limit), [this] { return attempted_; });
}

void LedgerLink::Run(StopSignal& stop) {
  absl::Duration pause = kFirstPause;
  while (!stop.raised()) {
    auto connected = Connect(stop);
    if (connected.ok()) {
      pause = kFirstPause;
      Serve(connected->get(), stop);
    } else {
      SetConnection(-1);
    }
    if (stop.WaitFor(pause)) return;
    pause = std::min(pause * 2, kLongestPause);
  }
}

absl::StatusOr<UniqueFd> LedgerLink::Connect(StopSignal& stop) const {
  const std::size_t colon = endpoint_.rfind(':');
  std::string host = endpoint_.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), endpoint_.c_str() + colon + 1, &hints, &list) != 0) {
    return absl::UnavailableError("NetworkError: the ledger's address is no address");
  }
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(list);
  UniqueFd fd(::socket(addresses->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return absl::UnavailableError("NetworkError: no socket");
  if (::connect(fd.get(), addresses->ai_addr, addresses->ai_addrlen) != 0 &&
      (errno != EINPROGRESS || !WaitConnected(fd.get(), stop))) {
    return absl::UnavailableError("NetworkError: the ledger does not answer");
  }
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return fd;
}

void LedgerLink::SetConnection(int fd) {
  {
    std::lock_guard lock(mutex_);
    fd_ = fd;
    attempted_ = true;
    if (fd < 0) {
      for (auto& [id, waiting] : waiting_) {
        if (!waiting->answer)
          waiting->answer =
              absl::UnavailableError("NetworkError: the connection to the ledger broke");
      }
    } else {
      // First on the wire, before any call; its answer has id 0 and tells the balance.
      const std::string open =
          absl::StrCat(R"({"id":0,"do":"open","identity":")", identity_, "\"}\n");
      (void)Send(open);
    }
  }
  changed_.notify_all();
}

void LedgerLink::Serve(int fd, StopSignal& stop) {
  const Counted connection(counts_.connections);
  SetConnection(fd);
  driver::LineReader lines(kMaxLineBytes);
  char buffer[16 * 1024];
  while (true) {
    pollfd waits[2] = {{fd, POLLIN, 0}, {stop.fd(), POLLIN, 0}};
    // Without a stop descriptor (none were left) it looks now and then.
    if (::poll(waits, 2, stop.fd() < 0 ? 200 : -1) < 0 && errno != EINTR) break;
    if (stop.raised()) break;
    if (!waits[0].revents) continue;
    const ssize_t got = ::recv(fd, buffer, sizeof(buffer), 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) break;
    lines.Append({buffer, static_cast<std::size_t>(got)});
    bool broken = false;
    while (const auto line = lines.Next()) {
      broken = broken || line->too_long;
      if (!line->too_long) Handle(line->text);
    }
    if (broken) break;
  }
  SetConnection(-1);
}

void LedgerLink::Handle(std::string_view line) {
  const auto message = Json::Parse(line);
  if (!message.ok()) return;  // a ledger that speaks nonsense: calls will time out
  const Json* ok = message->Find("ok");
  const auto balance = (ok ? *ok : *message).FindInteger("balance_sats");
  if (balance) callbacks_.balance_known(*balance);
  if (message->FindString("event") == "payment") {
    if (const Json* payment = message->Find("payment"))
      callbacks_.payment_arrived(PaymentFrom(*payment));
    return;
  }
  {
    std::lock_guard lock(mutex_);
    const auto found = waiting_.find(message->FindInteger("id").value_or(0));
    if (found == waiting_.end()) return;  // gave up waiting
    const Json* error = message->Find("error");
    if (error) {
      found->second->answer = StatusFrom(*error);
    } else {
      found->second->answer = ok ? *ok : Json();
    }
  }
  changed_.notify_all();
}

}  // namespace seep::wallet
