// Appends JSON to a string without building a value first.
//
//   JsonWriter w;
//   w.BeginObject().Key("id").Integer(7).Key("ok").Bool(true).EndObject();
//   w.text();  // {"id":7,"ok":true}
//
// Threads: none of its own; one thread at a time.
// Surprises: the caller keeps the order of calls right (a Key before each value
//          in an object). Bytes that are not UTF-8 become U+FFFD; a number that
//          JSON cannot hold (NaN, infinity) becomes null.
#ifndef SEEP_SDK_DRIVER_PROTOCOL_JSON_WRITER_H_
#define SEEP_SDK_DRIVER_PROTOCOL_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace seep::driver {

class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  JsonWriter& Key(std::string_view name);
  JsonWriter& String(std::string_view value);
  JsonWriter& Integer(std::int64_t value);
  JsonWriter& Number(double value);
  JsonWriter& Bool(bool value) { return Literal(value ? "true" : "false"); }
  JsonWriter& Null() { return Literal("null"); }
  // `json` is trusted to be one valid JSON value.
  JsonWriter& Raw(std::string_view json) { return Literal(json); }

  const std::string& text() const { return text_; }
  std::string Take() { return std::move(text_); }

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);
  JsonWriter& Literal(std::string_view text);
  void Separate();

  std::string text_;
  bool needs_comma_ = false;
};

// Appends `value` as a quoted JSON string.
void AppendJsonString(std::string_view value, std::string& out);

}  // namespace seep::driver

#endif  // SEEP_SDK_DRIVER_PROTOCOL_JSON_WRITER_H_
