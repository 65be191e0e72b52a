// The messages of the protocol, to and from their lines.
//
// Seep's side:   EncodeRequest, AnswerDecoder.
// A host's side: RequestDecoder, EncodeAnswer, EncodeError, EncodeNotification.
//
// Encoders return one line with its line feed. Arguments named *_json are
// trusted to be one valid JSON object each (JsonWriter makes them).
//
// Threads: functions from any; a decoder keeps buffers and belongs to one.
// Failure: a decoder never fails on good input of a newer minor version:
//          unknown members are ignored.
#ifndef SEEP_SDK_DRIVER_PROTOCOL_MESSAGES_H_
#define SEEP_SDK_DRIVER_PROTOCOL_MESSAGES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "sdk/driver_protocol/call_error.h"
#include "sdk/driver_protocol/json.h"

namespace seep::driver {

class TextParser;

std::string EncodeRequest(std::int64_t id, std::string_view method, std::string_view params_json);
std::string EncodeAnswer(std::int64_t id, std::string_view result_json);
// No id: the request was too broken to have one ("id": null).
std::string EncodeError(std::optional<std::int64_t> id, const CallError& error);
std::string EncodeNotification(std::string_view method, std::string_view params_json);

struct Request {
  std::int64_t id = 0;
  std::string method;
  Json params;  // always an object
};
// The line came, but is no request; answer it with `error`.
struct RefusedRequest {
  std::optional<std::int64_t> id;
  CallError error;
};
// A message without an id: version 1 defines none.
struct IgnoredNotification {};
using IncomingRequest = std::variant<Request, RefusedRequest, IgnoredNotification>;

class RequestDecoder {
 public:
  RequestDecoder();
  ~RequestDecoder();
  IncomingRequest Decode(std::string_view line);

 private:
  std::unique_ptr<TextParser> parser_;
};

struct Answer {
  std::optional<std::int64_t> id;  // none: the host could not read our request
  std::optional<CallError> error;  // none: success
  std::string result_json;         // an object's text; empty on error

  // The result as a value; kInvalidArgument when there is none.
  absl::StatusOr<Json> Result() const;
};
struct Notification {
  std::string method;
  std::string params_json;  // an object's text, "{}" when absent
  absl::StatusOr<Json> Params() const { return Json::Parse(params_json); }
};
using IncomingAnswer = std::variant<Answer, Notification>;

class AnswerDecoder {
 public:
  AnswerDecoder();
  ~AnswerDecoder();
  // kInvalidArgument: the line is no message of the protocol (R-1.3 counts it).
  absl::StatusOr<IncomingAnswer> Decode(std::string_view line);

 private:
  std::unique_ptr<TextParser> parser_;
};

}  // namespace seep::driver

#endif  // SEEP_SDK_DRIVER_PROTOCOL_MESSAGES_H_
