// Writing YAML: scalars that mean what was typed, and dotted paths as nested
// blocks.
#ifndef SEEP_CLI_SPEC_YAML_TEXT_H_
#define SEEP_CLI_SPEC_YAML_TEXT_H_

#include <string>
#include <string_view>

namespace seep::cli {

// A string: plain where YAML cannot take it for anything else, else quoted.
std::string YamlString(std::string_view text);

}  // namespace seep::cli

#endif  // SEEP_CLI_SPEC_YAML_TEXT_H_
