// Which of two versions came first.
//
// Semantic Versioning 2.0.0, section 11, forgiving: a leading "v", any number of
// parts (4.2 is 4.2.0), and parts that are no numbers (compared as text, after
// numbers). Builds ("+7") do not count. No version at all comes first.
//
// Threads: pure.
#ifndef SEEP_COORDINATOR_ACROSS_VERSION_ORDER_H_
#define SEEP_COORDINATOR_ACROSS_VERSION_ORDER_H_

#include <string>

namespace seep::coordinator {

// Below, at or above 0. Equal in order are also "1.0" and "1.0.0".
int CompareVersions(const std::string& a, const std::string& b);

struct VersionLess {
  // A strict order on the texts: what is equal in order goes by the text.
  bool operator()(const std::string& a, const std::string& b) const {
    const int order = CompareVersions(a, b);
    return order != 0 ? order < 0 : a < b;
  }
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_ACROSS_VERSION_ORDER_H_
