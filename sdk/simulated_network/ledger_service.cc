#include "sdk/simulated_network/ledger_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "sdk/driver_protocol/call_error.h"
#include "sdk/driver_protocol/json_writer.h"

namespace seep::simnet {
namespace {

using driver::ErrorKind;
using driver::Json;
using driver::JsonWriter;

constexpr std::size_t kMaxLineBytes = 64 * 1024;
constexpr std::int64_t kMaxHistoryPage = 500;

// kFailedPrecondition stands for a request that is none.
std::string_view KindOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return driver::ErrorKindName(ErrorKind::kInvalidInput);
    case absl::StatusCode::kResourceExhausted:
      return driver::ErrorKindName(ErrorKind::kInsufficientFunds);
    case absl::StatusCode::kUnimplemented:
      return driver::ErrorKindName(ErrorKind::kNotSupported);
    case absl::StatusCode::kOutOfRange:
      return driver::ErrorKindName(ErrorKind::kLimitExceeded);
    case absl::StatusCode::kFailedPrecondition:
      return driver::ErrorKindName(ErrorKind::kInvalidRequest);
    default:
      return driver::ErrorKindName(ErrorKind::kInternalError);
  }
}

std::string ErrorLine(std::int64_t id, const absl::Status& status) {
  JsonWriter out;
  out.BeginObject().Key("id").Integer(id).Key("error").BeginObject();
  out.Key("kind").String(KindOf(status.code()));
  out.Key("message").String(std::string(status.message()));
  out.EndObject().EndObject();
  return out.Take() + "\n";
}

std::string OkLine(std::int64_t id, std::string_view ok) {
  JsonWriter out;
  out.BeginObject().Key("id").Integer(id).Key("ok").Raw(ok).EndObject();
  return out.Take() + "\n";
}

void WriteTransfer(const Transfer& transfer, AccountId viewer, JsonWriter& out) {
  const bool sent = transfer.from == viewer;
  out.BeginObject().Key("sequence").Integer(transfer.sequence).Key("id").String(transfer.id);
  out.Key("status").String(transfer.completed() ? "completed" : "pending");
  out.Key("direction").String(sent ? "send" : "receive");
  out.Key("method").String(PaymentMethodName(transfer.method));
  out.Key("amount_sats").Integer(transfer.amount_sats);
  out.Key("fee_sats").Integer(sent ? transfer.fee_sats : 0);
  out.Key("timestamp").Integer(transfer.timestamp).EndObject();
}

PayOrder ReadOrder(const Json& request) {
  PayOrder order;
  order.destination = std::string(request.FindString("destination").value_or(""));
  order.amount_sats = request.FindInteger("amount_sats");
  order.fees_included = request.FindBool("fees_included").value_or(false);
  order.idempotency_key = std::string(request.FindString("idempotency_key").value_or(""));
  return order;
}

}  // namespace

LedgerService::Session::Session() : lines(kMaxLineBytes) {}

LedgerService::LedgerService(EpollEventLoop& loop, Ledger& ledger,
                             absl::Duration lightning_settle_time)
    : loop_(loop),
      ledger_(ledger),
      lightning_settle_time_(lightning_settle_time),
      server_(loop, TcpServer::Limits(),
              {.opened = [this](ConnectionId id) { sessions_.try_emplace(id); },
               .received = [this](ConnectionId id, std::string_view bytes) { OnBytes(id, bytes); },
               .closed = [this](ConnectionId id) { OnClosed(id); }}) {}

void LedgerService::OnBytes(ConnectionId connection, std::string_view bytes) {
  auto found = sessions_.find(connection);
  if (found == sessions_.end()) return;
  found->second.lines.Append(bytes);
  while (auto line = found->second.lines.Next()) {
    if (line->too_long) return server_.Close(connection);
    Handle(connection, line->text);
    found = sessions_.find(connection);  // sending may have found the peer gone
    if (found == sessions_.end()) return;
  }
}

void LedgerService::OnClosed(ConnectionId connection) {
  const auto found = sessions_.find(connection);
  if (found == sessions_.end()) return;
  if (const AccountId account = found->second.account; account != AccountId::kNone) {
    auto [from, to] = by_account_.equal_range(static_cast<std::uint64_t>(account));
    for (auto it = from; it != to; ++it) {
      if (it->second != connection) continue;
      by_account_.erase(it);
      break;
    }
    ledger_.RemoveSession(account);
  }
  sessions_.erase(found);
}

void LedgerService::Handle(ConnectionId connection, std::string_view line) {
  const auto request = Json::Parse(line);
  const auto id = request.ok() ? request->FindInteger("id") : std::nullopt;
  if (!id) {
    return server_.Send(connection,
                        ErrorLine(0, absl::FailedPreconditionError(
                                         "not a request: a JSON object with an integer `id`")));
  }
  const auto ok = Do(connection, sessions_.at(connection), *id, *request);
  if (ok.ok()) {
    server_.Send(connection, OkLine(*id, *ok));
  } else if (!absl::IsCancelled(ok.status())) {
    server_.Send(connection, ErrorLine(*id, ok.status()));
  }
}

absl::StatusOr<std::string> LedgerService::Do(ConnectionId connection, Session& session,
                                              std::int64_t id, const Json& request) {
  const std::string_view name = request.FindString("do").value_or("");
  if (name == "open") return Open(connection, session, request);
  if (session.account == AccountId::kNone)
    return absl::FailedPreconditionError("`open` comes first");
  if (name == "invoice") return Invoice(session, request);
  if (name == "pay") return Pay(connection, session, id, ReadOrder(request));
  if (name == "history") return History(session, request);
  if (name == "quote") {
    SEEP_ASSIGN_OR_RETURN(const Quote quote,
                          ledger_.QuotePayment(session.account, ReadOrder(request)));
    JsonWriter ok;
    ok.BeginObject().Key("method").String(PaymentMethodName(quote.method));
    return ok.Key("amount_sats")
        .Integer(quote.amount_sats)
        .Key("fee_sats")
        .Integer(quote.fee_sats)
        .EndObject()
        .Take();
  }
  if (name == "balance") {
    return JsonWriter()
        .BeginObject()
        .Key("balance_sats")
        .Integer(ledger_.Balance(session.account))
        .EndObject()
        .Take();
  }
  return absl::FailedPreconditionError("there is no such `do`");
}

absl::StatusOr<std::string> LedgerService::Open(ConnectionId connection, Session& session,
                                                const Json& request) {
  if (session.account != AccountId::kNone)
    return absl::FailedPreconditionError("`open` comes once");
  SEEP_ASSIGN_OR_RETURN(session.account,
                        ledger_.Open(std::string(request.FindString("identity").value_or(""))));
  ledger_.AddSession(session.account);
  by_account_.emplace(static_cast<std::uint64_t>(session.account), connection);
  return JsonWriter()
      .BeginObject()
      .Key("balance_sats")
      .Integer(ledger_.Balance(session.account))
      .EndObject()
      .Take();
}

absl::StatusOr<std::string> LedgerService::Invoice(const Session& session, const Json& request) {
  const std::string_view kind = request.FindString("kind").value_or("");
  const bool bolt11 = kind == "bolt11_invoice";
  if (!bolt11 && kind != "spark_invoice")
    return absl::FailedPreconditionError("`kind` is neither invoice kind");
  SEEP_ASSIGN_OR_RETURN(const std::string invoice,
                        ledger_.CreateInvoice(session.account,
                                              bolt11 ? DestinationKind::kBolt11Invoice
                                                     : DestinationKind::kSparkInvoice,
                                              request.FindInteger("amount_sats")));
  return JsonWriter().BeginObject().Key("payment_request").String(invoice).EndObject().Take();
}

absl::StatusOr<std::string> LedgerService::Pay(ConnectionId connection, const Session& session,
                                               std::int64_t id, const PayOrder& order) {
  const std::int64_t now = absl::ToUnixSeconds(loop_.clock().WallNow().time());
  const std::int64_t settling = ledger_.settling_sats();
  const std::int64_t balance = ledger_.Balance(session.account);
  SEEP_ASSIGN_OR_RETURN(const TransferPtr transfer, ledger_.Pay(session.account, order, now));
  const bool repeated = ledger_.Balance(session.account) == balance;  // an old key: nothing moved
  if (transfer->completed() && !repeated) Announce(*transfer);
  if (!transfer->completed() && ledger_.settling_sats() != settling) {
    SettleLater(connection, id, transfer);
    return absl::CancelledError("answered when settled");
  }
  return PaidText(*transfer, session.account);
}

void LedgerService::SettleLater(ConnectionId connection, std::int64_t id, TransferPtr transfer) {
  loop_.RunAfter(lightning_settle_time_, [this, connection, id, transfer] {
    if (ledger_.Settle(transfer->id) == nullptr) return;
    Announce(*transfer);
    server_.Send(connection, OkLine(id, PaidText(*transfer, transfer->from)));
  });
}

std::string LedgerService::PaidText(const Transfer& transfer, AccountId payer) const {
  JsonWriter ok;
  ok.BeginObject().Key("payment");
  WriteTransfer(transfer, payer, ok);
  return ok.Key("balance_sats").Integer(ledger_.Balance(payer)).EndObject().Take();
}

absl::StatusOr<std::string> LedgerService::History(const Session& session, const Json& request) {
  const std::int64_t limit = request.FindInteger("limit").value_or(kMaxHistoryPage);
  if (limit < 1 || limit > kMaxHistoryPage)
    return absl::FailedPreconditionError("`limit` is 1 to 500");
  JsonWriter ok;
  ok.BeginObject().Key("payments").BeginArray();
  for (const TransferPtr& transfer :
       ledger_.History(session.account, request.FindInteger("after").value_or(0),
                       static_cast<std::size_t>(limit))) {
    WriteTransfer(*transfer, session.account, ok);
  }
  ok.EndArray().Key("last_sequence").Integer(ledger_.last_sequence());
  return ok.Key("balance_sats").Integer(ledger_.Balance(session.account)).EndObject().Take();
}

void LedgerService::Announce(const Transfer& transfer) {
  JsonWriter event;
  event.BeginObject().Key("event").String("payment").Key("payment");
  WriteTransfer(transfer, transfer.to, event);
  event.Key("balance_sats").Integer(ledger_.Balance(transfer.to)).EndObject();
  const std::string line = event.Take() + "\n";
  // Copied first: sending may close, and so erase.
  std::vector<ConnectionId> wallets;
  const auto [from, to] = by_account_.equal_range(static_cast<std::uint64_t>(transfer.to));
  for (auto it = from; it != to; ++it) wallets.push_back(it->second);
  for (const ConnectionId wallet : wallets) server_.Send(wallet, line);
}

}  // namespace seep::simnet
