// Command line of questions across runs: compare, leaks, baseline, annotate.
#ifndef SEEP_CLI_ARGUMENTS_ACROSS_OPTIONS_H_
#define SEEP_CLI_ARGUMENTS_ACROSS_OPTIONS_H_

#include <string>
#include <vector>

#include "cli/arguments/invocation.h"

namespace CLI {
class App;
}

namespace seep::cli {

void AddFilter(CLI::App& command, Invocation& invocation);  // runs ls, leaks
void AddCompareOptions(CLI::App& command, Invocation& invocation);
void AddCompareTo(CLI::App& run, Invocation& invocation);
void AddLeaksOptions(CLI::App& command, Invocation& invocation);
void AddBaselineSetOptions(CLI::App& command, Invocation& invocation);
void AddAnnotateOptions(CLI::App& command, Invocation& invocation);

// "-verdict:clean" is a word of a filter, not flags in a row: "!verdict:clean"
// says the same where every dash is a flag's.
void TurnNegatedWords(std::vector<std::string>& arguments);

}  // namespace seep::cli

#endif  // SEEP_CLI_ARGUMENTS_ACROSS_OPTIONS_H_
