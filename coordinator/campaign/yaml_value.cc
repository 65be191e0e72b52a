#include "coordinator/campaign/yaml_value.h"

#include <cmath>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/campaign/diagnostics.h"

namespace seep::coordinator {
namespace {

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string JsonScalar(const YamlValue& value) {
  if (value.quoted) return JsonString(value.text);
  if (value.text == "true" || value.text == "True") return "true";
  if (value.text == "false" || value.text == "False") return "false";
  std::int64_t integer = 0;
  if (absl::SimpleAtoi(value.text, &integer)) return absl::StrCat(integer);
  double real = 0;
  // "nan" and "1e999" are texts here: JSON has no such numbers.
  if (absl::SimpleAtod(value.text, &real) && std::isfinite(real)) return absl::StrFormat("%.17g", real);
  return JsonString(value.text);
}

bool NeedsQuotes(std::string_view text) {
  return text.empty() || text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/+") != std::string::npos;
}

void AppendYaml(const YamlValue& value, int indent, std::string& out) {
  const std::string pad(static_cast<std::size_t>(indent), ' ');
  if (value.kind == YamlValue::Kind::kNull) {
    out += " null\n";
  } else if (value.kind == YamlValue::Kind::kScalar) {
    absl::StrAppend(&out, " ", value.quoted || NeedsQuotes(value.text) ? JsonString(value.text) : value.text, "\n");
  } else if (value.entries.empty() && value.items.empty()) {
    out += value.kind == YamlValue::Kind::kMap ? " {}\n" : " []\n";
  } else {
    out += "\n";
    for (const YamlEntry& entry : value.entries) {
      absl::StrAppend(&out, pad, NeedsQuotes(entry.key) ? JsonString(entry.key) : entry.key, ":");
      AppendYaml(*entry.value, indent + 2, out);
    }
    for (const YamlPtr& item : value.items) {
      absl::StrAppend(&out, pad, "-");
      AppendYaml(*item, indent + 2, out);
    }
  }
}

// What replaces `node` on the way to the value; nullptr when the way is barred.
YamlPtr Rebuilt(const YamlPtr& node, std::string_view path, const YamlPtr& value, std::string& barred) {
  const std::size_t dot = path.find('.');
  const std::string step(path.substr(0, dot));
  auto changed = std::make_shared<YamlValue>(*node);
  YamlPtr* slot = nullptr;
  if (node->kind == YamlValue::Kind::kSequence) {
    std::size_t index = 0;
    if (!absl::SimpleAtoi(step, &index) || index >= changed->items.size()) {
      barred = absl::StrCat("the list has no element \"", step, "\"");
      return nullptr;
    }
    slot = &changed->items[index];
  } else if (node->kind == YamlValue::Kind::kScalar) {
    barred = absl::StrCat("\"", step, "\" would be inside of a plain value");
    return nullptr;
  } else {
    changed->kind = YamlValue::Kind::kMap;
    for (YamlEntry& entry : changed->entries) {
      if (entry.key == step) slot = &entry.value;
    }
    if (slot == nullptr) {
      auto made = std::make_shared<YamlValue>();
      made->place = value->place;
      changed->entries.push_back({step, value->place, made});
      slot = &changed->entries.back().value;
    }
  }
  if (dot == std::string_view::npos) {
    *slot = value;
    return changed;
  }
  *slot = Rebuilt(*slot, path.substr(dot + 1), value, barred);
  return *slot ? changed : nullptr;
}

}  // namespace

const YamlEntry* YamlValue::Find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

YamlPtr WithValueAt(const YamlPtr& root, std::string_view path, const YamlPtr& value,
                    Diagnostics& diagnostics) {
  int steps = 1;
  for (const char c : path) steps += c == '.';
  if (path.empty() || path.front() == '.' || path.back() == '.' || path.find("..") != std::string_view::npos ||
      steps > kMaxYamlDepth) {
    diagnostics.Error(value->place, "not a path", "write one such as sdk.version");
    return root;
  }
  std::string barred;
  YamlPtr changed = Rebuilt(root, path, value, barred);
  if (changed) return changed;
  diagnostics.Error(value->place, barred, "check the path against the campaign");
  return root;
}

std::string ToYamlText(const YamlValue& value) {
  std::string out;
  AppendYaml(value, 0, out);
  return out.substr(1);  // the separator in front of the first line
}

std::string ToJson(const YamlValue& value) {
  switch (value.kind) {
    case YamlValue::Kind::kNull:
      return "null";
    case YamlValue::Kind::kScalar:
      return JsonScalar(value);
    case YamlValue::Kind::kSequence: {
      std::string out = "[";
      for (const YamlPtr& item : value.items) absl::StrAppend(&out, out.size() > 1 ? "," : "", ToJson(*item));
      return out + "]";
    }
    case YamlValue::Kind::kMap: {
      std::string out = "{";
      for (const YamlEntry& entry : value.entries) {
        absl::StrAppend(&out, out.size() > 1 ? "," : "", JsonString(entry.key), ":", ToJson(*entry.value));
      }
      return out + "}";
    }
  }
  return "null";
}

}  // namespace seep::coordinator
