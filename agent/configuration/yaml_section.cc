#include "agent/configuration/yaml_section.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/os/files.h"

namespace seep::agent {

void YamlProblems::Add(const YAML::Node& node, const std::string& what) {
  const YAML::Mark mark = node.IsDefined() ? node.Mark() : YAML::Mark();
  lines.push_back(absl::StrCat(file, ":", mark.line + 1, ":", mark.column + 1, ": ", Printable(what)));
}

YamlSection::YamlSection(YAML::Node node, std::string where, YamlProblems& problems)
    : node_(std::move(node)), where_(std::move(where)), problems_(problems) {
  if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap()) {
    problems_.Add(node_, absl::StrCat(where_.empty() ? "the document" : where_, " must be a map (key: value)"));
  }
}

bool YamlSection::Has(const std::string& key) const {
  return node_.IsMap() && const_cast<const YAML::Node&>(node_)[key].IsDefined();
}

YAML::Node YamlSection::Take(const std::string& key) {
  known_.insert(key);
  return Has(key) ? node_[key] : YAML::Node(YAML::NodeType::Undefined);
}

void YamlSection::Complain(const std::string& key, const std::string& what) {
  const std::string path = where_.empty() ? key : absl::StrCat(where_, ".", key);
  problems_.Add(Has(key) ? node_[key] : node_, absl::StrCat(path, ": ", what));
}

bool YamlSection::Scalar(const YAML::Node& node, const std::string& key, std::string& into) {
  if (!node.IsScalar()) {
    Complain(key, "must be a single value");
    return false;
  }
  into = node.Scalar();
  return true;
}

void YamlSection::Read(const std::string& key, std::string& into) {
  if (const YAML::Node node = Take(key); node.IsDefined()) Scalar(node, key, into);
}

void YamlSection::Read(const std::string& key, std::uint32_t& into, std::uint32_t low, std::uint32_t high) {
  std::string text;
  const YAML::Node node = Take(key);
  if (!node.IsDefined() || !Scalar(node, key, text)) return;
  std::uint32_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < low || value > high) {
    return Complain(key, absl::StrCat("\"", text, "\" is no whole number from ", low, " to ", high));
  }
  into = value;
}

void YamlSection::Read(const std::string& key, bool& into) {
  std::string text;
  const YAML::Node node = Take(key);
  if (!node.IsDefined() || !Scalar(node, key, text)) return;
  if (text != "true" && text != "false") return Complain(key, "must be true or false");
  into = text == "true";
}

YamlSection YamlSection::Below(const std::string& key) {
  return YamlSection(Take(key), absl::StrCat(where_.empty() ? "" : where_ + ".", key), problems_);
}

void YamlSection::ReadBytes(const std::string& key, std::uint64_t& into) {
  std::string text;
  const YAML::Node node = Take(key);
  if (!node.IsDefined() || !Scalar(node, key, text)) return;
  const auto bytes = ParseByteSize(text);
  if (!bytes.ok()) return Complain(key, std::string(bytes.status().message()));
  into = static_cast<std::uint64_t>(*bytes);
}

void YamlSection::Read(const std::string& key, std::vector<std::string>& into) {
  const YAML::Node node = Take(key);
  if (!node.IsDefined()) return;
  if (!node.IsSequence()) return Complain(key, "must be a list ([a, b])");
  into.clear();
  for (const YAML::Node& item : node) {
    std::string text;
    if (Scalar(item, key, text)) into.push_back(std::move(text));
  }
}

void YamlSection::Read(const std::string& key, std::map<std::string, std::string>& into) {
  const YAML::Node node = Take(key);
  if (!node.IsDefined()) return;
  if (!node.IsMap()) return Complain(key, "must be a map ({name: value})");
  for (const auto& member : node) {
    std::string text;
    if (Scalar(member.second, key, text)) into[member.first.Scalar()] = std::move(text);
  }
}

void YamlSection::ReadEach(const std::string& key,
                           const std::function<void(const std::string&, YamlSection)>& each) {
  const YAML::Node node = Take(key);
  if (!node.IsDefined()) return;
  if (!node.IsMap()) return Complain(key, "must be a map (name: {...})");
  for (const auto& member : node) {
    const std::string name = member.first.IsScalar() ? member.first.Scalar() : "?";
    each(name, YamlSection(member.second, absl::StrCat(where_.empty() ? "" : where_ + ".", key, ".", name), problems_));
  }
}

void YamlSection::RefuseOthers() {
  if (!node_.IsMap()) return;
  for (const auto& member : node_) {
    const std::string key = member.first.IsScalar() ? member.first.Scalar() : "?";
    if (known_.contains(key)) continue;
    problems_.Add(member.first, absl::StrCat(where_.empty() ? key : where_ + "." + key, ": unknown key; known are ",
                                             absl::StrJoin(known_, ", ")));
  }
}

}  // namespace seep::agent
