// What the check of one rule found.
#ifndef SEEP_SDK_CONFORMANCE_FINDING_H_
#define SEEP_SDK_CONFORMANCE_FINDING_H_

#include <optional>
#include <string>

namespace seep::conformance {

enum class Outcome { kPass, kFail, kSkip };

struct Finding {
  Outcome outcome = Outcome::kPass;
  std::string expected, sent, came;  // of a failure
  std::string reason;                // of a skip
};

inline Finding Pass() { return {}; }
inline Finding Skip(std::string reason) { return {Outcome::kSkip, {}, {}, {}, std::move(reason)}; }

// What ends a check early: a failure or a skip; nothing when all is well.
using Problem = std::optional<Finding>;

}  // namespace seep::conformance

// Ends a check with the problem that `expression` found, if it found one.
#define SEEP_HOLDS(expression)                       \
  do {                                               \
    if (auto seep_problem_ = (expression)) return *seep_problem_; \
  } while (false)

#endif  // SEEP_SDK_CONFORMANCE_FINDING_H_
