// One sample of each kind of input that a wallet parses; public test vectors
// (BIP 173, BOLT 11, LUD-01), worth nothing.
#ifndef SEEP_AGENT_SCENARIO_PARSE_INPUTS_H_
#define SEEP_AGENT_SCENARIO_PARSE_INPUTS_H_

#include <string>
#include <vector>

namespace seep::agent {
std::vector<std::string> BuiltInParseInputs();
}

#endif  // SEEP_AGENT_SCENARIO_PARSE_INPUTS_H_
