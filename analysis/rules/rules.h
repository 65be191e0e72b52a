// The seeds' own rules as named sets, beside the engine's answer: a team sees
// both. Each rule is one line with what was measured.
//
// Threads: pure function. Failure: an unknown set is one line saying so; a
// rule whose series is absent is there, not applicable.
#ifndef SEEP_ANALYSIS_RULES_RULES_H_
#define SEEP_ANALYSIS_RULES_RULES_H_

#include <string>
#include <vector>

#include "analysis/verdict/verdict.h"

namespace seep::analysis {

// What the rules look at: whole-run figures in the series' own unit.
struct RuleSeries {
  std::string name;
  bool bytes = false;
  bool memory = false;      // heap or resident, not reserved
  double first = kUnknown, last = kUnknown, min = kUnknown, max = kUnknown;
  double minutes = 0;
  double slope_per_minute = kUnknown;
  double second_half_slope_per_minute = kUnknown;
  double r_squared = kUnknown;
  double start_mean = kUnknown;  // of the first twentieth
  double end_mean = kUnknown;    // of the last
  double increase = 0;           // sum of rises, for counters
};

struct RuleBudget {
  std::string series;
  double ceiling = kUnknown;
};

// Sets: "memtest" (seed 000), "listings" (seed 003), "soak" (seed 004).
std::vector<RuleFinding> ApplyRuleSet(const std::string& set, const std::vector<RuleSeries>& series);
std::vector<RuleFinding> ApplyBudgets(const std::vector<RuleBudget>& budgets, const std::vector<RuleSeries>& series);

inline constexpr const char* kRuleSets[] = {"memtest", "listings", "soak"};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_RULES_RULES_H_
