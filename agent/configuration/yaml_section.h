// A YAML map that knows where it stands: typed reads, errors with file, line
// and column, and a complaint about keys that nobody asked for.
//
// Threads: one at a time.
// Owns:    nothing but a reference to the node; `problems` outlives it.
#ifndef SEEP_AGENT_CONFIGURATION_YAML_SECTION_H_
#define SEEP_AGENT_CONFIGURATION_YAML_SECTION_H_

#include <yaml-cpp/yaml.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace seep::agent {

struct YamlProblems {
  std::string file;
  std::vector<std::string> lines;
  void Add(const YAML::Node& node, const std::string& what);
};

class YamlSection {
 public:
  // `where`: "drivers.breez", for messages.
  YamlSection(YAML::Node node, std::string where, YamlProblems& problems);

  bool Has(const std::string& key) const;
  void Read(const std::string& key, std::string& into);
  void Read(const std::string& key, std::uint32_t& into, std::uint32_t low, std::uint32_t high);
  void ReadBytes(const std::string& key, std::uint64_t& into);
  void Read(const std::string& key, bool& into);
  void Read(const std::string& key, std::vector<std::string>& into);
  void Read(const std::string& key, std::map<std::string, std::string>& into);
  void ReadEach(const std::string& key, const std::function<void(const std::string& name, YamlSection)>& each);
  // The map at `key`, which must be there.
  YamlSection Below(const std::string& key);
  void Complain(const std::string& key, const std::string& what);
  void Allow(const std::string& key) { known_.insert(key); }  // read by other means
  // Call last: keys that were never read are unknown.
  void RefuseOthers();

 private:
  YAML::Node Take(const std::string& key);
  bool Scalar(const YAML::Node& node, const std::string& key, std::string& into);

  YAML::Node node_;
  const std::string where_;
  YamlProblems& problems_;
  std::set<std::string> known_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_CONFIGURATION_YAML_SECTION_H_
