#include "sdk/conformance/traffic.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "sdk/driver_protocol/call_error.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::conformance {
namespace {

using driver::Json;

bool IsWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool IsOneOf(std::optional<std::string_view> text, std::initializer_list<std::string_view> words) {
  return text && std::find(words.begin(), words.end(), *text) != words.end();
}

std::string WrongWithEvent(const Json& params) {
  const auto instance = params.FindString("instance");
  if (!instance || !driver::IsInstanceName(*instance)) return "`instance` is no instance's name";
  const auto type = params.FindString("type");
  if (!type || !IsWord(*type)) return "`type` is not a word in lower case with underscores";
  if (params.Find("listener") && !params.FindString("listener")) return "`listener` is not a text";
  if (params.Find("detail") && !params.FindString("detail")) return "`detail` is not a text";
  return params.Find("payment") ? WrongWithPayment(params.Find("payment")) : "";
}

std::string WrongWithError(const Json& error) {
  const auto code = error.FindInteger("code");
  if (!code) return "`error.code` is not an integer";
  const auto kind = driver::ErrorKindFromCode(*code);
  if (!kind) return absl::StrCat("code ", *code, " is not in the table");
  if (!error.FindString("message")) return "`error.message` is not a text";
  const Json* data = error.Find("data");
  if (data == nullptr || !data->is_object()) return "`error.data` is not an object";
  if (data->FindString("kind") != driver::ErrorKindName(*kind)) {
    return absl::StrCat("`error.data.kind` is not \"", std::string(driver::ErrorKindName(*kind)), "\", which code ", *code, " is");
  }
  if (!data->FindBool("retryable")) return "`error.data.retryable` is neither true nor false";
  if (data->Find("sdk_error") && !data->FindString("sdk_error")) return "`error.data.sdk_error` is not a text";
  return "";
}

}  // namespace

std::string Shown(std::string_view text) {
  constexpr std::size_t kMost = 300;
  std::string shown = Printable(text.substr(0, kMost));
  if (text.size() > kMost) absl::StrAppend(&shown, "… (", text.size(), " bytes)");
  return shown;
}

Finding Failure(std::string expected, std::string sent, std::string came) {
  return {Outcome::kFail, std::move(expected), std::move(sent), std::move(came), {}};
}

std::string WrongWithPayment(const Json* payment) {
  if (payment == nullptr || !payment->is_object()) return "the payment is not an object";
  for (const char* name : {"id", "method"}) {
    const auto text = payment->FindString(name);
    if (!text || text->empty()) return absl::StrCat("the payment's `", name, "` is not a text");
  }
  if (!IsOneOf(payment->FindString("status"), {"pending", "completed", "failed"})) return "the payment's `status` is not pending, completed or failed";
  if (!IsOneOf(payment->FindString("direction"), {"send", "receive"})) return "the payment's `direction` is not send or receive";
  for (const char* name : {"amount_sats", "fee_sats", "timestamp"}) {
    const auto number = payment->FindInteger(name);
    if (!number || *number < 0) return absl::StrCat("the payment's `", name, "` is not an integer >= 0");
  }
  return "";
}

void Traffic::SawText(std::string_view text, const std::string& where) {
  for (const std::string& secret : secrets_) {
    if (text.find(secret) == std::string_view::npos) continue;
    Remark("R-7.2", Failure("no seed or mnemonic in anything the host says", absl::StrCat("a secret of ", secret.size(), " characters"),
                            absl::StrCat("it stands on standard ", where)));
  }
}

void Traffic::SawErrorLine(std::string_view line) {
  if (line.find("\"jsonrpc\"") == std::string_view::npos) return;
  const auto json = Json::Parse(line);
  if (!json.ok() || !json->is_object()) return;
  Remark("R-1.2", Failure("standard error holds free text, no message of the protocol", "", Shown(line)));
}

void Traffic::SawError(const Json& answer) {
  const Json& error = *answer.Find("error");
  const std::string wrong = error.is_object() ? WrongWithError(error) : "`error` is not an object";
  if (!wrong.empty()) Remark("R-6.1", Failure(absl::StrCat("an error as section 6 has it; here ", wrong), "", Shown(answer.ToText())));
  const Json* data = error.Find("data");
  for (const auto text : {error.FindString("message"), data ? data->FindString("sdk_error") : std::nullopt}) {
    if (!text || text->size() <= driver::kMaxSdkErrorBytes) continue;
    Remark("R-6.2", Failure("error texts of at most 4,096 bytes", "", absl::StrCat(text->size(), " bytes: ", Shown(*text))));
  }
}

void Traffic::SawNotification(const std::string& method, const Json* params, const std::string& line) {
  static const Json kNone{Json::Object()};
  const Json& values = params && params->is_object() ? *params : kNone;
  std::string wrong, rule;
  if (method == driver::notification::kEvent) {
    ++events_;
    rule = "R-8.2";
    wrong = WrongWithEvent(values);
  } else if (method == driver::notification::kLog) {
    ++logs_;
    rule = "R-8.3";
    if (!IsOneOf(values.FindString("level"), {"error", "warn", "info", "debug"})) wrong = "`level` is not error, warn, info or debug";
    if (!values.FindString("message")) wrong = "`message` is not a text";
  } else if (method == driver::notification::kOutOfBandError) {
    ++out_of_band_errors_;
    rule = "R-8.4";
    if (!values.FindString("message")) wrong = "`message` is not a text";
    if (values.Find("instance") && !values.FindString("instance")) wrong = "`instance` is not a text";
  }
  if (!wrong.empty()) Remark(rule, Failure(absl::StrCat("a notification as section 8 has it; here ", wrong), "", Shown(line)));
}

void Traffic::Remark(const std::string& rule, Finding finding) { remarks_.emplace(rule, std::move(finding)); }

const Finding* Traffic::Of(const std::string& rule) const {
  const auto found = remarks_.find(rule);
  return found == remarks_.end() ? nullptr : &found->second;
}

}  // namespace seep::conformance
