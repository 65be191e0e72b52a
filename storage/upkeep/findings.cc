#include "storage/upkeep/findings.h"

#include "absl/strings/str_cat.h"

namespace seep::storage {

void Findings::Add(const char* kind, std::string run_id, std::string place, std::string what, std::string advice) {
  if (++count_ > limit_) return;
  v1::StoreFinding finding;
  finding.set_kind(kind);
  finding.set_run_id(std::move(run_id));
  finding.set_place(std::move(place));
  finding.set_what(std::move(what));
  finding.set_advice(std::move(advice));
  ports_.finding(finding);
}

void Findings::Progress(std::string doing, std::uint64_t done, std::uint64_t total, const char* unit) {
  v1::UpkeepProgress progress;
  progress.set_doing(std::move(doing));
  progress.set_done(done);
  progress.set_total(total);
  progress.set_unit(unit);
  ports_.progress(progress);
}

absl::Status Findings::GoOn() const {
  return ports_.cancelled() ? absl::CancelledError("nobody waits for it any more") : absl::OkStatus();
}

std::string SampleRange(std::uint64_t from, std::uint64_t to) {
  return from == to ? absl::StrCat("sample ", from) : absl::StrCat("samples ", from, " to ", to);
}

}  // namespace seep::storage
