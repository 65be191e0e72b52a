#include "coordinator/campaign/diagnostics.h"

#include <algorithm>

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

}  // namespace seep::coordinator
