// What a check found, and how it tells: progress, findings up to a limit, a word
// whether to go on.
//
// Threads: one; the ports are called on it.
#ifndef SEEP_STORAGE_UPKEEP_FINDINGS_H_
#define SEEP_STORAGE_UPKEEP_FINDINGS_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "seep/v1/store.pb.h"

namespace seep::storage {

struct UpkeepPorts {
  std::function<void(const v1::UpkeepProgress&)> progress = [](const v1::UpkeepProgress&) {};
  std::function<void(const v1::StoreFinding&)> finding = [](const v1::StoreFinding&) {};
  std::function<bool()> cancelled = [] { return false; };
};

class Findings {
 public:
  Findings(UpkeepPorts ports, std::uint32_t limit) : ports_(std::move(ports)), limit_(limit) {}

  void Add(const char* kind, std::string run_id, std::string place, std::string what, std::string advice = "");
  void Progress(std::string doing, std::uint64_t done, std::uint64_t total, const char* unit);
  absl::Status GoOn() const;  // kCancelled when nobody waits any more
  std::uint64_t count() const { return count_; }

 private:
  const UpkeepPorts ports_;
  const std::uint32_t limit_;
  std::uint64_t count_ = 0;
};

// "samples 1025 to 2048", "sample 7"
std::string SampleRange(std::uint64_t from, std::uint64_t to);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_UPKEEP_FINDINGS_H_
