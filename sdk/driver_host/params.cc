#include "sdk/driver_host/params.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace seep::driver_host {
namespace {
absl::string_view Abseil(std::string_view text) { return {text.data(), text.size()}; }
const driver::Json kEmptyObject{driver::Json::Object()};
}  // namespace

void Params::Refuse(std::string_view name, std::string_view complaint) {
  if (error_) return;
  error_ = driver::MakeCallError(driver::ErrorKind::kInvalidParams,
                                 absl::StrCat("params.", Abseil(name), " ", Abseil(complaint)));
}

const driver::Json* Params::Find(std::string_view name) const {
  const driver::Json* value = object_.Find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Params::Text(std::string_view name) {
  if (Find(name) == nullptr) Refuse(name, "is missing");
  return OptionalText(name);
}

std::string Params::OptionalText(std::string_view name) {
  const driver::Json* value = Find(name);
  if (value == nullptr) return {};
  const std::string* text = value->string();
  if (text == nullptr) {
    Refuse(name, absl::StrCat("is not a string but a ", Abseil(value->TypeName())));
    return {};
  }
  if (text->size() > kMaxTextBytes) {
    Refuse(name,
           absl::StrCat("has ", text->size(), " bytes; at most ", kMaxTextBytes, " are accepted"));
    return {};
  }
  return *text;
}

std::string Params::Word(std::string_view name, std::initializer_list<std::string_view> words) {
  std::string value = Text(name);
  CheckWord(name, value, words);
  return value;
}

std::string Params::OptionalWord(std::string_view name,
                                 std::initializer_list<std::string_view> words) {
  if (Find(name) == nullptr) return std::string(*words.begin());
  return Word(name, words);
}

void Params::CheckWord(std::string_view name, const std::string& value,
                       std::initializer_list<std::string_view> words) {
  if (std::find(words.begin(), words.end(), value) != words.end()) return;
  Refuse(name, absl::StrCat("is none of: ",
                            absl::StrJoin(words, ", ", [](std::string* out, std::string_view word) {
                              out->append(word);
                            })));
}

std::int64_t Params::Integer(std::string_view name, std::int64_t min, std::int64_t max) {
  if (Find(name) == nullptr) Refuse(name, "is missing");
  return OptionalInteger(name, min, max).value_or(min);
}

std::optional<std::int64_t> Params::OptionalInteger(std::string_view name, std::int64_t min,
                                                    std::int64_t max) {
  const driver::Json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  const auto integer = value->AsInteger();
  if (!integer || *integer < min || *integer > max) {
    Refuse(name, absl::StrCat("is not an integer from ", min, " to ", max));
    return std::nullopt;
  }
  return integer;
}

bool Params::OptionalBool(std::string_view name, bool otherwise) {
  const driver::Json* value = Find(name);
  if (value == nullptr) return otherwise;
  const auto truth = value->AsBool();
  if (!truth) Refuse(name, "is neither true nor false");
  return truth.value_or(otherwise);
}

const driver::Json& Params::OptionalObject(std::string_view name) {
  const driver::Json* value = Find(name);
  if (value == nullptr) return kEmptyObject;
  if (!value->is_object()) {
    Refuse(name, "is not an object");
    return kEmptyObject;
  }
  return *value;
}

}  // namespace seep::driver_host
