#include "cli/arguments/nearest_word.h"

#include <algorithm>

namespace seep::cli {
namespace {

// Longer is no typo of anything of ours; also bounds the table below.
constexpr std::size_t kMaxLength = 64;

// Optimal string alignment distance.
std::size_t Edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string NearestWord(std::string_view typed, const std::vector<std::string>& known) {
  if (typed.empty() || typed.size() > kMaxLength) return {};
  std::string nearest;
  std::size_t fewest = std::max<std::size_t>(1, (typed.size() + 1) / 3) + 1;
  for (const std::string& word : known) {
    const std::size_t edits = Edits(typed, word);
    if (edits < fewest) {
      fewest = edits;
      nearest = word;
    }
  }
  return nearest;
}

std::string DidYouMean(std::string_view typed, const std::vector<std::string>& known) {
  const std::string nearest = NearestWord(typed, known);
  return nearest.empty() ? "" : "; did you mean '" + nearest + "'?";
}

}  // namespace seep::cli
