#include "coordinator/campaign/field_reader.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/os/files.h"

namespace seep::coordinator {
namespace {

std::string KindName(const YamlValue& value) {
  switch (value.kind) {
    case YamlValue::Kind::kNull: return "nothing";
    case YamlValue::Kind::kScalar:
      return absl::StrCat("\"", value.text.substr(0, 40), value.text.size() > 40 ? "..." : "", "\"");
    case YamlValue::Kind::kSequence: return "a list";
    case YamlValue::Kind::kMap: return "a map";
  }
  return "something else";
}

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > 63 || text[0] == '-' || text[0] == '.') return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string_view::npos;
}

}  // namespace

bool ReadTime(const YamlValue& value, const std::string& path, absl::Duration low, absl::Duration high,
              Diagnostics& diagnostics, absl::Duration& out) {
  if (value.kind != YamlValue::Kind::kScalar) {
    diagnostics.Error(value.place, absl::StrCat(path, " must be a duration, not ", KindName(value)),
                      "write one such as 30s");
    return false;
  }
  const absl::StatusOr<absl::Duration> time = ParseDuration(value.text);
  if (!time.ok()) {
    diagnostics.Error(value.place, absl::StrCat(path, ": ", time.status().message()), "write one such as 30s");
    return false;
  }
  if (*time < low || *time > high) {
    diagnostics.Error(value.place, absl::StrCat(path, " is out of range: ", KindName(value)),
                      absl::StrCat("give ", absl::FormatDuration(low), " to ", absl::FormatDuration(high)));
    return false;
  }
  out = *time;
  return true;
}

bool ReadQuantity(const YamlValue& value, const std::string& path, Diagnostics& diagnostics, double& out) {
  double number = 0;
  if (value.kind == YamlValue::Kind::kScalar) {
    if (absl::SimpleAtod(value.text, &number)) {
      if (std::isfinite(number) && number >= 0 && number <= 9e15) {
        out = number;
        return true;
      }
    } else if (const auto bytes = ParseByteSize(value.text); bytes.ok()) {
      out = static_cast<double>(*bytes);
      return true;
    }
  }
  diagnostics.Error(value.place, absl::StrCat(path, " must be a size or a number from 0, not ", KindName(value)),
                    "write one such as 4KiB");
  return false;
}

FieldReader::FieldReader(const YamlValue* value, std::string name, Diagnostics& diagnostics, Place place)
    : value_(value), name_(std::move(name)), diagnostics_(diagnostics),
      place_(value != nullptr ? value->place : std::move(place)) {
  if (value_ == nullptr || value_->kind == YamlValue::Kind::kMap) return;
  if (value_->kind != YamlValue::Kind::kNull) {
    diagnostics_.Error(value_->place,
                       absl::StrCat(name_.empty() ? "a campaign" : name_, " must be a map, not ", KindName(*value_)),
                       "write NAME: VALUE lines or {NAME: VALUE}");
  }
  value_ = nullptr;
}

std::string FieldReader::PathOf(std::string_view key) const {
  return absl::StrCat(name_, name_.empty() ? "" : ".", absl::string_view(key.data(), key.size()));
}

bool FieldReader::Has(std::string_view key) {
  known_.emplace_back(key);
  return value_ != nullptr && value_->Find(key) != nullptr;
}

const YamlValue* FieldReader::Value(std::string_view key) {
  if (!Has(key)) return nullptr;
  const YamlValue* value = value_->Find(key)->value.get();
  return value == nullptr || value->kind == YamlValue::Kind::kNull ? nullptr : value;
}

const Place& FieldReader::PlaceOf(std::string_view key) const {
  const YamlEntry* entry = value_ == nullptr ? nullptr : value_->Find(key);
  if (entry == nullptr) return place_;
  return entry->value ? entry->value->place : entry->place;
}

void FieldReader::Error(std::string_view key, std::string_view what, std::string_view advice) {
  diagnostics_.Error(PlaceOf(key), absl::StrCat(PathOf(key), " ", absl::string_view(what.data(), what.size())),
                     advice);
}

const YamlValue* FieldReader::Scalar(std::string_view key, std::string_view expected) {
  const YamlValue* value = Value(key);
  if (value == nullptr) return nullptr;
  if (value->kind == YamlValue::Kind::kScalar) return value;
  Error(key, absl::StrCat("must be ", absl::string_view(expected.data(), expected.size()), ", not ", KindName(*value)),
        "give one value");
  return nullptr;
}

std::string FieldReader::Text(std::string_view key, std::string_view otherwise) {
  const YamlValue* value = Scalar(key, "a text");
  if (value == nullptr) return std::string(otherwise);
  if (value->text.size() > kMaxTextBytes || Printable(value->text) != value->text) {
    Error(key, "is longer than 4096 bytes or has control characters", "shorten it to one line");
    return std::string(otherwise);
  }
  return value->text;
}

std::string FieldReader::Name(std::string_view key, bool required) {
  const YamlValue* value = Scalar(key, "a name");
  if (value == nullptr) {
    if (required && (value_ == nullptr || value_->Find(key) == nullptr || Value(key) == nullptr)) {
      diagnostics_.Error(place_, absl::StrCat(PathOf(key), " is missing"),
                         absl::StrCat("add ", absl::string_view(key.data(), key.size()), ": NAME"));
    }
    return {};
  }
  if (!IsName(value->text)) {
    Error(key, absl::StrCat("is no name: ", KindName(*value)),
          "use at most 63 of a-z, 0-9, '-' and '.', beginning with a letter or digit");
    return {};
  }
  return value->text;
}

bool FieldReader::Flag(std::string_view key, bool otherwise) {
  const YamlValue* value = Scalar(key, "true or false");
  if (value == nullptr) return otherwise;
  if (value->text == "true") return true;
  if (value->text == "false") return false;
  Error(key, absl::StrCat("must be true or false, not ", KindName(*value)), "write true or false");
  return otherwise;
}

std::uint64_t FieldReader::Integer(std::string_view key, std::uint64_t otherwise, std::uint64_t low,
                                   std::uint64_t high) {
  const YamlValue* value = Scalar(key, "a whole number");
  if (value == nullptr) return otherwise;
  std::uint64_t number = 0;
  if (!absl::SimpleAtoi(value->text, &number) || number < low || number > high) {
    Error(key, absl::StrCat("must be a whole number, not ", KindName(*value)),
          absl::StrCat("give ", low, " to ", high));
    return otherwise;
  }
  return number;
}

double FieldReader::Number(std::string_view key, double otherwise, double low, double high) {
  const YamlValue* value = Scalar(key, "a number");
  if (value == nullptr) return otherwise;
  double number = 0;
  // The comparison is also false for NaN.
  if (!absl::SimpleAtod(value->text, &number) || !(number >= low && number <= high)) {
    Error(key, absl::StrCat("must be a number, not ", KindName(*value)), absl::StrCat("give ", low, " to ", high));
    return otherwise;
  }
  return number;
}

absl::Duration FieldReader::Time(std::string_view key, absl::Duration otherwise, absl::Duration low,
                                 absl::Duration high) {
  const YamlValue* value = Value(key);
  absl::Duration time = otherwise;
  if (value != nullptr) ReadTime(*value, PathOf(key), low, high, diagnostics_, time);
  return time;
}

std::uint32_t FieldReader::Millis(std::string_view key, absl::Duration otherwise, absl::Duration low,
                                  absl::Duration high) {
  return static_cast<std::uint32_t>(absl::ToInt64Milliseconds(Time(key, otherwise, low, high)));
}

double FieldReader::Bytes(std::string_view key, double otherwise) {
  const YamlValue* value = Value(key);
  double bytes = otherwise;
  if (value != nullptr) ReadQuantity(*value, PathOf(key), diagnostics_, bytes);
  return bytes;
}

std::vector<std::string> FieldReader::Texts(std::string_view key, std::size_t most) {
  const YamlValue* value = Value(key);
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (value->kind != YamlValue::Kind::kSequence || value->items.size() > most) {
    Error(key, absl::StrCat("must be a list of at most ", most, " texts, not ", KindName(*value)),
          "write [one, two]");
    return texts;
  }
  for (const YamlPtr& item : value->items) {
    if (item->kind != YamlValue::Kind::kScalar || item->text.size() > kMaxTextBytes) {
      diagnostics_.Error(item->place, absl::StrCat(PathOf(key), " must hold texts, not ", KindName(*item)),
                         "write [one, two]");
    } else {
      texts.push_back(item->text);
    }
  }
  return texts;
}

std::vector<std::pair<std::string, std::string>> FieldReader::TextMap(std::string_view key, std::size_t most) {
  const YamlValue* value = Value(key);
  std::vector<std::pair<std::string, std::string>> texts;
  if (value == nullptr) return texts;
  if (value->kind != YamlValue::Kind::kMap || value->entries.size() > most) {
    Error(key, absl::StrCat("must be a map of at most ", most, " texts, not ", KindName(*value)), "write {KEY: VALUE}");
    return texts;
  }
  for (const YamlEntry& entry : value->entries) {
    if (entry.key.empty() || entry.key.size() > 63 || Printable(entry.key) != entry.key) {
      diagnostics_.Error(entry.place, absl::StrCat(PathOf(key), " has a bad key"), "use 1 to 63 characters");
    } else if (entry.value->kind != YamlValue::Kind::kScalar || entry.value->text.size() > 256 ||
               Printable(entry.value->text) != entry.value->text) {
      diagnostics_.Error(entry.value->place, absl::StrCat(PathOf(key), ".", entry.key, " must be a text of at most 256 bytes"),
                         "write KEY: VALUE");
    } else {
      texts.emplace_back(entry.key, entry.value->text);
    }
  }
  return texts;
}

std::string FieldReader::OneOf(std::string_view key, const std::vector<std::string>& words) {
  const YamlValue* value = Scalar(key, "a word");
  if (value == nullptr) return words.front();
  if (std::find(words.begin(), words.end(), value->text) != words.end()) return value->text;
  const std::string nearest = NearestWord(value->text, words);
  Error(key, absl::StrCat("is unknown: ", KindName(*value)),
        nearest.empty() ? absl::StrCat("use ", absl::StrJoin(words, ", "))
                        : absl::StrCat("did you mean ", nearest, "? (", absl::StrJoin(words, ", "), ")"));
  return words.front();
}

void FieldReader::Finish() {
  if (value_ == nullptr) return;
  for (const YamlEntry& entry : value_->entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const std::string nearest = NearestWord(entry.key, known_);
    std::vector<std::string> sorted(known_);
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    diagnostics_.Error(entry.place,
                       absl::StrCat("unknown field ", name_, name_.empty() ? "" : ".", entry.key.substr(0, 64)),
                       nearest.empty() ? absl::StrCat("known here: ", absl::StrJoin(sorted, ", "))
                                       : absl::StrCat("did you mean ", nearest, "?"));
  }
}

}  // namespace seep::coordinator
