#include "cli/render/json_value.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cmath>

#include "cli/render/quantities.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

JsonValue ScalarOf(const Message& message, const Reflection& reflection, const FieldDescriptor* field, int index) {
  const bool many = index >= 0;
#define SEEP_FIELD(Type) \
  (many ? reflection.GetRepeated##Type(message, field, index) : reflection.Get##Type(message, field))
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: return JsonValue::Integer(SEEP_FIELD(Int32));
    case FieldDescriptor::CPPTYPE_INT64: return JsonValue::Integer(SEEP_FIELD(Int64));
    case FieldDescriptor::CPPTYPE_UINT32: return JsonValue::Unsigned(SEEP_FIELD(UInt32));
    case FieldDescriptor::CPPTYPE_UINT64: return JsonValue::Unsigned(SEEP_FIELD(UInt64));
    case FieldDescriptor::CPPTYPE_DOUBLE: return JsonValue::Number(SEEP_FIELD(Double));
    case FieldDescriptor::CPPTYPE_FLOAT: return JsonValue::Number(SEEP_FIELD(Float));
    case FieldDescriptor::CPPTYPE_BOOL: return JsonValue::Boolean(SEEP_FIELD(Bool));
    case FieldDescriptor::CPPTYPE_STRING: return JsonValue::String(SEEP_FIELD(String));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = SEEP_FIELD(Enum);
      return value->number() == 0 ? JsonValue() : JsonValue::String(EnumName(value->name()));
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: return JsonValue::OfMessage(SEEP_FIELD(Message));
  }
#undef SEEP_FIELD
  return {};
}

JsonValue RepeatedOf(const Message& message, const Reflection& reflection, const FieldDescriptor* field) {
  const int count = reflection.FieldSize(message, field);
  if (!field->is_map()) {
    JsonValue array = JsonValue::Array();
    for (int i = 0; i < count; ++i) array.Push(ScalarOf(message, reflection, field, i));
    return array;
  }
  JsonValue object = JsonValue::Object();
  for (int i = 0; i < count; ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, field, i);
    const auto* type = entry.GetDescriptor();
    const std::string key = entry.GetReflection()->GetString(entry, type->FindFieldByNumber(1));
    object.Set(key, ScalarOf(entry, *entry.GetReflection(), type->FindFieldByNumber(2), -1));
  }
  return object;
}

}  // namespace

JsonValue JsonValue::OfMessage(const Message& message) {
  JsonValue object = Object();
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->is_repeated()) {
      object.Set(field->name(), RepeatedOf(message, reflection, field));
    } else if (!field->has_presence() || reflection.HasField(message, field)) {
      object.Set(field->name(), ScalarOf(message, reflection, field, -1));
    }
  }
  return object;
}

JsonValue JsonValue::Document(const Message& message) {
  JsonValue document = Object();
  document.Set("schema_version", Integer(kOutputSchemaVersion));
  for (auto& member : OfMessage(message).members_) document.members_.push_back(std::move(member));
  return document;
}

JsonValue JsonValue::Number(double value) {
  JsonValue json;
  if (std::isfinite(value)) {
    const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
    json.scalar_ = whole ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
    if (json.scalar_ == "-0") json.scalar_ = "0";
  }
  return json;
}

JsonValue JsonValue::Integer(std::int64_t value) {
  JsonValue json;
  json.scalar_ = fmt::format("{}", value);
  return json;
}

JsonValue JsonValue::Unsigned(std::uint64_t value) {
  JsonValue json;
  json.scalar_ = fmt::format("{}", value);
  return json;
}

JsonValue JsonValue::Boolean(bool value) {
  JsonValue json;
  json.scalar_ = value ? "true" : "false";
  return json;
}

JsonValue JsonValue::String(std::string_view value) {
  JsonValue json;
  json.scalar_ = JsonQuoted(value);
  return json;
}

JsonValue JsonValue::Array() {
  JsonValue json;
  json.kind_ = Kind::kArray;
  return json;
}

JsonValue JsonValue::Object() {
  JsonValue json;
  json.kind_ = Kind::kObject;
  return json;
}

JsonValue& JsonValue::Push(JsonValue value) {
  members_.emplace_back(std::string(), std::move(value));
  return *this;
}

JsonValue& JsonValue::Set(std::string name, JsonValue value) {
  members_.emplace_back(std::move(name), std::move(value));
  return *this;
}

std::string JsonValue::Json(int indent) const {
  std::string out;
  WriteJson(out, indent, 0);
  return out + "\n";
}

void JsonValue::WriteJson(std::string& out, int indent, int depth) const {
  if (kind_ == Kind::kScalar) {
    out += scalar_;
    return;
  }
  auto new_line = [&](int level) {
    if (indent >= 0) out.append("\n").append(static_cast<std::size_t>(indent * level), ' ');
  };
  out += kind_ == Kind::kArray ? '[' : '{';
  bool first = true;
  for (const auto& [name, value] : members_) {
    if (!first) out += ',';
    first = false;
    new_line(depth + 1);
    if (kind_ == Kind::kObject) out.append(JsonQuoted(name)).append(indent >= 0 ? ": " : ":");
    value.WriteJson(out, indent, depth + 1);
  }
  if (!members_.empty()) new_line(depth);
  out += kind_ == Kind::kArray ? ']' : '}';
}

std::string JsonValue::Yaml() const {
  std::string out;
  WriteYaml(out, 0, false);
  return out;
}

// JSON's scalars are YAML's; only the block structure differs.
void JsonValue::WriteYaml(std::string& out, int depth, bool in_sequence) const {
  if (kind_ == Kind::kScalar || members_.empty()) {
    out.append(kind_ == Kind::kScalar ? scalar_ : kind_ == Kind::kArray ? "[]" : "{}").append("\n");
    return;
  }
  bool first = true;
  for (const auto& [name, value] : members_) {
    // The first line of an element of a sequence stands behind its dash.
    if (!(first && in_sequence)) out.append(static_cast<std::size_t>(2 * depth), ' ');
    first = false;
    const bool nested = value.kind_ != Kind::kScalar && !value.members_.empty();
    if (kind_ == Kind::kArray) {
      out += "- ";
      value.WriteYaml(out, depth + 1, nested);
      continue;
    }
    const bool plain = !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
    out.append(plain ? name : JsonQuoted(name)).append(nested ? ":\n" : ": ");
    value.WriteYaml(out, depth + 1, false);
  }
}

std::string JsonQuoted(std::string_view text) {
  std::string out = "\"";
  std::size_t plain = 0;
  auto flush = [&](std::size_t end) {
    // Printable replaces what is not UTF-8; the escapes below never reach it.
    out += Printable(text.substr(plain, end - plain));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) continue;
    flush(i);
    plain = i + 1;
    if (c == '"' || c == '\\') out.append("\\").push_back(static_cast<char>(c));
    else if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else out += fmt::format("\\u{:04x}", c);
  }
  flush(text.size());
  return out + "\"";
}

}  // namespace seep::cli
