#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/messages.h"

namespace seep::driver {
namespace {

JsonWriter BeginMessage() {
  JsonWriter out;
  out.BeginObject().Key("jsonrpc").String("2.0");
  return out;
}

std::string EndMessage(JsonWriter& out) {
  out.EndObject();
  std::string line = out.Take();
  line += '\n';
  return line;
}

}  // namespace

std::string EncodeRequest(std::int64_t id, std::string_view method, std::string_view params_json) {
  JsonWriter out = BeginMessage();
  out.Key("id").Integer(id).Key("method").String(method).Key("params").Raw(params_json);
  return EndMessage(out);
}

std::string EncodeAnswer(std::int64_t id, std::string_view result_json) {
  JsonWriter out = BeginMessage();
  out.Key("id").Integer(id).Key("result").Raw(result_json);
  return EndMessage(out);
}

std::string EncodeError(std::optional<std::int64_t> id, const CallError& error) {
  JsonWriter out = BeginMessage();
  out.Key("id");
  if (id) {
    out.Integer(*id);
  } else {
    out.Null();
  }
  out.Key("error").BeginObject();
  out.Key("code").Integer(error.code).Key("message").String(error.message);
  out.Key("data").BeginObject();
  out.Key("kind").String(error.kind).Key("retryable").Bool(error.retryable);
  out.Key("sdk_error").String(error.sdk_error);
  out.EndObject().EndObject();
  return EndMessage(out);
}

std::string EncodeNotification(std::string_view method, std::string_view params_json) {
  JsonWriter out = BeginMessage();
  out.Key("method").String(method).Key("params").Raw(params_json);
  return EndMessage(out);
}

}  // namespace seep::driver
