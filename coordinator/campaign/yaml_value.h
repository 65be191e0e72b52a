// A YAML document as plain values that know where they came from.
//
// Threads: values are immutable once read; share them freely.
// Owns:    each node shares its children, so a changed copy costs its path only.
// Failure: ReadYaml reports into `diagnostics` and gives null: malformed text,
//          aliases and anchors (bombs are made of them), and anything beyond
//          the limits below. No input makes it throw or recurse further.
#ifndef SEEP_COORDINATOR_CAMPAIGN_YAML_VALUE_H_
#define SEEP_COORDINATOR_CAMPAIGN_YAML_VALUE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace seep::coordinator {

class Diagnostics;

// File and position; `source` is "FILE" or "--set PATH". Lines count from 1.
struct Place {
  std::shared_ptr<const std::string> source;
  int line = 1;
  int column = 1;
};

struct YamlValue;
using YamlPtr = std::shared_ptr<const YamlValue>;

struct YamlEntry {
  std::string key;
  Place place;  // of the key
  YamlPtr value;
};

struct YamlValue {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  std::string text;     // of a scalar
  bool quoted = false;  // then it is a text, whatever it looks like
  Place place;
  std::vector<YamlPtr> items;
  std::vector<YamlEntry> entries;

  const YamlEntry* Find(std::string_view key) const;
};

inline constexpr std::size_t kMaxYamlBytes = 1 << 20;
inline constexpr int kMaxYamlDepth = 16;
inline constexpr int kMaxYamlNodes = 10'000;

YamlPtr ReadYaml(const std::string& text, const std::string& source, Diagnostics& diagnostics);

// The tree with the value at the dotted `path` ("sdk.version", "chaos.0.max")
// replaced; maps that are missing on the way are made. Reports and gives the
// tree unchanged when the path leads through a scalar or out of a list.
YamlPtr WithValueAt(const YamlPtr& root, std::string_view path, const YamlPtr& value,
                    Diagnostics& diagnostics);

std::string ToYamlText(const YamlValue& value);
// Plain scalars become null, true, false or a number where YAML's core schema
// says so; everything else a string.
std::string ToJson(const YamlValue& value);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CAMPAIGN_YAML_VALUE_H_
