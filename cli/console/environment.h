// The environment variables of the process, as a value that tests can make.
#ifndef SEEP_CLI_CONSOLE_ENVIRONMENT_H_
#define SEEP_CLI_CONSOLE_ENVIRONMENT_H_

#include <initializer_list>
#include <map>
#include <string>
#include <utility>

namespace seep::cli {

class Environment {
 public:
  Environment() = default;
  explicit Environment(std::initializer_list<std::pair<const std::string, std::string>> values) : values_(values) {}
  static Environment OfProcess();

  bool Has(const std::string& name) const { return values_.count(name) > 0; }
  // Empty when unset.
  std::string Get(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string() : found->second;
  }
  const std::map<std::string, std::string>& values() const { return values_; }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_CONSOLE_ENVIRONMENT_H_
