#include "cli/console/environment.h"

#include <unistd.h>

#include <string_view>

namespace seep::cli {

Environment Environment::OfProcess() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    environment.values_.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

}  // namespace seep::cli
