// The rules of SPEC.md, each with the check that shows whether a host obeys it.
#ifndef SEEP_SDK_CONFORMANCE_RULES_H_
#define SEEP_SDK_CONFORMANCE_RULES_H_

#include <string>
#include <vector>

#include "sdk/conformance/finding.h"
#include "sdk/conformance/trial.h"

namespace seep::conformance {

struct Rule {
  std::string id;
  std::string title;
  // Capabilities and, with a leading ':', operations that the host must declare.
  std::vector<std::string> needs;
  Finding (*check)(Trial&);
};

// In the order of their numbers.
std::vector<Rule> AllRules();

// One list a file; AllRules joins them.
std::vector<Rule> TransportRules();      // section 1
std::vector<Rule> RequestRules();        // section 2
std::vector<Rule> HostLifeRules();       // section 3
std::vector<Rule> InstanceLifeRules();   // section 4
std::vector<Rule> DeadlineRules();       // section 5
std::vector<Rule> ErrorRules();          // section 6
std::vector<Rule> MethodRules();         // section 7: the host, instances, listeners
std::vector<Rule> CapabilityRules();     // section 7: figures, invoke, contexts
std::vector<Rule> PaymentRules();        // section 7: payments
std::vector<Rule> NotificationRules();   // section 8

}  // namespace seep::conformance

#endif  // SEEP_SDK_CONFORMANCE_RULES_H_
