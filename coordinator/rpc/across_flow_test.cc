// Questions across runs over loopback gRPC, of runs whose every sample is known:
// one keeps nothing, one keeps 4 KiB a payment.
#include <gmock/gmock.h>

#include "coordinator/rpc/coordinator_fixture.h"

namespace seep::coordinator {
namespace {

using ::testing::HasSubstr;

class AcrossFlow : public CoordinatorFlow {
 protected:
  void SetUp() override {
    CoordinatorFlow::SetUp();
    FakeAgent agent(coordinator_->address());
    sound_ = Soak(agent, 0);
    leaky_ = Soak(agent, 4096);
  }

  // 480 samples, two minutes, 48 payments a second.
  std::string Soak(FakeAgent& agent, double kept) {
    const std::string run_id = Submit();
    EXPECT_EQ(TakeRun(agent), run_id);
    agent.SendBatch(agent.Batch(run_id, 1, 480, kept));
    EXPECT_EQ(agent.AwaitAck(480), 480u);
    agent.SendStatus(run_id, v1::RUN_STATE_FINISHED, 480, /*final=*/true);
    EXPECT_TRUE(agent.ReadUntil([&](const auto& m) { return m.stop_run().forget(); }));
    return run_id;
  }

  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::Control::Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request,
                    Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    return (control_.get()->*method)(&context, request, &response);
  }

  v1::CompareRunsResponse Compare(const std::string& base, const std::string& run) {
    v1::CompareRunsRequest request;
    request.set_base(base);
    request.add_runs(run);
    v1::CompareRunsResponse response;
    const grpc::Status status = Call(&v1::Control::Stub::CompareRuns, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  std::string sound_, leaky_;
};

TEST_F(AcrossFlow, ComparesByNameAndTellsWorseFromSame) {
  v1::SetBaselineRequest set;
  set.set_name("main");
  set.set_run_id(sound_);
  v1::SetBaselineResponse named;
  ASSERT_TRUE(Call(&v1::Control::Stub::SetBaseline, set, named).ok());
  const v1::CompareRunsResponse worse = Compare("main", leaky_);
  ASSERT_EQ(worse.comparisons_size(), 1);
  EXPECT_EQ(worse.baseline(), "main");
  EXPECT_EQ(worse.operation(), "payments");
  const v1::RunComparison& one = worse.comparisons(0);
  EXPECT_EQ(one.outcome(), v1::OUTCOME_WORSE) << one.headline();
  ASSERT_EQ(one.series_size(), 1);
  EXPECT_NEAR(one.series(0).kept_per_operation().delta().value(), 4096, 200);
  EXPECT_GE(one.series(0).curve().level_size(), 40);
  EXPECT_EQ(one.warnings_size(), 0) << one.warnings(0);
  EXPECT_EQ(Compare("main", sound_).comparisons(0).outcome(), v1::OUTCOME_SAME);
  EXPECT_EQ(Compare(leaky_, "main").comparisons(0).outcome(), v1::OUTCOME_BETTER);
}

TEST_F(AcrossFlow, ListsByFilterWithSparksAndTellsWhichWordIsWrong) {
  v1::ListRunsRequest request;
  request.set_filter("sdk:simulated-wallet verdict:leak scenario:payments -agent:nobody");
  request.set_with_sparks(true);
  v1::ListRunsResponse response;
  const grpc::Status status = Call(&v1::Control::Stub::ListRuns, request, response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.runs_size(), 1);
  EXPECT_EQ(response.runs(0).run_id(), leaky_);
  EXPECT_FALSE(response.runs(0).verdict().series(0).has_curve());
  ASSERT_EQ(response.sparks_size(), 1);
  EXPECT_LT(response.sparks(0).level(0), response.sparks(0).level(15));
  request.set_filter("verdict:leak sceanrio:payments");
  EXPECT_THAT(Call(&v1::Control::Stub::ListRuns, request, response).error_message(),
              HasSubstr("at character 14, 'sceanrio': no such field; did you mean scenario?"));
}

TEST_F(AcrossFlow, ListsTheLeakWithItsBytesAPayment) {
  v1::ListLeaksRequest request;
  request.set_filter("sdk:simulated-wallet");
  v1::ListLeaksResponse response;
  ASSERT_TRUE(Call(&v1::Control::Stub::ListLeaks, request, response).ok());
  ASSERT_EQ(response.leaks_size(), 1);
  const v1::Leak& leak = response.leaks(0);
  EXPECT_EQ(leak.scenario(), "payments");
  EXPECT_EQ(leak.series(), "rss");
  EXPECT_EQ(leak.leaking_runs(), 1u);
  EXPECT_EQ(leak.runs(), 2u);
  EXPECT_EQ(leak.operation(), "payments");
  EXPECT_NEAR(leak.kept_per_operation().value(), 4096, 200);
  EXPECT_EQ(leak.last_run_id(), leaky_);
  request.set_filter("sdk:another");
  ASSERT_TRUE(Call(&v1::Control::Stub::ListLeaks, request, response).ok());
  EXPECT_EQ(response.leaks_size(), 0);
}

TEST_F(AcrossFlow, KeepsNotesAndBaselinesOverARestart) {
  v1::AnnotateRunRequest note;
  note.set_run_id(leaky_);
  note.set_text("faucet was down");
  note.set_has_time(true);
  note.set_at_ms(30'000);
  v1::AnnotateRunResponse noted;
  ASSERT_TRUE(Call(&v1::Control::Stub::AnnotateRun, note, noted).ok());
  v1::SetBaselineRequest set;
  set.set_name("main");
  set.set_run_id(sound_);
  v1::SetBaselineResponse named;
  ASSERT_TRUE(Call(&v1::Control::Stub::SetBaseline, set, named).ok());
  Restart();
  v1::GetReportRequest request;
  request.set_run_id(leaky_);
  v1::GetReportResponse report;
  ASSERT_TRUE(Call(&v1::Control::Stub::GetReport, request, report).ok());
  ASSERT_EQ(report.annotations_size(), 1);
  EXPECT_EQ(report.annotations(0).text(), "faucet was down");
  EXPECT_EQ(Compare("main", leaky_).annotations_size(), 1);
  v1::RemoveBaselineRequest remove;
  remove.set_name("main");
  v1::RemoveBaselineResponse removed;
  ASSERT_TRUE(Call(&v1::Control::Stub::RemoveBaseline, remove, removed).ok());
  EXPECT_EQ(removed.removed().run_id(), sound_);
  v1::CompareRunsRequest compare;
  compare.set_base("main");
  compare.add_runs(leaky_);
  v1::CompareRunsResponse response;
  EXPECT_EQ(Call(&v1::Control::Stub::CompareRuns, compare, response).error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace seep::coordinator
