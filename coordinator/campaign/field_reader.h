// Reads the fields of one map, each checked for type and range, and finds the
// keys that nobody asked for.
//
//   FieldReader sdk(value, "sdk", diagnostics);
//   target.set_driver(sdk.Name("driver", kRequired));
//   sdk.Finish();  // reports unknown keys, suggesting the nearest
//
// Threads: one.
// Failure: a bad field is reported and reads as its default.
#ifndef SEEP_COORDINATOR_CAMPAIGN_FIELD_READER_H_
#define SEEP_COORDINATOR_CAMPAIGN_FIELD_READER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/campaign/diagnostics.h"
#include "coordinator/campaign/yaml_value.h"

namespace seep::coordinator {

inline constexpr std::size_t kMaxTextBytes = 4096;

class FieldReader {
 public:
  // `value` null or kNull: every field is absent. `place` is where errors about
  // absent fields point when there is no value.
  FieldReader(const YamlValue* value, std::string name, Diagnostics& diagnostics, Place place = {});

  bool Has(std::string_view key);
  const YamlValue* Value(std::string_view key);  // null when absent or kNull
  const Place& PlaceOf(std::string_view key) const;

  std::string Text(std::string_view key, std::string_view otherwise = "");
  // [a-z0-9][a-z0-9-.]{0,62}
  std::string Name(std::string_view key, bool required);
  bool Flag(std::string_view key, bool otherwise);
  std::uint64_t Integer(std::string_view key, std::uint64_t otherwise, std::uint64_t low, std::uint64_t high);
  double Number(std::string_view key, double otherwise, double low, double high);
  absl::Duration Time(std::string_view key, absl::Duration otherwise, absl::Duration low, absl::Duration high);
  std::uint32_t Millis(std::string_view key, absl::Duration otherwise, absl::Duration low, absl::Duration high);
  // A size such as 4KiB, or a plain number.
  double Bytes(std::string_view key, double otherwise);
  std::vector<std::string> Texts(std::string_view key, std::size_t most);
  std::vector<std::pair<std::string, std::string>> TextMap(std::string_view key, std::size_t most);
  // One of the words; the first is the default.
  std::string OneOf(std::string_view key, const std::vector<std::string>& words);

  void Error(std::string_view key, std::string_view what, std::string_view advice);
  void Finish();

 private:
  const YamlValue* Scalar(std::string_view key, std::string_view expected);
  std::string PathOf(std::string_view key) const;

  const YamlValue* value_;
  std::string name_;
  Diagnostics& diagnostics_;
  Place place_;
  std::vector<std::string> known_;
};

// The quantities, also used where they stand in lists.
bool ReadTime(const YamlValue& value, const std::string& path, absl::Duration low, absl::Duration high,
              Diagnostics& diagnostics, absl::Duration& out);
bool ReadQuantity(const YamlValue& value, const std::string& path, Diagnostics& diagnostics, double& out);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_CAMPAIGN_FIELD_READER_H_
