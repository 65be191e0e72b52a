#include <utility>

#include "absl/strings/str_cat.h"
#include "sdk/driver_protocol/messages.h"
#include "sdk/driver_protocol/protocol.h"
#include "sdk/driver_protocol/simdjson_text.h"

namespace seep::driver {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

std::optional<element> Member(object from, std::string_view name) {
  element found;
  if (from.at_key(name).get(found)) return std::nullopt;
  return found;
}

std::optional<std::int64_t> Integer(const std::optional<element>& value) {
  if (!value || !value->is<std::int64_t>()) return std::nullopt;
  const auto integer = std::int64_t(*value);
  if (integer > kMaxInteger || integer < -kMaxInteger) return std::nullopt;
  return integer;
}

std::string Text(const std::optional<element>& value) {
  if (!value || !value->is<std::string_view>()) return {};
  return std::string(std::string_view(*value));
}

RefusedRequest Refuse(std::optional<std::int64_t> id, ErrorKind kind, std::string message) {
  return {id, MakeCallError(kind, std::move(message))};
}

absl::StatusOr<CallError> DecodeError(element value) {
  object members;
  if (value.get(members)) return absl::InvalidArgumentError("`error` is no object");
  const auto code = Integer(Member(members, "code"));
  if (!code) return absl::InvalidArgumentError("`error.code` is no integer");
  const auto known = ErrorKindFromCode(*code);
  CallError error;
  error.code = *code;
  error.kind = std::string(ErrorKindName(known.value_or(ErrorKind{0})));
  error.retryable = known && IsRetryable(*known);
  error.message = Text(Member(members, "message"));
  const auto data = Member(members, "data");
  object details;
  if (!data || data->get(details)) return error;
  if (std::string kind = Text(Member(details, "kind")); !kind.empty()) error.kind = std::move(kind);
  if (const auto retryable = Member(details, "retryable"); retryable && retryable->is<bool>()) {
    error.retryable = bool(*retryable);
  }
  error.sdk_error = Text(Member(details, "sdk_error"));
  return error;
}

absl::StatusOr<IncomingAnswer> DecodeNotification(object message) {
  Notification notification;
  notification.method = Text(Member(message, "method"));
  if (notification.method.empty()) {
    return absl::InvalidArgumentError(
        "neither an answer (no `id`) nor a notification (no `method`)");
  }
  const auto params = Member(message, "params");
  if (params && !params->is<object>()) return absl::InvalidArgumentError("`params` is no object");
  notification.params_json = params ? simdjson::minify(*params) : "{}";
  return IncomingAnswer(std::move(notification));
}

}  // namespace

RequestDecoder::RequestDecoder() : parser_(std::make_unique<TextParser>()) {}
RequestDecoder::~RequestDecoder() = default;

IncomingRequest RequestDecoder::Decode(std::string_view line) {
  const auto root = parser_->Parse(line);
  if (!root.ok()) {
    return Refuse(std::nullopt, ErrorKind::kParseError,
                  absl::StrCat("the line is not JSON: ", root.status().message()));
  }
  object message;
  if (root->get(message)) {
    return Refuse(std::nullopt, ErrorKind::kInvalidRequest,
                  root->is_array() ? "batches are not used; send one object a line"
                                   : "a request is a JSON object");
  }
  const auto id_member = Member(message, "id");
  const auto id = Integer(id_member);
  if (id_member && !id) {
    return Refuse(std::nullopt, ErrorKind::kInvalidRequest, "`id` is not an integer within 2^53-1");
  }
  if (Text(Member(message, "jsonrpc")) != "2.0") {
    return Refuse(id, ErrorKind::kInvalidRequest, "`jsonrpc` is not \"2.0\"");
  }
  Request request;
  request.method = Text(Member(message, "method"));
  if (request.method.empty()) {
    return Refuse(id, ErrorKind::kInvalidRequest, "`method` is missing or not a string");
  }
  if (!id) return IgnoredNotification{};
  request.id = *id;
  const auto params = Member(message, "params");
  if (params && !params->is<object>()) {
    return Refuse(id, ErrorKind::kInvalidParams, "`params` is not an object");
  }
  request.params = params ? ToJson(*params) : Json(Json::Object());
  return request;
}

AnswerDecoder::AnswerDecoder() : parser_(std::make_unique<TextParser>()) {}
AnswerDecoder::~AnswerDecoder() = default;

absl::StatusOr<IncomingAnswer> AnswerDecoder::Decode(std::string_view line) {
  const auto root = parser_->Parse(line);
  if (!root.ok())
    return absl::InvalidArgumentError(absl::StrCat("not JSON: ", root.status().message()));
  object message;
  if (root->get(message)) return absl::InvalidArgumentError("not a JSON object");
  const auto id = Member(message, "id");
  if (!id) return DecodeNotification(message);

  Answer answer;
  answer.id = Integer(id);
  if (!answer.id && !id->is_null())
    return absl::InvalidArgumentError("`id` is neither an integer nor null");
  if (const auto error = Member(message, "error"); error && !error->is_null()) {
    auto decoded = DecodeError(*error);
    if (!decoded.ok()) return decoded.status();
    answer.error = *std::move(decoded);
    return IncomingAnswer(std::move(answer));
  }
  const auto result = Member(message, "result");
  if (!result || !result->is<object>()) {
    return absl::InvalidArgumentError("an answer has a `result` object or an `error`");
  }
  if (!answer.id) return absl::InvalidArgumentError("a `result` without an id belongs to nothing");
  answer.result_json = simdjson::minify(*result);
  return IncomingAnswer(std::move(answer));
}

absl::StatusOr<Json> Answer::Result() const {
  if (error) return absl::InvalidArgumentError("the call failed, it has no result");
  return Json::Parse(result_json);
}

}  // namespace seep::driver
