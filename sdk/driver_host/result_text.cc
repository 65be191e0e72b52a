#include "sdk/driver_host/result_text.h"

#include "absl/strings/str_cat.h"
#include "sdk/driver_host/params.h"
#include "sdk/driver_protocol/messages.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host {

using driver::ErrorKind;
using driver::Json;
using driver::JsonWriter;

void WritePayment(const Payment& payment, JsonWriter& out) {
  out.BeginObject();
  out.Key("id").String(payment.id).Key("status").String(payment.status);
  out.Key("direction").String(payment.direction).Key("method").String(payment.method);
  out.Key("amount_sats").Integer(payment.amount_sats).Key("fee_sats").Integer(payment.fee_sats);
  out.Key("timestamp").Integer(payment.timestamp);
  out.EndObject();
}

Outcome ParseText(Sdk& sdk, const Json& json) {
  Params params(json);
  const std::string input = params.Text("input");
  if (params.error()) return *params.error();
  const auto type = sdk.Parse(input);
  if (!type.ok()) return ErrorOf(type.status());
  return JsonWriter().BeginObject().Key("type").String(*type).EndObject().Take();
}

Outcome InvokeOperation(const Json& json, const Operation& operation) {
  Params params(json);
  const std::string name = params.Text("operation");
  const Json& arguments = params.OptionalObject("arguments");
  if (params.error()) return *params.error();
  const auto result = operation(name, arguments);
  if (!result.ok()) return ErrorOf(result.status());
  return JsonWriter().BeginObject().Key("result").Raw(result->ToText()).EndObject().Take();
}

std::string EncodeOutcome(std::int64_t id, const Outcome& outcome) {
  if (const auto* error = std::get_if<driver::CallError>(&outcome))
    return driver::EncodeError(id, *error);
  std::string line = driver::EncodeAnswer(id, std::get<std::string>(outcome));
  if (line.size() <= driver::kMaxLineBytes) return line;
  return driver::EncodeError(
      id, driver::MakeCallError(
              ErrorKind::kLimitExceeded,
              absl::StrCat("the answer has ", line.size(), " bytes, more than a line may (",
                           driver::kMaxLineBytes, "); ask for less, e.g. with `limit`")));
}

}  // namespace seep::driver_host
