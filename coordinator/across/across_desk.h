// Questions across runs: lists by filter, comparisons, leaks; baselines and
// annotations.
//
// Threads: coordinator loop only; arithmetic goes to `worker`.
// Owns:    nothing but what is under way. Borrows the rest.
// Failure: as control.proto says; a filter's mistakes point at the word.
// Bound:   kMaxCompared runs a comparison; the store's own limits.
#ifndef SEEP_COORDINATOR_ACROSS_ACROSS_DESK_H_
#define SEEP_COORDINATOR_ACROSS_ACROSS_DESK_H_

#include "common/event_loop/event_loop.h"
#include "coordinator/control/answer.h"
#include "seep/v1/control.pb.h"
#include "storage/across_runs.h"
#include "storage/store.h"

namespace seep::coordinator {

class AcrossDesk {
 public:
  static constexpr int kMaxCompared = 16;
  static constexpr std::uint32_t kMaxLeaks = 1000;

  AcrossDesk(EventLoop& loop, EventLoop& worker, storage::Store& store, storage::AcrossRuns& across)
      : loop_(loop), worker_(worker), store_(store), across_(across) {}

  void ListRuns(const v1::ListRunsRequest& request, Answer<v1::ListRunsResponse> answer);
  void CompareRuns(const v1::CompareRunsRequest& request, Answer<v1::CompareRunsResponse> answer);
  void ListLeaks(const v1::ListLeaksRequest& request, Answer<v1::ListLeaksResponse> answer);
  void SetBaseline(const v1::SetBaselineRequest& request, Answer<v1::SetBaselineResponse> answer);
  void ListBaselines(const v1::ListBaselinesRequest& request, Answer<v1::ListBaselinesResponse> answer);
  void RemoveBaseline(const v1::RemoveBaselineRequest& request, Answer<v1::RemoveBaselineResponse> answer);
  void AnnotateRun(const v1::AnnotateRunRequest& request, Answer<v1::AnnotateRunResponse> answer);
  void ListAnnotations(const v1::ListAnnotationsRequest& request, Answer<v1::ListAnnotationsResponse> answer);

 private:
  struct Loading;
  void LoadNext(std::shared_ptr<Loading> loading);
  void Finish(std::shared_ptr<Loading> loading);

  EventLoop& loop_;
  EventLoop& worker_;
  storage::Store& store_;
  storage::AcrossRuns& across_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_ACROSS_ACROSS_DESK_H_
