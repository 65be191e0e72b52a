// Flags become fields of a campaign: "sdk.version" = "0.19.2".
//
// Only the coordinator knows what a campaign means; here flags are spelled as
// YAML, nothing is judged beyond the form of a flag's own value (durations,
// sizes, NAME=VALUE), so that the message can name the flag.
//
// Failure: kInvalidArgument naming the flag, what was given and what is accepted.
#ifndef SEEP_CLI_SPEC_SPEC_EDITS_H_
#define SEEP_CLI_SPEC_SPEC_EDITS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/console/environment.h"
#include "cli/spec/run_flags.h"

namespace seep::cli {

struct SpecEdit {
  std::string path;   // dotted
  std::string value;  // YAML
};

std::vector<std::string> ScenarioNames();

// Only what was given on the command line: edits of a spec file.
absl::StatusOr<std::vector<SpecEdit>> EditsOfFlags(const RunFlags& flags);

// A whole campaign: the flags, the harnesses' defaults for what was not given,
// and references to the secrets that `environment` holds (never their values).
absl::StatusOr<std::vector<SpecEdit>> WholeSpec(const RunFlags& flags, const Environment& environment);

// Takes out flags that say how to do what this run does not do (the harnesses
// ignore them); each as a line for the user. For runs without a spec file.
std::vector<std::string> DropIneffective(RunFlags& flags);

// MEMTEST_* (seed 001) for flags that were not given; the flag wins.
absl::Status ApplyMemtestEnvironment(const Environment& environment, RunFlags& flags);

// Edits as a YAML document, in their order.
std::string ComposeYaml(const std::vector<SpecEdit>& edits);

// "PATH=VALUE" of --set.
absl::StatusOr<SpecEdit> ParseSet(std::string_view text);

// Wallet seeds and faucet credentials that are set, by name. Both of a pair or
// neither; seeds are 64 hexadecimal digits (seed 001). Messages never hold values.
absl::StatusOr<std::vector<std::string>> SecretsSet(const Environment& environment);

}  // namespace seep::cli

#endif  // SEEP_CLI_SPEC_SPEC_EDITS_H_
