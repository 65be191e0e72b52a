// The gauges of one run while its samples stream by: names for ids, the last
// value of each (samples are sparse: detailed gauges come less often).
#ifndef SEEP_CLI_RENDER_GAUGES_H_
#define SEEP_CLI_RENDER_GAUGES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "seep/v1/sample.pb.h"

namespace seep::cli {

// As the seeds' reports call it: "rss" is RSS, "heap_allocated" HeapAlloc.
std::string DisplayName(std::string_view gauge);

class Gauges {
 public:
  // More than this many names are ignored: a target that invents a gauge per
  // request must not fill the watcher's memory.
  static constexpr std::size_t kMaxGauges = 1024;

  // Ids are those of the messages that come after; the same name may get
  // another id with another stream.
  void Define(const v1::GaugeDefinition& definition);
  // Takes a sample's values; a new generation forgets those of the old.
  void Take(const v1::Sample& sample);

  std::optional<double> Latest(std::string_view name) const;
  const v1::GaugeDefinition* Find(std::string_view name) const;
  const v1::GaugeDefinition* FindId(std::uint32_t id) const;
  const std::vector<v1::GaugeDefinition>& definitions() const { return definitions_; }  // by first appearance

 private:
  std::vector<v1::GaugeDefinition> definitions_;
  std::map<std::uint32_t, std::size_t> by_id_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::map<std::size_t, double> latest_;
  std::uint32_t generation_ = 0;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_GAUGES_H_
