#include "coordinator/campaign/diagnostics.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/os/files.h"

namespace seep::coordinator {
namespace {

std::string LineOf(const Place& place, std::string_view what, std::string_view advice) {
  std::string line = absl::StrCat(place.source ? *place.source : "campaign", ":", place.line, ":",
                                  place.column, ": ", absl::string_view(what.data(), what.size()));
  if (!advice.empty()) absl::StrAppend(&line, "; ", absl::string_view(advice.data(), advice.size()));
  return Printable(line);
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0u);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

void Diagnostics::Error(const Place& place, std::string_view what, std::string_view advice) {
  std::string line = LineOf(place, what, advice);
  if (std::find(errors_.begin(), errors_.end(), line) != errors_.end()) return;
  if (errors_.size() >= kMaxDiagnostics) {
    ++unlisted_;
    return;
  }
  errors_.push_back(std::move(line));
}

void Diagnostics::Warning(const Place& place, std::string_view what, std::string_view advice) {
  std::string line = LineOf(place, what, advice);
  if (warnings_.size() >= kMaxDiagnostics) return;
  if (std::find(warnings_.begin(), warnings_.end(), line) != warnings_.end()) return;
  warnings_.push_back(std::move(line));
}

absl::Status Diagnostics::ToStatus() const {
  if (ok()) return absl::OkStatus();
  std::string text = absl::StrJoin(errors_, "\n");
  if (unlisted_ > 0) absl::StrAppend(&text, "\nand ", unlisted_, " more");
  return absl::InvalidArgumentError(text);
}

std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates) {
  // Long words are no typos of ours, and comparing them would be slow.
  if (word.size() > 64) return {};
  std::string nearest;
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace seep::coordinator
