// What questions across runs were asked with, as plain values.
#ifndef SEEP_CLI_ARGUMENTS_ACROSS_FLAGS_H_
#define SEEP_CLI_ARGUMENTS_ACROSS_FLAGS_H_

#include <string>
#include <vector>

namespace seep::cli {

struct AcrossFlags {
  std::vector<std::string> filter;   // runs ls, leaks: words of the filter language
  std::vector<std::string> where;    // leaks: the same in one argument
  std::string since;                 // leaks
  bool no_trend = false;             // runs ls: without sparklines
  std::string base;                  // compare; run: --compare-to
  std::vector<std::string> runs;     // compare
  std::string align = "time";
  std::string tolerance;             // compare: "5%"
  std::vector<std::string> series;   // compare
  std::vector<std::string> fail_on;  // compare, run: "leak", "regression"
  std::string name, note;            // baseline
  std::string text, at;              // runs annotate
};

}  // namespace seep::cli

#endif  // SEEP_CLI_ARGUMENTS_ACROSS_FLAGS_H_
