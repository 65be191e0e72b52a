// A JSON value, so that no JSON library shows in anybody's headers.
//
// Threads: a plain value; not shared while written.
// Failure: Parse returns kInvalidArgument saying what is wrong. Nesting deeper
//          than kMaxJsonDepth, text longer than kMaxLineBytes, integers beyond
//          64 bits and broken UTF-8 are refused.
#ifndef SEEP_SDK_DRIVER_PROTOCOL_JSON_H_
#define SEEP_SDK_DRIVER_PROTOCOL_JSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace seep::driver {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  // In the order of the text; of two members with one name the first counts.
  using Object = std::vector<Member>;

  Json() = default;  // null
  explicit Json(bool value) : value_(value) {}
  explicit Json(std::int64_t value) : value_(value) {}
  explicit Json(double value) : value_(value) {}
  explicit Json(std::string value) : value_(std::move(value)) {}
  explicit Json(Array items) : value_(std::move(items)) {}
  explicit Json(Object members) : value_(std::move(members)) {}

  static absl::StatusOr<Json> Parse(std::string_view text);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_object() const { return object() != nullptr; }

  // What the value is, or nothing when it is something else.
  std::optional<bool> AsBool() const;
  std::optional<std::int64_t> AsInteger() const;  // 3.0 is no integer
  std::optional<double> AsNumber() const;         // integers too
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }

  // The member of an object; nullptr when absent or when this is no object.
  const Json* Find(std::string_view name) const;
  // The same for the commonest types: nothing when absent or of another type.
  std::optional<bool> FindBool(std::string_view name) const;
  std::optional<std::int64_t> FindInteger(std::string_view name) const;
  std::optional<double> FindNumber(std::string_view name) const;
  std::optional<std::string_view> FindString(std::string_view name) const;

  // "null", "boolean", "integer", "number", "string", "array", "object".
  std::string_view TypeName() const;
  // The text, without white space. Valid UTF-8 whatever the strings hold.
  std::string ToText() const;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

}  // namespace seep::driver

#endif  // SEEP_SDK_DRIVER_PROTOCOL_JSON_H_
