#include "coordinator/verdicts/time_table.h"

#include <algorithm>
#include <limits>

namespace seep::coordinator {
namespace {
constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::string> kLevels = {"heap_allocated", "heap_in_use", "rss"};
const std::vector<std::string> kTasks = {"goroutines", "threads"};
const std::vector<std::string> kOperations = {"payments", "lifecycles", "reconnects"};

double At(const std::map<std::uint32_t, double>& values, std::uint32_t id) {
  const auto found = values.find(id);
  return id == 0 || found == values.end() ? kAbsent : found->second;
}
}  // namespace

void TimeTable::Add(const storage::SamplePage& page) {
  for (const v1::GaugeDefinition& gauge : page.gauges) {
    const auto wanted = [&](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), gauge.name()) != names.end();
    };
    if (gauge.operation()) operations_[gauge.id()] = gauge.name();
    if (gauge.operation() || wanted(kLevels) || wanted(kTasks)) ids_[gauge.name()] = gauge.id();
  }
  for (const v1::Sample& sample : page.samples) {
    const double minutes = static_cast<double>(sample.monotonic_us()) / 60e6;
    if (minutes < last_.minutes) continue;
    // A sample may lack what an earlier one had: the last known value stands.
    last_.minutes = minutes;
    for (int i = 0; i < std::min(sample.gauge_size(), sample.value_size()); ++i) {
      for (const auto& [name, id] : ids_) {
        if (id == sample.gauge(i)) last_.values[id] = sample.value(i);
      }
    }
    if (seen_++ % stride_ != 0) continue;
    kept_.push_back(last_);
    if (kept_.size() < 2 * kRows) continue;
    for (std::size_t i = 0; i < kRows; ++i) kept_[i] = kept_[2 * i];
    kept_.resize(kRows);
    stride_ *= 2;
  }
}

// The first of `names` that was recorded.
std::uint32_t TimeTable::Leading(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const auto id = ids_.find(name);
    if (id != ids_.end() && last_.values.contains(id->second)) return id->second;
  }
  return 0;
}

void TimeTable::WriteTo(v1::GetReportResponse& report) const {
  if (kept_.empty()) return;
  const std::uint32_t level = Leading(kLevels), tasks = Leading(kTasks);
  std::uint32_t operation = Leading(kOperations);
  if (operation == 0 && !operations_.empty()) operation = operations_.begin()->first;
  for (const auto& [name, id] : ids_) {
    if (id == level) report.set_table_series(name);
    if (id == tasks) report.set_table_tasks(name);
    if (id == operation) report.set_table_operation(name);
  }
  // At most kRows, the first and the last moment always among them.
  std::vector<const Moment*> moments;
  std::vector<const Moment*> known;  // the first samples may come before the host's own gauges
  for (const Moment& moment : kept_) {
    if (level == 0 || moment.values.contains(level)) known.push_back(&moment);
  }
  if (known.empty()) known.push_back(&last_);
  const std::size_t rows = std::min(known.size(), kRows - 1);
  for (std::size_t row = 0; row < rows; ++row) moments.push_back(known[row * known.size() / rows]);
  if (moments.back()->minutes < last_.minutes) moments.push_back(&last_);
  const Moment* before = nullptr;
  for (const Moment* moment : moments) {
    auto& row = *report.add_table();
    row.set_minutes(moment->minutes);
    row.set_level(At(moment->values, level));
    row.set_tasks(At(moment->values, tasks));
    row.set_operations(At(moment->values, operation));
    row.set_delta(before == nullptr ? kAbsent : At(moment->values, level) - At(before->values, level));
    row.set_rate_per_minute(before == nullptr ? kAbsent : row.delta() / (moment->minutes - before->minutes));
    before = moment;
  }
}

}  // namespace seep::coordinator
