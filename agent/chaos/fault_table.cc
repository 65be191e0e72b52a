#include "agent/chaos/fault_table.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "agent/log/log.h"
#include "agent/spool/segment.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/os/files.h"
#include "common/os/unique_fd.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr std::size_t kMaxReports = 256;

v1::FaultReport ReportOn(const v1::FaultOrder& order) {
  v1::FaultReport report;
  report.set_fault_id(order.fault_id());
  report.set_run_id(order.run_id());
  report.set_kind(order.kind());
  report.set_planned_at_ms(order.planned_at_ms());
  report.set_process(order.process());
  return report;
}

}  // namespace

v1::FaultReport SkippedFault(const v1::FaultOrder& order, const std::string& why) {
  v1::FaultReport report = ReportOn(order);
  report.set_state(v1::FAULT_STATE_SKIPPED);
  report.set_detail(why);
  return report;
}

FaultTable::FaultTable(std::string journal, Report report) : journal_(std::move(journal)), report_(std::move(report)) {}

bool FaultTable::Accept(const v1::FaultOrder& order, std::uint64_t now_ms) {
  for (const v1::FaultReport& known : reports_) {
    if (known.fault_id() != order.fault_id()) continue;
    report_(known);
    return false;
  }
  if (order.ttl_ms() > 0 && now_ms > order.planned_at_ms() + order.ttl_ms()) {
    const auto late = absl::Milliseconds(now_ms - order.planned_at_ms());
    Skip(order, absl::StrCat("its order came ", absl::FormatDuration(absl::Trunc(late, absl::Milliseconds(100))),
                             " after its time, and it lives for ", absl::FormatDuration(absl::Milliseconds(order.ttl_ms()))));
    return false;
  }
  if (under_way_.has_value()) {
    if (under_way_->fault_id() == order.fault_id()) return false;
    Skip(order, absl::StrCat("fault ", Printable(under_way_->fault_id()), " was under way"));
    return false;
  }
  under_way_ = ReportOn(order);
  return true;
}

void FaultTable::Skip(const v1::FaultOrder& order, const std::string& why) {
  Publish(SkippedFault(order, why));
}

absl::Status FaultTable::Intend(std::uint32_t generation, std::int64_t pid) {
  under_way_->set_old_generation(generation);
  under_way_->set_old_pid(pid);
  under_way_->set_state(v1::FAULT_STATE_INTENDED);
  SEEP_RETURN_IF_ERROR(Journal(*under_way_));
  Publish(*under_way_);
  return absl::OkStatus();
}

void FaultTable::Injected(std::uint64_t at_ms, const std::string& detail) {
  under_way_->set_injected_at_ms(at_ms);
  under_way_->set_detail(detail);
  under_way_->set_state(v1::FAULT_STATE_INJECTED);
  (void)Journal(*under_way_);  // the intent is on disk: a restart knows enough
  Publish(*under_way_);
}

void FaultTable::Healed(std::uint64_t at_ms, std::uint32_t generation, std::int64_t pid) {
  if (!under_way_.has_value() || under_way_->state() != v1::FAULT_STATE_INJECTED) return;
  under_way_->set_healed_at_ms(at_ms);
  under_way_->set_new_generation(generation);
  under_way_->set_new_pid(pid);
  Finish(v1::FAULT_STATE_HEALED, under_way_->detail());
}

void FaultTable::Fail(const std::string& why) {
  if (under_way_.has_value()) Finish(v1::FAULT_STATE_FAILED, why);
}

void FaultTable::Finish(v1::FaultState state, const std::string& detail) {
  under_way_->set_state(state);
  under_way_->set_detail(detail);
  (void)Journal(*under_way_);
  Publish(*under_way_);
  under_way_.reset();
}

void FaultTable::Publish(const v1::FaultReport& report) {
  std::erase_if(reports_, [&](const v1::FaultReport& known) { return known.fault_id() == report.fault_id(); });
  reports_.push_back(report);
  if (reports_.size() > kMaxReports) reports_.pop_front();
  LogInfo(absl::StrCat("run=", report.run_id(), " fault=", report.fault_id(), " state=",
                       v1::FaultState_Name(report.state()), " ", report.detail()));
  report_(report);
}

absl::Status FaultTable::Journal(const v1::FaultReport& report) {
  UniqueFd out(open(journal_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!out.valid()) return ErrnoStatus(errno, journal_);
  const std::string record = EncodeRecord(1, report.SerializeAsString());
  if (write(out.get(), record.data(), record.size()) != static_cast<ssize_t>(record.size()) || fdatasync(out.get()) != 0) {
    return ErrnoStatus(errno, journal_);
  }
  return absl::OkStatus();
}

std::vector<v1::FaultReport> FaultTable::Unfinished(const std::string& journal) {
  std::map<std::string, v1::FaultReport> last;
  const auto content = ReadFile(journal, 64 << 20);
  if (!content.ok()) return {};
  for (auto record = NextRecord(*content, 0); record; record = NextRecord(*content, record->end)) {
    v1::FaultReport report;
    if (report.ParseFromArray(record->bytes.data(), static_cast<int>(record->bytes.size()))) last[report.fault_id()] = report;
  }
  std::vector<v1::FaultReport> unfinished;
  for (auto& [id, report] : last) {
    if (report.state() != v1::FAULT_STATE_INTENDED && report.state() != v1::FAULT_STATE_INJECTED) continue;
    report.set_state(v1::FAULT_STATE_FAILED);
    report.set_detail("the agent was restarted; what was left of the target was killed");
    unfinished.push_back(report);
  }
  return unfinished;
}

}  // namespace seep::agent
