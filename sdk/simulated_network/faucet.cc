#include "sdk/simulated_network/faucet.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "sdk/driver_protocol/json.h"
#include "sdk/driver_protocol/json_writer.h"

namespace seep::simnet {
namespace {

using driver::Json;
using driver::JsonWriter;

FaucetResponse Plain(int status, std::string_view message) {
  return {status,
          JsonWriter().BeginObject().Key("message").String(message).EndObject().Take(),
          {},
          false,
          nullptr};
}

FaucetResponse GraphqlError(std::string_view message) {
  JsonWriter out;
  out.BeginObject().Key("data").Null().Key("errors").BeginArray();
  out.BeginObject().Key("message").String(message).EndObject();
  return {200, out.EndArray().EndObject().Take(), {}, false, nullptr};
}

}  // namespace

absl::StatusOr<FaucetFailure> ParseFaucetFailure(std::string_view name) {
  if (name == "http_503") return FaucetFailure::kHttp503;
  if (name == "graphql_errors") return FaucetFailure::kGraphqlErrors;
  if (name == "null_data") return FaucetFailure::kNullData;
  if (name == "slow") return FaucetFailure::kSlow;
  if (name == "hang_up") return FaucetFailure::kHangUp;
  return absl::InvalidArgumentError(
      absl::StrCat("`", absl::string_view(name.data(), name.size()),
                   "` is none of http_503, graphql_errors, null_data, slow, hang_up"));
}

Faucet::Faucet(Ledger& ledger, FaucetOptions options)
    : ledger_(ledger), options_(std::move(options)) {
  if (options_.username.empty() || options_.password.empty()) return;
  expected_authorization_ = absl::StrCat(
      "Basic ", absl::Base64Escape(absl::StrCat(options_.username, ":", options_.password)));
}

bool Faucet::Authorised(const HttpRequest& request) const {
  return expected_authorization_.empty() ||
         request.Header("authorization") == expected_authorization_;
}

std::optional<FaucetFailure> Faucet::NextFailure() {
  ++requests_;
  if (options_.fail_every <= 0 || options_.failures.empty() || requests_ % options_.fail_every != 0)
    return std::nullopt;
  return options_.failures[static_cast<std::size_t>(failures_++) % options_.failures.size()];
}

FaucetResponse Faucet::Respond(const HttpRequest& request, std::int64_t now) {
  if (request.target != "/graphql") return Plain(404, "the faucet is at /graphql");
  if (request.method != "POST") return Plain(405, "the faucet takes POST");
  if (!Authorised(request)) return Plain(401, "wrong or missing credentials");
  const auto failure = NextFailure();
  if (!failure) return Fund(request, now);
  switch (*failure) {
    case FaucetFailure::kHttp503:
      return Plain(503, "injected: the faucet is down");
    case FaucetFailure::kGraphqlErrors:
      return GraphqlError("injected: the faucet refuses");
    case FaucetFailure::kNullData:
      return {200, R"({"data":null})", {}, false, nullptr};
    case FaucetFailure::kHangUp:
      return {0, "", {}, true, nullptr};
    case FaucetFailure::kSlow:
      break;
  }
  // Slow, but it pays: a client that gave up and asks again gets twice as much.
  FaucetResponse response = Fund(request, now);
  response.delay = options_.slow;
  return response;
}

FaucetResponse Faucet::Fund(const HttpRequest& request, std::int64_t now) {
  const auto body = Json::Parse(request.body);
  if (!body.ok() || !body->is_object()) return Plain(400, "the body is not a JSON object");
  if (body->FindString("operationName") != "RequestRegtestFunds") {
    return GraphqlError("`operationName` is not RequestRegtestFunds");
  }
  if (body->FindString("query").value_or("").find("request_regtest_funds") ==
      std::string_view::npos) {
    return GraphqlError("`query` does not ask for request_regtest_funds");
  }
  const Json* variables = body->Find("variables");
  const auto amount = variables ? variables->FindInteger("amount_sats") : std::nullopt;
  const auto address = variables ? variables->FindString("address") : std::nullopt;
  if (!amount || !address)
    return GraphqlError("`variables` needs `amount_sats` (an integer) and `address`");
  if (*amount < 1 || *amount > options_.max_sats) {
    return GraphqlError(absl::StrCat("`amount_sats` is 1 to ", options_.max_sats));
  }
  const auto destination = ParseDestination(*address);
  if (!destination.ok()) return GraphqlError(std::string(destination.status().message()));
  if (options_.once_per_address && funded_.count(std::string(*address))) {
    return GraphqlError("this address was funded already");
  }
  auto transfer = ledger_.Fund(*destination, *amount, now);
  if (!transfer.ok()) return GraphqlError(std::string(transfer.status().message()));
  if (options_.once_per_address) {
    if (funded_.size() >= kMaxRememberedAddresses) funded_.clear();
    funded_.insert(std::string(*address));
  }
  JsonWriter out;
  out.BeginObject().Key("data").BeginObject().Key("request_regtest_funds").BeginObject();
  out.Key("transaction_hash").String((*transfer)->id).EndObject().EndObject().EndObject();
  return {200, out.Take(), {}, false, *std::move(transfer)};
}

}  // namespace seep::simnet
