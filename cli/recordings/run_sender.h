// Turns what a reader finds in a file into the messages of an import: samples
// in batches, a boot epoch for each stream, holes with their reasons.
//
// Threads: main only.
// Owns:    one batch being filled (at most kMaxSamples or kMaxBytes).
// Failure: that of `write`; kInvalidArgument for more than kMaxGauges gauges.
#ifndef SEEP_CLI_RECORDINGS_RUN_SENDER_H_
#define SEEP_CLI_RECORDINGS_RUN_SENDER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "seep/v1/control.pb.h"

namespace seep::cli {

class RunSender {
 public:
  static constexpr int kMaxSamples = 4000;
  static constexpr std::size_t kMaxBytes = 768 * 1024;
  static constexpr std::size_t kMaxGauges = 1024;

  using Write = std::function<absl::Status(v1::ImportRunsRequest)>;
  // `dress` adds what the person said to each run.
  RunSender(Write write, std::function<void(v1::Run&)> dress) : write_(std::move(write)), dress_(std::move(dress)) {}

  absl::Status Header(v1::ImportHeader header);
  // Ends the run before it, if there is one.
  absl::Status Begin(v1::Run run, v1::Campaign campaign = {});
  // Why samples are missing; before those behind the holes.
  template <typename Gaps>
  void AddGaps(const Gaps& gaps) { gaps_.insert(gaps_.end(), gaps.begin(), gaps.end()); }
  absl::Status Define(v1::GaugeDefinition definition);
  // A sequence of 0 takes the next; one that is not above the last begins
  // another stream; a jump is a hole.
  absl::Status Add(v1::Sample sample);
  // What belongs to the run besides samples; those before it go first.
  absl::Status Send(v1::ImportRunsRequest message);
  absl::Status End(const std::string& sha256);

  std::uint32_t runs() const { return runs_; }
  std::uint64_t samples() const { return samples_; }          // of all runs
  std::uint64_t run_samples() const { return run_samples_; }  // of the run begun last

 private:
  absl::Status Flush();
  absl::Status EndRun();
  void BeginStream();
  const v1::SampleGap* GapFrom(std::uint64_t sequence) const;

  Write write_;
  std::function<void(v1::Run&)> dress_;
  std::uint32_t runs_ = 0, streams_ = 0;
  std::uint64_t samples_ = 0, run_samples_ = 0;
  std::vector<v1::SampleGap> gaps_;
  std::vector<v1::GaugeDefinition> definitions_;
  v1::SampleBlock block_;
  std::size_t bytes_ = 0;
  std::size_t defined_ = 0;             // of `definitions_`, in this stream
  std::uint64_t next_sequence_ = 1;
  std::uint64_t dropped_from_ = 0;      // the block follows a hole
  std::string dropped_reason_;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_RECORDINGS_RUN_SENDER_H_
