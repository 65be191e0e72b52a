#include "sdk/driver_protocol/json.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"
#include "sdk/driver_protocol/simdjson_text.h"

namespace seep::driver {
namespace {

void Write(const Json& value, JsonWriter& out) {
  if (const auto* members = value.object()) {
    out.BeginObject();
    for (const auto& [name, member] : *members) Write(member, out.Key(name));
    out.EndObject();
  } else if (const auto* items = value.array()) {
    out.BeginArray();
    for (const Json& item : *items) Write(item, out);
    out.EndArray();
  } else if (const auto* text = value.string()) {
    out.String(*text);
  } else if (const auto truth = value.AsBool()) {
    out.Bool(*truth);
  } else if (const auto integer = value.AsInteger()) {
    out.Integer(*integer);
  } else if (const auto number = value.AsNumber()) {
    out.Number(*number);
  } else {
    out.Null();
  }
}

}  // namespace

namespace {

// A failure to allocate here shows again, and is reported, by parse().
void Prepare(simdjson::dom::parser& parser, std::size_t capacity) {
  [[maybe_unused]] const auto error = parser.allocate(capacity, kMaxJsonDepth);
}

}  // namespace

TextParser::TextParser() { Prepare(small_, 4096); }

absl::StatusOr<simdjson::dom::element> TextParser::Parse(std::string_view text) {
  if (text.size() > kMaxLineBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the text has ", text.size(), " bytes; the limit is ", kMaxLineBytes));
  }
  const bool large = text.size() > kLargeTextBytes;
  // Also on the way back to small lines: that is when the big buffers go.
  if (large || large_.capacity() > 0) large_ = simdjson::dom::parser();
  if (large) Prepare(large_, text.size());
  simdjson::dom::element element;
  const auto error = (large ? large_ : small_).parse(text.data(), text.size()).get(element);
  if (error) return absl::InvalidArgumentError(simdjson::error_message(error));
  return element;
}

Json ToJson(simdjson::dom::element element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::OBJECT: {
      Json::Object members;
      for (const auto field : simdjson::dom::object(element)) {
        members.emplace_back(std::string(field.key), ToJson(field.value));
      }
      return Json(std::move(members));
    }
    case element_type::ARRAY: {
      Json::Array items;
      for (const auto item : simdjson::dom::array(element)) items.push_back(ToJson(item));
      return Json(std::move(items));
    }
    case element_type::STRING:
      return Json(std::string(std::string_view(element)));
    case element_type::BOOL:
      return Json(bool(element));
    case element_type::INT64:
      return Json(std::int64_t(element));
    case element_type::UINT64:
      return Json(static_cast<double>(std::uint64_t(element)));
    case element_type::DOUBLE:
      return Json(double(element));
    case element_type::NULL_VALUE:
      return Json();
  }
  return Json();
}

absl::StatusOr<Json> Json::Parse(std::string_view text) {
  TextParser parser;
  auto element = parser.Parse(text);
  if (!element.ok()) return element.status();
  return ToJson(*element);
}

std::optional<bool> Json::AsBool() const {
  const bool* value = std::get_if<bool>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::int64_t> Json::AsInteger() const {
  const auto* value = std::get_if<std::int64_t>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<double> Json::AsNumber() const {
  if (const auto integer = AsInteger()) return static_cast<double>(*integer);
  const double* value = std::get_if<double>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

const Json* Json::Find(std::string_view name) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  for (const Member& member : *members) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

std::optional<bool> Json::FindBool(std::string_view name) const {
  const Json* member = Find(name);
  return member ? member->AsBool() : std::nullopt;
}

std::optional<std::int64_t> Json::FindInteger(std::string_view name) const {
  const Json* member = Find(name);
  return member ? member->AsInteger() : std::nullopt;
}

std::optional<double> Json::FindNumber(std::string_view name) const {
  const Json* member = Find(name);
  return member ? member->AsNumber() : std::nullopt;
}

std::optional<std::string_view> Json::FindString(std::string_view name) const {
  const Json* member = Find(name);
  if (member == nullptr || member->string() == nullptr) return std::nullopt;
  return std::string_view(*member->string());
}

std::string_view Json::TypeName() const {
  static constexpr std::string_view kNames[] = {"null",   "boolean", "integer", "number",
                                                "string", "array",   "object"};
  return kNames[value_.index()];
}

std::string Json::ToText() const {
  JsonWriter out;
  Write(*this, out);
  return out.Take();
}

}  // namespace seep::driver
