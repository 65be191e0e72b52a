// What is wrong with an import, message by message: whatever passes is taken by
// the store later, so that nothing is stored of a file that is not whole.
//
// Threads: one at a time; pure.
// Failure: kInvalidArgument and kDataLoss naming the run ("2. run"), and
//          kResourceExhausted over the bounds below.
#ifndef SEEP_COORDINATOR_IMPORTS_IMPORT_CHECK_H_
#define SEEP_COORDINATOR_IMPORTS_IMPORT_CHECK_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "seep/v1/control.pb.h"

namespace seep::coordinator {

class ImportCheck {
 public:
  static constexpr std::uint32_t kMaxRuns = 1000;
  static constexpr int kMaxNotes = 100'000;  // events, faults and generations of a run, each
  static constexpr int kMaxStreams = 10'000;  // of a run

  absl::Status Take(const v1::ImportRunsRequest& message);
  bool complete() const { return ended_; }

 private:
  absl::Status Begin(const v1::ImportRunsRequest& message);
  absl::Status Batch(const v1::SampleBatch& batch);
  absl::Status Gauges();
  absl::Status Artefact(const v1::ArtefactChunk& chunk);
  absl::Status Notes(const v1::ImportRunsRequest& message);
  absl::Status End(const v1::ImportEnd& end);
  absl::Status Bad(const std::string& what) const;

  bool header_ = false, copy_ = false, ended_ = false;
  std::uint32_t runs_ = 0;
  std::uint64_t samples_ = 0;
  std::set<std::string> run_ids_;  // of a copy

  // Of the run begun last.
  std::set<std::string> epochs_;
  std::string epoch_;
  std::uint64_t next_sequence_ = 1;
  absl::flat_hash_set<std::uint32_t> ids_;       // defined in this stream
  absl::flat_hash_set<std::string> gauge_names_;
  int events_ = 0, faults_ = 0, generations_ = 0;
  std::uint64_t artefact_bytes_ = 0;  // of the artefact at hand
  std::string artefact_;
  std::size_t artefacts_ = 0, artefacts_bytes_ = 0;
  v1::SampleBlock block_;  // its memory is used again
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_IMPORTS_IMPORT_CHECK_H_
