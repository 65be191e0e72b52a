// What operations took and how they failed, from sample to sample.
//
//   times.Record("payment", clock.Now() - intended, "");
//
// Threads: the loop's only.
// Spans the generations of a run: what one of them measured goes out with the
//          next sample, whichever generation takes it.
// Bounds:  64 operations and 32 kinds of errors each by name; further ones
//          count as "other".
#ifndef SEEP_AGENT_LATENCY_OPERATION_TIMES_H_
#define SEEP_AGENT_LATENCY_OPERATION_TIMES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/histogram/latency_histogram.h"
#include "seep/v1/sample.pb.h"

namespace seep::agent {

class OperationTimes {
 public:
  static constexpr std::size_t kMaxOperations = 64;
  static constexpr std::size_t kMaxKinds = 32;

  // `error`: what it failed with; empty: it did not. Failed ones have a latency
  // too: a time-out is the slowest answer there is.
  void Record(std::string_view operation, absl::Duration latency, std::string_view error);
  // What is recorded from here on is the soak's.
  void EndWarmUp() { warm_up_ = false; }
  void BeginWarmUp() { warm_up_ = true; }

  bool empty() const { return pending_.empty(); }
  // What was recorded since the last Sent, appended to `sample`.
  void WriteTo(v1::Sample& sample) const;
  void Sent() { pending_.clear(); }
  // What another one recorded becomes this one's: the processes of a run count
  // as one.
  void TakeFrom(OperationTimes& other);

 private:
  struct Entry {
    LatencyHistogram latency;
    std::map<std::string, std::uint64_t> errors;
    void CountError(std::string kind, std::uint64_t count);
  };
  std::string Known(std::string name);
  bool warm_up_ = false;
  std::map<std::string, std::size_t, std::less<>> names_;  // ever seen
  std::map<std::pair<std::string, bool>, Entry> pending_;  // by name and warm-up
};

// Letters, digits, '_' and '.', at most 48: what a host sends may be anything.
std::string PlainName(std::string_view name);

}  // namespace seep::agent

#endif  // SEEP_AGENT_LATENCY_OPERATION_TIMES_H_
