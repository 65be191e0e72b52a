// Serves the faucet over HTTP, one request a connection.
//
// Threads: the loop's. Borrows loop, faucet and ledger service.
// Bound:   64 connections; one that has not sent its request after 10 s is
//          closed.
#ifndef SEEP_SDK_SIMULATED_NETWORK_FAUCET_SERVICE_H_
#define SEEP_SDK_SIMULATED_NETWORK_FAUCET_SERVICE_H_

#include <map>
#include <string>
#include <string_view>

#include "common/event_loop/epoll_event_loop.h"
#include "sdk/simulated_network/faucet.h"
#include "sdk/simulated_network/ledger_service.h"
#include "sdk/simulated_network/tcp_server.h"

namespace seep::simnet {

class FaucetService {
 public:
  FaucetService(EpollEventLoop& loop, Faucet& faucet, LedgerService& ledger_service);

  absl::Status Start(const std::string& address) { return server_.Start(address); }
  std::string url() const;

 private:
  struct Exchange {
    HttpRequestReader reader;
    TimerId timeout = TimerId::kNone;
    bool answered = false;
  };

  void OnOpened(ConnectionId connection);
  void OnBytes(ConnectionId connection, std::string_view bytes);
  void OnClosed(ConnectionId connection);
  void Answer(ConnectionId connection, int status, std::string_view body);

  EpollEventLoop& loop_;
  Faucet& faucet_;
  LedgerService& ledger_service_;
  std::map<ConnectionId, Exchange> exchanges_;
  TcpServer server_;
};

}  // namespace seep::simnet

#endif  // SEEP_SDK_SIMULATED_NETWORK_FAUCET_SERVICE_H_
