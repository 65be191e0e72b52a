// The result of a check, for people and for programs.
#ifndef SEEP_SDK_CONFORMANCE_REPORT_H_
#define SEEP_SDK_CONFORMANCE_REPORT_H_

#include <string>
#include <vector>

#include "sdk/conformance/rules.h"

namespace seep::conformance {

struct RuleResult {
  std::string id, title;
  Finding finding;
};

struct Report {
  driver::Json introduction;  // what the host said of itself; null if it did not
  std::vector<RuleResult> results;

  int Count(Outcome outcome) const;
};

std::string AsText(const Report& report);
std::string AsJson(const Report& report);  // one object, schema_version 1

}  // namespace seep::conformance

#endif  // SEEP_SDK_CONFORMANCE_REPORT_H_
