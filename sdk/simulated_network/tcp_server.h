// Listens on loopback and moves bytes for connections that are named by number,
// so that a late answer to one that is gone is harmless.
//
// Threads: the loop's.
// Owns:    the listening socket and the connections. Borrows the loop.
// Failure: Start: kUnavailable (port in use), kInvalidArgument (not loopback).
// Bound:   `max_connections` (more are closed at once); a peer that does not
//          read is cut off when `max_unsent_bytes` wait for it.
#ifndef SEEP_SDK_SIMULATED_NETWORK_TCP_SERVER_H_
#define SEEP_SDK_SIMULATED_NETWORK_TCP_SERVER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/event_loop/epoll_event_loop.h"
#include "common/os/unique_fd.h"

namespace seep::simnet {

enum class ConnectionId : std::uint64_t {};

class TcpServer {
 public:
  struct Limits {
    std::size_t max_connections = 4096;
    std::size_t max_unsent_bytes = 1 << 20;
  };
  struct Handler {
    std::function<void(ConnectionId)> opened;
    std::function<void(ConnectionId, std::string_view)> received;
    std::function<void(ConnectionId)> closed;  // also when we closed it
  };

  TcpServer(EpollEventLoop& loop, Limits limits, Handler handler);
  ~TcpServer();

  // `address`: "127.0.0.1:PORT", "localhost:PORT" or "[::1]:PORT"; 0 picks one.
  absl::Status Start(const std::string& address);
  // "127.0.0.1:41234", as bound.
  const std::string& endpoint() const { return endpoint_; }

  void Send(ConnectionId connection, std::string_view bytes);
  // Sends what is left, then waits for the peer to close: closing on bytes that
  // were not read would reset the connection, and lose what was sent.
  void CloseAfterSending(ConnectionId connection);
  void Close(ConnectionId connection);
  std::size_t connections() const { return connections_.size(); }

 private:
  struct Connection {
    UniqueFd fd;
    std::string unsent;
    bool closing = false;
  };

  void Accept();
  void PauseAccepting();
  void OnReady(ConnectionId id, std::uint32_t events);
  bool ReadFrom(ConnectionId id);
  bool WriteTo(Connection& connection);

  EpollEventLoop& loop_;
  const Limits limits_;
  const Handler handler_;
  UniqueFd listener_;
  std::string endpoint_;
  TimerId resume_ = TimerId::kNone;
  std::uint64_t next_id_ = 1;
  std::map<ConnectionId, Connection> connections_;
};

}  // namespace seep::simnet

#endif  // SEEP_SDK_SIMULATED_NETWORK_TCP_SERVER_H_
