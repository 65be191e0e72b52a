// The known word that a typo was probably meant to be.
#ifndef SEEP_CLI_ARGUMENTS_NEAREST_WORD_H_
#define SEEP_CLI_ARGUMENTS_NEAREST_WORD_H_

#include <string>
#include <string_view>
#include <vector>

namespace seep::cli {

// By edits (insert, delete, change, swap of neighbours); empty when none is
// within a third of the word's length.
std::string NearestWord(std::string_view typed, const std::vector<std::string>& known);

// "; did you mean 'payments'?", or nothing.
std::string DidYouMean(std::string_view typed, const std::vector<std::string>& known);

}  // namespace seep::cli

#endif  // SEEP_CLI_ARGUMENTS_NEAREST_WORD_H_
