#include "sdk/simulated_network/faucet_service.h"

#include "absl/strings/str_cat.h"

namespace seep::simnet {
namespace {
constexpr absl::Duration kRequestTimeout = absl::Seconds(10);
constexpr std::size_t kMaxConnections = 64;
}  // namespace

FaucetService::FaucetService(EpollEventLoop& loop, Faucet& faucet, LedgerService& ledger_service)
    : loop_(loop),
      faucet_(faucet),
      ledger_service_(ledger_service),
      server_(loop, {.max_connections = kMaxConnections},
              {.opened = [this](ConnectionId id) { OnOpened(id); },
               .received = [this](ConnectionId id, std::string_view bytes) { OnBytes(id, bytes); },
               .closed = [this](ConnectionId id) { OnClosed(id); }}) {}

std::string FaucetService::url() const {
  return absl::StrCat("http://", server_.endpoint(), "/graphql");
}

void FaucetService::OnOpened(ConnectionId connection) {
  exchanges_[connection].timeout =
      loop_.RunAfter(kRequestTimeout, [this, connection] { server_.Close(connection); });
}

void FaucetService::OnClosed(ConnectionId connection) {
  const auto found = exchanges_.find(connection);
  if (found == exchanges_.end()) return;
  loop_.Cancel(found->second.timeout);
  exchanges_.erase(found);
}

void FaucetService::OnBytes(ConnectionId connection, std::string_view bytes) {
  const auto found = exchanges_.find(connection);
  if (found == exchanges_.end() || found->second.answered) return;
  Exchange& exchange = found->second;
  const auto state = exchange.reader.Append(bytes);
  if (state == HttpRequestReader::State::kNeedsMore) return;
  exchange.answered = true;
  loop_.Cancel(exchange.timeout);
  if (state == HttpRequestReader::State::kBroken)
    return Answer(connection, exchange.reader.status(), "");

  const std::int64_t now = absl::ToUnixSeconds(loop_.clock().WallNow().time());
  const FaucetResponse response = faucet_.Respond(exchange.reader.request(), now);
  if (response.transfer) ledger_service_.Announce(*response.transfer);
  if (response.hang_up) return server_.Close(connection);
  if (response.delay == absl::ZeroDuration())
    return Answer(connection, response.status, response.body);
  loop_.RunAfter(response.delay, [this, connection, status = response.status,
                                  body = response.body] { Answer(connection, status, body); });
}

void FaucetService::Answer(ConnectionId connection, int status, std::string_view body) {
  server_.Send(connection, FormatHttpResponse(status, "application/json", body));
  server_.CloseAfterSending(connection);
  const auto found = exchanges_.find(connection);
  if (found == exchanges_.end()) return;
  found->second.timeout =
      loop_.RunAfter(kRequestTimeout, [this, connection] { server_.Close(connection); });
}

}  // namespace seep::simnet
