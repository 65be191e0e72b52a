// Questions across runs, and what people say about runs: baselines, notes.
//
// Nothing is answered by going through samples: verdict rows, the curves that
// came with them, and minute rows at most (bounded per run).
//
// Threads, order, callbacks and failures: as store.h.
#ifndef SEEP_STORAGE_ACROSS_RUNS_H_
#define SEEP_STORAGE_ACROSS_RUNS_H_

#include <string>
#include <vector>

#include "seep/v1/across.pb.h"
#include "storage/run_filter.h"
#include "storage/store.h"

namespace seep::storage {

// A run with all that comparing it needs: its verdict's series carry their curves.
struct ComparableRun {
  v1::Run run;
  std::string baseline;  // the name that led to it; empty: its id did
  std::vector<v1::Annotation> annotations;
};

// What one run said of one series.
struct SeriesSighting {
  std::string sdk, version, scenario, series, unit;
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  std::string run_id;
  std::int64_t wall_us = 0;  // when the run began
  std::string operation;
  v1::Estimate kept_per_operation;  // NaN: not known
  v1::Estimate slope_per_minute;
};
struct Sightings {
  std::vector<SeriesSighting> leaks;   // newest first, of series that leaked
  // Every judged, final word on these series by the same SDKs in the same
  // scenarios, whatever it was; without figures.
  std::vector<SeriesSighting> all;
  bool truncated = false;  // more than kMaxLeakSightings or kMaxSightings
};
inline constexpr std::size_t kMaxLeakSightings = 20'000;
inline constexpr std::size_t kMaxSightings = 200'000;

class AcrossRuns {
 public:
  virtual ~AcrossRuns() = default;

  // `reference`: a run's id or a baseline's name. kNotFound lists what there is.
  virtual void LoadComparable(std::string reference, Callback<ComparableRun> got) = 0;
  // `filter` says which leaks; its time and verdict do not bound `all`.
  virtual void FindLeaks(RunFilter filter, Callback<Sightings> got) = 0;
  // At most kSparkPoints a run; runs without any are left out.
  static constexpr int kSparkPoints = 16;
  virtual void DrawSparks(std::vector<std::string> run_ids, Callback<std::vector<v1::Spark>> got) = 0;

  // kFailedPrecondition: the run is not over; kResourceExhausted: kMaxBaselines.
  // Answers with the run the name stood for until then.
  static constexpr int kMaxBaselines = 1000;
  virtual void SetBaseline(v1::SetBaselineRequest request, Callback<v1::SetBaselineResponse> set) = 0;
  virtual void RemoveBaseline(v1::RemoveBaselineRequest request, Callback<v1::Baseline> removed) = 0;
  virtual void ListBaselines(Callback<std::vector<v1::Baseline>> got) = 0;

  // kResourceExhausted: the run has kMaxAnnotations.
  static constexpr int kMaxAnnotations = 1000;
  virtual void Annotate(v1::AnnotateRunRequest request, Callback<v1::Annotation> annotated) = 0;
  virtual void ListAnnotations(std::string run_id, Callback<std::vector<v1::Annotation>> got) = 0;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_ACROSS_RUNS_H_
