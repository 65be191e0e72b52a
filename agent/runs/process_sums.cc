#include "agent/runs/process_sums.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace seep::agent {
namespace {

// Where leaks show, most telling first: with many processes only these are kept.
constexpr std::array<std::string_view, 8> kFirst = {"rss",           "fds",         "threads",   "heap_allocated",
                                                    "heap_in_use", "wasm_memory", "listeners", "goroutines"};
constexpr std::size_t kMostOfOne = 24;
constexpr char kLargest[] = "_largest";

GaugeValue OfOne(GaugeValue gauge, std::size_t process) {
  gauge.name = absl::StrCat(gauge.name, ".process", process + 1);
  return gauge;
}

// In the order in which names are first met.
class Sums {
 public:
  void Add(const GaugeValue& gauge) {
    const auto [at, fresh] = index_.emplace(gauge.name, sums_.size());
    if (fresh) {
      sums_.push_back(gauge);
      told_.push_back(1);
    } else {
      sums_[at->second].value += gauge.value;
      ++told_[at->second];
    }
  }
  void AppendTo(std::vector<GaugeValue>& values, std::size_t told_by_at_least) const {
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      if (told_[i] >= told_by_at_least) values.push_back(sums_[i]);
    }
  }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<GaugeValue> sums_;
  std::vector<std::size_t> told_;
};

const GaugeValue* Find(const std::vector<GaugeValue>& values, const std::string& name) {
  const auto found = std::find_if(values.begin(), values.end(), [&](const GaugeValue& value) { return value.name == name; });
  return found == values.end() ? nullptr : &*found;
}

// Limits of a process bind the largest, not the sum (OutsideFigures::most_fds).
void AddLargest(const std::string& name, const std::vector<ProcessSums::OfProcess>& each, std::vector<GaugeValue>& values) {
  std::optional<GaugeValue> largest;
  for (const ProcessSums::OfProcess& one : each) {
    const GaugeValue* told = Find(one.measured, name + kLargest);
    if (told == nullptr) told = Find(one.measured, name);
    if (told == nullptr) return;
    if (!largest || told->value > largest->value) largest = *told;
  }
  largest->name = name + kLargest;
  values.push_back(*std::move(largest));
}

}  // namespace

ProcessSums::ProcessSums(std::size_t processes)
    : processes_(processes), gauges_each_(std::min(kOfProcesses / processes, kMostOfOne)),
      operations_each_(kOperationsOfProcesses / processes) {}

bool ProcessSums::ShowsEach(const GaugeValue& gauge) {
  const auto first = std::find(kFirst.begin(), kFirst.end(), gauge.name);
  if (first != kFirst.end()) return static_cast<std::size_t>(first - kFirst.begin()) < gauges_each_;
  // What the host itself tells; the machine's other figures of it are in the sum.
  if (gauge.origin != v1::GAUGE_ORIGIN_INSIDE || gauge.kind != v1::GAUGE_KIND_GAUGE) return false;
  if (gauges_.contains(gauge.name)) return true;
  return kFirst.size() + gauges_.size() < gauges_each_ && gauges_.insert(gauge.name).second;
}

bool ProcessSums::CountsEach(const GaugeValue& counter) {
  if (!counter.operation) return false;
  if (operations_.contains(counter.name)) return true;
  return operations_.size() < operations_each_ && operations_.insert(counter.name).second;
}

std::vector<GaugeValue> ProcessSums::Values(const std::vector<OfProcess>& each) {
  std::vector<GaugeValue> values, of_each;
  Sums measured, counted;
  for (std::size_t process = 0; process < each.size(); ++process) {
    for (const GaugeValue& gauge : each[process].measured) {
      if (absl::EndsWith(gauge.name, kLargest)) continue;
      measured.Add(gauge);
      if (ShowsEach(gauge)) of_each.push_back(OfOne(gauge, process));
    }
    for (const GaugeValue& counter : each[process].counted) {
      counted.Add(counter);
      if (CountsEach(counter)) of_each.push_back(OfOne(counter, process));
    }
  }
  measured.AppendTo(values, processes_);
  for (const char* bound : {"fds", "vsz"}) AddLargest(bound, each, values);
  counted.AppendTo(values, 1);
  values.insert(values.end(), std::make_move_iterator(of_each.begin()), std::make_move_iterator(of_each.end()));
  return values;
}

}  // namespace seep::agent
