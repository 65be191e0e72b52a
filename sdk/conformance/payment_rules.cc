// SPEC.md, section 7: receive, prepare_send, send, list_payments. What the SDK
// cannot do here, for want of funds or a network, is skipped and said.
#include "absl/strings/str_cat.h"
#include "sdk/conformance/rules.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::conformance {
namespace {

using driver::ErrorKind;
using driver::Json;

constexpr int kAmount = 7;

// Two wallets, and where the second one wants its money.
struct Pair {
  std::string payer, payee, destination;
};

Problem MakePair(Trial& trial, HostSession& host, Pair& pair) {
  pair.payer = trial.NewName();
  pair.payee = trial.NewName();
  SEEP_HOLDS(trial.Connect(host, pair.payer));
  SEEP_HOLDS(trial.Connect(host, pair.payee, true));
  if (!trial.Can("receive")) return Skip("capability receive is not declared");
  Json request;
  SEEP_HOLDS(ResultOrSkip(host, "receive", OnInstance(pair.payee, R"("method":"spark_address")"), &request));
  pair.destination = std::string(request.FindString("payment_request").value_or(""));
  return std::nullopt;
}

Problem Prepare(HostSession& host, const Pair& pair, Json& prepared) {
  return ResultOrSkip(host, "prepare_send",
                      OnInstance(pair.payer, absl::StrCat("\"destination\":", Quoted(pair.destination), ",\"amount_sats\":", kAmount)), &prepared);
}

std::string SendParams(const Pair& pair, const Json& prepared, const std::string& more = "") {
  return OnInstance(pair.payer, absl::StrCat("\"prepared\":", Quoted(std::string(prepared.FindString("prepared").value_or(""))), more));
}

Problem Leave(HostSession& host, const Pair& pair) {
  for (const std::string& name : {pair.payer, pair.payee}) {
    SEEP_HOLDS(ExpectResult(host, "disconnect", OnInstance(name)));
    SEEP_HOLDS(ExpectResult(host, "destroy", OnInstance(name)));
  }
  return std::nullopt;
}

Finding CheckReceive(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  int answered = 0;
  for (const char* method : {"spark_address", "spark_invoice", "bolt11_invoice", "bitcoin_address"}) {
    const Json* answer = host->Wait(host->Send("receive", OnInstance(name, absl::StrCat("\"method\":\"", method, "\",\"amount_sats\":", kAmount))));
    const auto kind = KindOf(answer);
    if (kind && *kind >= ErrorKind::kSdkError && *kind <= ErrorKind::kNotSupported) continue;
    const Json* result = answer ? answer->Find("result") : nullptr;
    if (!result || result->FindString("payment_request").value_or("").empty() || result->FindInteger("fee_sats").value_or(-1) < 0) {
      return host->Fail(absl::StrCat("`payment_request` and `fee_sats` of ", method), answer);
    }
    ++answered;
  }
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return answered > 0 ? Pass() : Skip("the SDK can make none of the four kinds of requests here");
}

Finding CheckPrepare(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  Pair pair;
  SEEP_HOLDS(MakePair(trial, *host, pair));
  Json first, second;
  SEEP_HOLDS(Prepare(*host, pair, first));
  SEEP_HOLDS(Prepare(*host, pair, second));
  for (const Json* prepared : {&first, &second}) {
    if (prepared->FindString("prepared").value_or("").empty() || prepared->FindInteger("amount_sats") != kAmount ||
        prepared->FindInteger("fee_sats").value_or(-1) < 0) {
      return host->Fail(absl::StrCat("`prepared`, a token, `amount_sats` ", kAmount, " and `fee_sats`"), prepared);
    }
  }
  if (first.FindString("prepared") == second.FindString("prepared")) return host->Fail("a token for each prepare_send", &second);
  SEEP_HOLDS(Leave(*host, pair));
  return Pass();
}

Finding CheckTokens(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  Pair pair;
  SEEP_HOLDS(MakePair(trial, *host, pair));
  Json oldest, latest;
  SEEP_HOLDS(Prepare(*host, pair, oldest));
  Pair others = pair;
  std::swap(others.payer, others.payee);
  SEEP_HOLDS(ExpectError(*host, "send", SendParams(others, oldest), ErrorKind::kInvalidParams));  // another instance's token
  for (std::size_t i = 0; i < driver::kMaxPreparedPayments; ++i) SEEP_HOLDS(Prepare(*host, pair, latest));
  SEEP_HOLDS(ExpectError(*host, "send", SendParams(pair, oldest), ErrorKind::kInvalidParams));
  const Json* answer = host->Wait(host->Send("send", SendParams(pair, latest)));  // paid or not, the token is used up
  if (!answer || KindOf(answer) == ErrorKind::kInvalidParams) return host->Fail("the latest of 65 tokens to be known", answer);
  SEEP_HOLDS(ExpectError(*host, "send", SendParams(pair, latest), ErrorKind::kInvalidParams));
  SEEP_HOLDS(Leave(*host, pair));
  return Pass();
}

Finding CheckSend(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  Pair pair;
  SEEP_HOLDS(MakePair(trial, *host, pair));
  Json prepared, sent;
  SEEP_HOLDS(Prepare(*host, pair, prepared));
  SEEP_HOLDS(ResultOrSkip(*host, "send", SendParams(pair, prepared), &sent));
  const std::string wrong = WrongWithPayment(sent.Find("payment"));
  if (!wrong.empty()) return host->Fail(absl::StrCat("`payment` as section 7 has it; here ", wrong), &sent);
  const Json& payment = *sent.Find("payment");
  if (payment.FindString("direction") != "send" || payment.FindInteger("amount_sats") != kAmount) {
    return host->Fail(absl::StrCat("a payment that sends ", kAmount, " sats"), &sent);
  }
  SEEP_HOLDS(Leave(*host, pair));
  return Pass();
}

Finding CheckIdempotency(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  Pair pair;
  SEEP_HOLDS(MakePair(trial, *host, pair));
  std::string ids[2];
  for (std::string& id : ids) {
    Json prepared, sent;
    SEEP_HOLDS(Prepare(*host, pair, prepared));
    SEEP_HOLDS(ResultOrSkip(*host, "send", SendParams(pair, prepared, R"(,"idempotency_key":"check-once")"), &sent));
    const Json* payment = sent.Find("payment");
    id = std::string(payment ? payment->FindString("id").value_or("") : "");
    if (id != ids[0]) return host->Fail(absl::StrCat("the first payment, ", ids[0], ", for the same key"), &sent);
  }
  SEEP_HOLDS(Leave(*host, pair));
  return Pass();
}

std::string WrongWithList(const Json& list, std::int64_t limit, bool include) {
  const auto count = list.FindInteger("count");
  if (!count || *count < 0) return "`count` is not an integer >= 0";
  if (limit > 0 && *count > limit) return absl::StrCat("`count` is beyond the limit ", limit);
  const Json* payments = list.Find("payments");
  if (!include) return payments ? "`payments` is there though `include` was not asked for" : "";
  if (!payments || !payments->array()) return "`payments` is not an array";
  if (static_cast<std::int64_t>(payments->array()->size()) != *count) return "`count` is not the number of payments";
  for (const Json& payment : *payments->array()) {
    if (std::string wrong = WrongWithPayment(&payment); !wrong.empty()) return wrong;
  }
  return "";
}

Finding CheckHistory(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  SEEP_HOLDS(trial.Connect(*host, name));
  struct Query {
    const char* more;
    int limit;
    bool include;
  };
  for (const Query& query : {Query{R"("limit":0)", 0, false}, {R"("include":true)", 0, true}, {R"("limit":1,"include":true)", 1, true},
                             {R"("limit":3,"offset":1,"destroy_response":false)", 3, false}}) {
    Json list;
    SEEP_HOLDS(ResultOrSkip(*host, "list_payments", OnInstance(name, query.more), &list));
    const std::string wrong = WrongWithList(list, query.limit, query.include);
    if (!wrong.empty()) return host->Fail(absl::StrCat("a list of payments as section 7 has it; here ", wrong), &list);
  }
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

}  // namespace

std::vector<Rule> PaymentRules() {
  return {{"R-7.15", "receive answers a request and a fee", {"receive"}, CheckReceive},
          {"R-7.16", "prepare_send answers a token, the amount and the fee", {"payments"}, CheckPrepare},
          {"R-7.17", "a token is one instance's, used once, one of the 64 latest", {"payments"}, CheckTokens},
          {"R-7.18", "send answers the payment", {"payments"}, CheckSend},
          {"R-7.19", "one idempotency key never pays twice", {"payments"}, CheckIdempotency},
          {"R-7.20", "list_payments counts, and includes on demand", {"history"}, CheckHistory}};
}

}  // namespace seep::conformance
