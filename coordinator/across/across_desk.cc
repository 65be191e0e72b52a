#include "coordinator/across/across_desk.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/across/comparison.h"
#include "coordinator/across/leak_groups.h"
#include "coordinator/filter/run_filter_parser.h"

namespace seep::coordinator {
namespace {

constexpr std::uint32_t kDefaultLeaks = 100;

v1::CompareRunsResponse CompareAll(const std::vector<storage::ComparableRun>& runs, const v1::CompareRunsRequest& request) {
  v1::CompareRunsResponse response;
  const storage::ComparableRun& base = runs.front();
  *response.mutable_base() = base.run;
  for (v1::SeriesVerdict& series : *response.mutable_base()->mutable_verdict()->mutable_series()) {
    if (response.operation().empty()) response.set_operation(series.curve().operation());
    series.clear_curve();
  }
  response.set_baseline(base.baseline);
  response.set_align(request.align() == v1::ALIGNMENT_OPERATIONS ? v1::ALIGNMENT_OPERATIONS : v1::ALIGNMENT_TIME);
  for (std::size_t i = 1; i < runs.size(); ++i) *response.add_comparisons() = Compare(base, runs[i], request);
  for (const storage::ComparableRun& run : runs) {
    for (const v1::Annotation& annotation : run.annotations) {
      if (annotation.has_time()) *response.add_annotations() = annotation;
    }
  }
  return response;
}

}  // namespace

void AcrossDesk::ListRuns(const v1::ListRunsRequest& request, Answer<v1::ListRunsResponse> answer) {
  auto filter = ParseRunFilter(request.filter(), loop_.clock().WallNow());
  if (!filter.ok()) return answer(filter.status());
  filter->campaign_id = request.campaign_id();
  filter->state = request.state();
  filter->verdict = request.verdict();
  store_.ListRuns(*std::move(filter), {request.before_id(), request.limit()},
                  [this, draw = request.with_sparks(), answer = std::move(answer)](absl::StatusOr<storage::RunPage> page) mutable {
                    if (!page.ok()) return answer(page.status());
                    v1::ListRunsResponse response;
                    std::vector<std::string> ids;
                    for (v1::Run& run : page->runs) {
                      ids.push_back(run.run_id());
                      *response.add_runs() = std::move(run);
                    }
                    response.set_next_before_id(page->next_before_id);
                    if (!draw) return answer(std::move(response));
                    across_.DrawSparks(std::move(ids), [response = std::move(response), answer = std::move(answer)](
                                                           absl::StatusOr<std::vector<v1::Spark>> sparks) mutable {
                      if (!sparks.ok()) return answer(sparks.status());
                      for (v1::Spark& spark : *sparks) *response.add_sparks() = std::move(spark);
                      answer(std::move(response));
                    });
                  });
}

struct AcrossDesk::Loading {
  v1::CompareRunsRequest request;
  Answer<v1::CompareRunsResponse> answer;
  std::vector<std::string> references;
  std::vector<storage::ComparableRun> runs;
};

void AcrossDesk::CompareRuns(const v1::CompareRunsRequest& request, Answer<v1::CompareRunsResponse> answer) {
  if (request.runs_size() == 0 || request.runs_size() > kMaxCompared) {
    return answer(absl::InvalidArgumentError(absl::StrCat("compare a base with 1 to ", kMaxCompared, " runs; ", request.runs_size(), " were given")));
  }
  if (!(request.level_tolerance() >= 0 && request.level_tolerance() < 10)) {
    return answer(absl::InvalidArgumentError("the tolerance of levels is a share of the base's, such as 0.05 for 5 %"));
  }
  auto loading = std::make_shared<Loading>();
  loading->request = request;
  loading->answer = std::move(answer);
  loading->references.push_back(request.base());
  loading->references.insert(loading->references.end(), request.runs().begin(), request.runs().end());
  LoadNext(std::move(loading));
}

void AcrossDesk::LoadNext(std::shared_ptr<Loading> loading) {
  const std::string reference = loading->references[loading->runs.size()];
  across_.LoadComparable(reference, [this, loading](absl::StatusOr<storage::ComparableRun> run) {
    if (!run.ok()) return loading->answer(run.status());
    loading->runs.push_back(*std::move(run));
    if (loading->runs.size() < loading->references.size()) return LoadNext(loading);
    Finish(loading);
  });
}

void AcrossDesk::Finish(std::shared_ptr<Loading> loading) {
  worker_.Post([&loop = loop_, loading] {
    loop.Post([loading, response = CompareAll(loading->runs, loading->request)]() mutable {
      loading->answer(std::move(response));
    });
  });
}

void AcrossDesk::ListLeaks(const v1::ListLeaksRequest& request, Answer<v1::ListLeaksResponse> answer) {
  auto filter = ParseRunFilter(request.filter(), loop_.clock().WallNow());
  if (!filter.ok()) return answer(filter.status());
  const std::uint32_t limit = request.limit() == 0 ? kDefaultLeaks : std::min(request.limit(), kMaxLeaks);
  across_.FindLeaks(*std::move(filter), [this, limit, answer = std::move(answer)](absl::StatusOr<storage::Sightings> found) mutable {
    if (!found.ok()) return answer(found.status());
    worker_.Post([&loop = loop_, limit, found = *std::move(found), answer = std::move(answer)]() mutable {
      loop.Post([response = GroupLeaks(found, limit), answer = std::move(answer)]() mutable { answer(std::move(response)); });
    });
  });
}

void AcrossDesk::SetBaseline(const v1::SetBaselineRequest& request, Answer<v1::SetBaselineResponse> answer) {
  across_.SetBaseline(request, [answer = std::move(answer)](absl::StatusOr<v1::SetBaselineResponse> set) mutable { answer(std::move(set)); });
}

void AcrossDesk::ListBaselines(const v1::ListBaselinesRequest&, Answer<v1::ListBaselinesResponse> answer) {
  across_.ListBaselines([answer = std::move(answer)](absl::StatusOr<std::vector<v1::Baseline>> baselines) mutable {
    if (!baselines.ok()) return answer(baselines.status());
    v1::ListBaselinesResponse response;
    for (v1::Baseline& baseline : *baselines) *response.add_baselines() = std::move(baseline);
    answer(std::move(response));
  });
}

void AcrossDesk::RemoveBaseline(const v1::RemoveBaselineRequest& request, Answer<v1::RemoveBaselineResponse> answer) {
  across_.RemoveBaseline(request, [answer = std::move(answer)](absl::StatusOr<v1::Baseline> removed) mutable {
    if (!removed.ok()) return answer(removed.status());
    v1::RemoveBaselineResponse response;
    *response.mutable_removed() = *std::move(removed);
    answer(std::move(response));
  });
}

void AcrossDesk::AnnotateRun(const v1::AnnotateRunRequest& request, Answer<v1::AnnotateRunResponse> answer) {
  across_.Annotate(request, [answer = std::move(answer)](absl::StatusOr<v1::Annotation> annotation) mutable {
    if (!annotation.ok()) return answer(annotation.status());
    v1::AnnotateRunResponse response;
    *response.mutable_annotation() = *std::move(annotation);
    answer(std::move(response));
  });
}

void AcrossDesk::ListAnnotations(const v1::ListAnnotationsRequest& request, Answer<v1::ListAnnotationsResponse> answer) {
  across_.ListAnnotations(request.run_id(), [answer = std::move(answer)](absl::StatusOr<std::vector<v1::Annotation>> annotations) mutable {
    if (!annotations.ok()) return answer(annotations.status());
    v1::ListAnnotationsResponse response;
    for (v1::Annotation& annotation : *annotations) *response.add_annotations() = std::move(annotation);
    answer(std::move(response));
  });
}

}  // namespace seep::coordinator
