// Speaks PROTOCOL.md with the wallets and moves the money in a Ledger.
//
// Threads: the loop's.
// Owns:    the server and the sessions. Borrows loop and ledger.
// Failure: a broken request gets an error answer; a session that breaks the
//          framing is closed.
#ifndef SEEP_SDK_SIMULATED_NETWORK_LEDGER_SERVICE_H_
#define SEEP_SDK_SIMULATED_NETWORK_LEDGER_SERVICE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event_loop/epoll_event_loop.h"
#include "sdk/driver_protocol/json.h"
#include "sdk/driver_protocol/line_reader.h"
#include "sdk/simulated_network/ledger.h"
#include "sdk/simulated_network/tcp_server.h"

namespace seep::simnet {

class LedgerService {
 public:
  LedgerService(EpollEventLoop& loop, Ledger& ledger, absl::Duration lightning_settle_time);

  absl::Status Start(const std::string& address) { return server_.Start(address); }
  const std::string& endpoint() const { return server_.endpoint(); }
  std::size_t sessions() const { return sessions_.size(); }

  // Tells the payee's wallets of a completed transfer.
  void Announce(const Transfer& transfer);

 private:
  struct Session {
    driver::LineReader lines;
    AccountId account = AccountId::kNone;
    Session();
  };

  void OnBytes(ConnectionId connection, std::string_view bytes);
  void OnClosed(ConnectionId connection);
  void Handle(ConnectionId connection, std::string_view line);
  // The text of `ok`; kCancelled: the answer comes later.
  absl::StatusOr<std::string> Do(ConnectionId connection, Session& session, std::int64_t id,
                                 const driver::Json& request);
  absl::StatusOr<std::string> Open(ConnectionId connection, Session& session,
                                   const driver::Json& request);
  absl::StatusOr<std::string> Invoice(const Session& session, const driver::Json& request);
  absl::StatusOr<std::string> Pay(ConnectionId connection, const Session& session, std::int64_t id,
                                  const PayOrder& order);
  absl::StatusOr<std::string> History(const Session& session, const driver::Json& request);
  std::string PaidText(const Transfer& transfer, AccountId payer) const;
  void SettleLater(ConnectionId connection, std::int64_t id, TransferPtr transfer);

  EpollEventLoop& loop_;
  Ledger& ledger_;
  const absl::Duration lightning_settle_time_;
  std::map<ConnectionId, Session> sessions_;
  std::unordered_multimap<std::uint64_t, ConnectionId> by_account_;
  TcpServer server_;
};

}  // namespace seep::simnet

#endif  // SEEP_SDK_SIMULATED_NETWORK_LEDGER_SERVICE_H_
