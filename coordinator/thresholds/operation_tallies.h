// Latencies and errors by operation, added up exactly: of one run from its
// samples, of several from what their verdicts keep, whatever their agents.
//
// Threads: one at a time. Pure.
// Bounds:  64 operations and 32 kinds of errors each by name; further ones are
//          "other". Bucket numbers that are none are left out.
#ifndef SEEP_COORDINATOR_THRESHOLDS_OPERATION_TALLIES_H_
#define SEEP_COORDINATOR_THRESHOLDS_OPERATION_TALLIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/histogram/latency_histogram.h"
#include "seep/v1/run.pb.h"
#include "seep/v1/sample.pb.h"

namespace seep::coordinator {

struct OperationTally {
  LatencyHistogram latency;
  std::map<std::string, std::uint64_t> errors;
  std::uint64_t failed = 0;
  std::uint64_t warm_up = 0;  // measured before its end; not in the rest
  double seconds = 0;         // of the soaks that it was measured in
};

class OperationTallies {
 public:
  using Figures = google::protobuf::RepeatedPtrField<v1::OperationFigures>;

  void Add(const v1::OperationDelta& delta);
  // What a run measured in all. Nothing, if its exact counts were not kept.
  void Add(const v1::OperationFigures& figures);

  const OperationTally* Find(std::string_view name) const;
  // What people ask for first, then the SDK's calls by name. `exact`: with the
  // histograms, to be added up again; `seconds`: of the soak, where the tallies
  // do not know it themselves.
  void WriteTo(Figures& figures, bool exact, double seconds = 0) const;

 private:
  OperationTally& TallyOf(const std::string& name);
  void AddErrors(const google::protobuf::RepeatedPtrField<v1::ErrorCount>& errors, OperationTally& tally);

  std::map<std::string, OperationTally, std::less<>> tallies_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_THRESHOLDS_OPERATION_TALLIES_H_
