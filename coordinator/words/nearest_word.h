// "Did you mean ...?"
//
// Threads: safe from any; pure.
#ifndef SEEP_COORDINATOR_WORDS_NEAREST_WORD_H_
#define SEEP_COORDINATOR_WORDS_NEAREST_WORD_H_

#include <string>
#include <string_view>
#include <vector>

namespace seep::coordinator {

// The candidate that `word` was probably meant to be, or empty.
std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_WORDS_NEAREST_WORD_H_
