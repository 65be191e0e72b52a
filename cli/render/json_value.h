// A small tree that prints as JSON (compact or indented) and as YAML, and the
// translation of any of our messages into it.
//
// Members of messages keep their proto names; NaN and infinities are null;
// enums are their names ("FINISHED", "LEAK"); maps are objects.
#ifndef SEEP_CLI_RENDER_JSON_VALUE_H_
#define SEEP_CLI_RENDER_JSON_VALUE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace google::protobuf {
class Message;
}

namespace seep::cli {

// Raised when a member's meaning changes or one goes, not when one is added.
inline constexpr int kOutputSchemaVersion = 1;

class JsonValue {
 public:
  JsonValue() = default;  // null
  static JsonValue Number(double value);
  static JsonValue Integer(std::int64_t value);
  static JsonValue Unsigned(std::uint64_t value);
  static JsonValue Boolean(bool value);
  static JsonValue String(std::string_view value);
  static JsonValue Array();
  static JsonValue Object();
  static JsonValue OfMessage(const google::protobuf::Message& message);
  // An object that begins with schema_version, then the message's members.
  static JsonValue Document(const google::protobuf::Message& message);

  JsonValue& Push(JsonValue value);                         // arrays
  JsonValue& Set(std::string name, JsonValue value);        // objects

  std::string Json(int indent = -1) const;  // -1: one line
  std::string Yaml() const;

 private:
  enum class Kind { kScalar, kArray, kObject };
  void WriteJson(std::string& out, int indent, int depth) const;
  void WriteYaml(std::string& out, int depth, bool in_sequence) const;

  Kind kind_ = Kind::kScalar;
  std::string scalar_ = "null";  // encoded
  std::vector<std::pair<std::string, JsonValue>> members_;  // names empty in arrays
};

std::string JsonQuoted(std::string_view text);  // invalid UTF-8 becomes '?'

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_JSON_VALUE_H_
