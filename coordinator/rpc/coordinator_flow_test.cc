// The whole coordinator over loopback gRPC, with an agent that runs nothing:
// what is promised to agents and people, restarts included.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <future>
#include <thread>

#include "common/os/system_clock.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "coordinator/coordinator.h"
#include "coordinator/rpc/coordinator_fixture.h"
#include "coordinator/rpc/fake_agent.h"
#include "seep/v1/control.grpc.pb.h"

namespace seep::coordinator {
namespace {

using ::testing::HasSubstr;

TEST_F(CoordinatorFlow, CarriesARunFromItsCampaignToItsVerdict) {
  const std::string run_id = Submit();
  EXPECT_THAT(Await(run_id, [](const auto& run) { return !run.state_reason().empty(); }).state_reason(),
              "no agent is connected");
  FakeAgent agent(coordinator_->address());
  ASSERT_EQ(TakeRun(agent), run_id);
  for (std::uint64_t first = 1; first <= 480; first += 40) agent.SendBatch(agent.Batch(run_id, first, 40));
  EXPECT_EQ(agent.AwaitAck(480), 480u);
  Await(run_id, [](const v1::Run& run) { return run.verdict().verdict() == v1::VERDICT_LEAK && run.verdict().provisional(); });
  agent.SendStatus(run_id, v1::RUN_STATE_FINISHED, 480, /*final=*/true);
  EXPECT_TRUE(agent.ReadUntil([&](const auto& m) { return m.stop_run().forget(); })) << "the agent may delete its state";
  const v1::Run run = GetRun(run_id);
  EXPECT_EQ(run.state(), v1::RUN_STATE_FINISHED);
  EXPECT_EQ(run.samples(), 480u);
  EXPECT_EQ(run.verdict().verdict(), v1::VERDICT_LEAK) << run.verdict().headline();
  EXPECT_FALSE(run.verdict().provisional());
  EXPECT_EQ(run.agent(), "lab-1");

  grpc::ClientContext context;
  v1::GetReportRequest request;
  request.set_run_id(run_id);
  v1::GetReportResponse report;
  ASSERT_TRUE(control_->GetReport(&context, request, &report).ok());
  EXPECT_EQ(report.table_series(), "rss");
  EXPECT_GE(report.table_size(), 10);
  EXPECT_THAT(report.events(0).message(), HasSubstr("assigned"));
}

TEST_F(CoordinatorFlow, GoesOnAfterItsOwnRestart) {
  const std::string run_id = Submit();
  FakeAgent agent(coordinator_->address());
  ASSERT_EQ(TakeRun(agent), run_id);
  agent.SendBatch(agent.Batch(run_id, 1, 200));
  ASSERT_EQ(agent.AwaitAck(200), 200u);
  AwaitState(run_id, v1::RUN_STATE_RUNNING);
  Restart();
  EXPECT_EQ(GetRun(run_id).state(), v1::RUN_STATE_RUNNING);
  FakeAgent again(coordinator_->address());
  FakeAgent::FillStatus(*again.registration().add_runs(), run_id, v1::RUN_STATE_RUNNING);
  const v1::CoordinatorMessage welcome = again.Connect();
  ASSERT_TRUE(welcome.has_welcome());
  ASSERT_EQ(welcome.welcome().acks_size(), 1);
  EXPECT_EQ(welcome.welcome().acks(0).through_sequence(), 200u);
  // Sends some of it twice, as an agent whose Ack was lost does.
  again.SendBatch(again.Batch(run_id, 150, 100));
  again.SendBatch(again.Batch(run_id, 250, 231));
  EXPECT_EQ(again.AwaitAck(480), 480u);
  again.SendStatus(run_id, v1::RUN_STATE_FINISHED, 480, true);
  const auto forgotten = again.ReadUntil([&](const auto& m) { return m.has_assignment() || m.stop_run().forget(); });
  ASSERT_TRUE(forgotten);
  EXPECT_FALSE(forgotten->has_assignment()) << "nothing is started a second time";
  const v1::Run run = GetRun(run_id);
  EXPECT_EQ(run.samples(), 480u) << "exactly once";
  EXPECT_EQ(run.samples_lost(), 0u);
  EXPECT_EQ(run.verdict().verdict(), v1::VERDICT_LEAK);
}

// Samples come as they would; each batch is looked at before the next is sent.
TEST_F(CoordinatorFlow, StopsEarlyOnceTheLeakIsConfirmed) {
  const std::string run_id = Submit(std::string(kCampaign) + "verdict: {stop_early: true}\n");
  auto agent = std::make_unique<FakeAgent>(coordinator_->address());
  ASSERT_EQ(TakeRun(*agent), run_id);
  std::uint64_t sent = 0;
  v1::Run run;
  while (sent < 440 && !run.has_stopped_early()) {
    agent->SendBatch(agent->Batch(run_id, sent + 1, 40));
    sent += 40;
    ASSERT_EQ(agent->AwaitAck(sent), sent);
    run = Await(run_id, [&](const v1::Run& now) {
      return now.verdict().confirmation().looked_s() >= static_cast<double>(sent) * 0.25 - 1.2 || now.has_stopped_early();
    });
    if (sent != 160) continue;
    EXPECT_GT(run.verdict().confirmation().alarms_size(), 0) << "nothing is there to be kept over the restart";
    EXPECT_FALSE(run.verdict().confirmation().confirmed());
    agent.reset();
    Restart();
    agent = std::make_unique<FakeAgent>(coordinator_->address());
    FakeAgent::FillStatus(*agent->registration().add_runs(), run_id, v1::RUN_STATE_RUNNING);
    ASSERT_TRUE(agent->Connect().has_welcome());
  }
  const auto stop = agent->ReadUntil([](const auto& m) { return m.has_stop_run(); });
  ASSERT_TRUE(stop);
  EXPECT_TRUE(stop->stop_run().early());
  EXPECT_FALSE(stop->stop_run().forget());
  EXPECT_THAT(stop->stop_run().reason(), HasSubstr("stopped early at "));
  agent->SendStatus(run_id, v1::RUN_STATE_FINISHED, sent, /*final=*/true);
  run = AwaitState(run_id, v1::RUN_STATE_FINISHED);
  EXPECT_FALSE(run.interrupted());
  EXPECT_EQ(run.verdict().verdict(), v1::VERDICT_LEAK);
  EXPECT_FALSE(run.verdict().provisional());
  EXPECT_EQ(run.stopped_early().series(), "rss");
  EXPECT_GE(run.stopped_early().at_s(), 0.4 * 120);
  EXPECT_LT(run.stopped_early().at_s(), 110);
  // The alarm of before the restart, not one that began after it.
  EXPECT_LE(run.stopped_early().first_alarm_s(), 40);
}

TEST_F(CoordinatorFlow, ConfirmedLeakGoesOnWhereNobodyAskedToStop) {
  const std::string run_id = Submit();
  FakeAgent agent(coordinator_->address());
  ASSERT_EQ(TakeRun(agent), run_id);
  v1::Run run;
  for (std::uint64_t first = 1; first < 440; first += 40) {
    agent.SendBatch(agent.Batch(run_id, first, 40));
    ASSERT_EQ(agent.AwaitAck(first + 39), first + 39);
    run = Await(run_id, [&](const v1::Run& now) {
      return now.verdict().confirmation().looked_s() >= static_cast<double>(first + 39) * 0.25 - 1.2;
    });
  }
  EXPECT_TRUE(run.verdict().confirmation().confirmed());
  EXPECT_EQ(run.state(), v1::RUN_STATE_RUNNING);
  EXPECT_FALSE(run.has_stopped_early());
}

TEST_F(CoordinatorFlow, AsksAgainForAHoleAndExplainsWhatNeverComes) {
  const std::string run_id = Submit();
  FakeAgent agent(coordinator_->address());
  ASSERT_EQ(TakeRun(agent), run_id);
  agent.SendBatch(agent.Batch(run_id, 1, 10));
  ASSERT_EQ(agent.AwaitAck(10), 10u);
  // Reordered: 21..30 before 11..20. The stream ends, nothing is lost.
  agent.SendBatch(agent.Batch(run_id, 21, 10));
  EXPECT_FALSE(agent.ReadUntil([](const auto& m) { return m.has_ack(); }));
  EXPECT_EQ(agent.Finish().error_code(), grpc::StatusCode::ABORTED);
  FakeAgent::FillStatus(*agent.registration().add_runs(), run_id, v1::RUN_STATE_RUNNING);
  ASSERT_EQ(agent.Connect().welcome().acks(0).through_sequence(), 10u);
  agent.SendBatch(agent.Batch(run_id, 11, 20));
  EXPECT_EQ(agent.AwaitAck(30), 30u);
  EXPECT_EQ(GetRun(run_id).samples_lost(), 0u);
  // The agent no longer has 31..40: begun behind the hole, it becomes a gap.
  ASSERT_TRUE(agent.Connect().has_welcome());
  agent.SendBatch(agent.Batch(run_id, 41, 10));
  EXPECT_EQ(agent.AwaitAck(50), 50u);
  EXPECT_EQ(GetRun(run_id).samples_lost(), 10u);
  EXPECT_EQ(GetRun(run_id).samples(), 40u);
}

TEST_F(CoordinatorFlow, RefusesDamagedBatchesThenGoesOnWithoutThem) {
  const std::string run_id = Submit();
  FakeAgent agent(coordinator_->address());
  ASSERT_EQ(TakeRun(agent), run_id);
  v1::SampleBatch damaged = agent.Batch(run_id, 1, 10);
  (*damaged.mutable_block())[20] ^= 1;
  FakeAgent::FillStatus(*agent.registration().add_runs(), run_id, v1::RUN_STATE_RUNNING);
  for (int i = 0; i < 2; ++i) {
    agent.SendBatch(damaged);
    EXPECT_FALSE(agent.ReadUntil([](const auto& m) { return m.has_ack(); }));
    ASSERT_TRUE(agent.Connect().has_welcome());
  }
  agent.SendBatch(damaged);
  agent.SendBatch(agent.Batch(run_id, 11, 10));
  EXPECT_EQ(agent.AwaitAck(20), 20u);
  EXPECT_EQ(GetRun(run_id).samples_lost(), 10u);
}

TEST_F(CoordinatorFlow, LosesASilentAgentsRunAndTakesItBack) {
  Restart(absl::Seconds(1));
  const std::string run_id = Submit();
  FakeAgent agent(coordinator_->address());
  ASSERT_EQ(TakeRun(agent), run_id);
  AwaitState(run_id, v1::RUN_STATE_RUNNING);
  EXPECT_THAT(AwaitState(run_id, v1::RUN_STATE_LOST).state_reason(), HasSubstr("silent"));
  FakeAgent::FillStatus(*agent.registration().add_runs(), run_id, v1::RUN_STATE_RUNNING);
  ASSERT_TRUE(agent.Connect().has_welcome());
  EXPECT_EQ(AwaitState(run_id, v1::RUN_STATE_RUNNING).state_reason(), "its agent is back");
}

TEST_F(CoordinatorFlow, FailsARunWhoseAgentNeverComesBack) {
  Restart(absl::Seconds(1), absl::Seconds(2));
  const std::string run_id = Submit();
  FakeAgent agent(coordinator_->address());
  ASSERT_EQ(TakeRun(agent), run_id);
  AwaitState(run_id, v1::RUN_STATE_LOST);
  const v1::Run run = AwaitState(run_id, v1::RUN_STATE_FAILED);
  EXPECT_THAT(run.state_reason(), HasSubstr("was silent for 2s"));
  EXPECT_EQ(run.verdict().verdict(), v1::VERDICT_INVALID);
}

TEST_F(CoordinatorFlow, StopsARunGracefully) {
  const std::string run_id = Submit();
  FakeAgent agent(coordinator_->address());
  ASSERT_EQ(TakeRun(agent), run_id);
  AwaitState(run_id, v1::RUN_STATE_RUNNING);
  grpc::ClientContext context;
  v1::StopRunRequest request;
  request.set_run_id(run_id);
  request.set_reason("enough");
  v1::StopRunResponse response;
  ASSERT_TRUE(control_->StopRun(&context, request, &response).ok());
  const auto stop = agent.ReadUntil([](const auto& m) { return m.has_stop_run(); });
  ASSERT_TRUE(stop);
  EXPECT_FALSE(stop->stop_run().forget());
  EXPECT_EQ(stop->stop_run().reason(), "enough");
  agent.SendBatch(agent.Batch(run_id, 1, 5));
  // The end is known before the last samples are: it waits for them.
  agent.SendStatus(run_id, v1::RUN_STATE_FINISHED, 10, true);
  ASSERT_EQ(agent.AwaitAck(5), 5u);
  EXPECT_EQ(GetRun(run_id).state(), v1::RUN_STATE_STOPPING);
  agent.SendBatch(agent.Batch(run_id, 6, 5));
  const v1::Run run = AwaitState(run_id, v1::RUN_STATE_FINISHED);
  EXPECT_TRUE(run.interrupted());
  EXPECT_EQ(run.samples(), 10u);
  grpc::ClientContext late;
  EXPECT_EQ(control_->StopRun(&late, request, &response).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(CoordinatorFlow, OrdersFaultsAndJournalsThem) {
  const std::string run_id = Submit(std::string(kCampaign) + "chaos: [{restart: kill, every: 1s, max: 1}]\n");
  FakeAgent agent(coordinator_->address());
  ASSERT_EQ(TakeRun(agent), run_id);
  agent.SendBatch(agent.Batch(run_id, 1, 2));
  const auto order = agent.ReadUntil([](const auto& m) { return m.has_fault(); });
  ASSERT_TRUE(order);
  EXPECT_EQ(order->fault().planned_at_ms(), 1000u);
  v1::AgentMessage report;
  report.mutable_fault()->set_fault_id(order->fault().fault_id());
  report.mutable_fault()->set_run_id(run_id);
  report.mutable_fault()->set_kind(v1::FAULT_KIND_KILL);
  report.mutable_fault()->set_planned_at_ms(1000);
  report.mutable_fault()->set_injected_at_ms(1001);
  report.mutable_fault()->set_healed_at_ms(1300);
  report.mutable_fault()->set_state(v1::FAULT_STATE_HEALED);
  agent.Send(report);
  agent.SendStatus(run_id, v1::RUN_STATE_FINISHED, 2, true);
  AwaitState(run_id, v1::RUN_STATE_FINISHED);
  grpc::ClientContext context;
  v1::ListFaultsRequest request;
  request.set_run_id(run_id);
  v1::ListFaultsResponse faults;
  ASSERT_TRUE(control_->ListFaults(&context, request, &faults).ok());
  ASSERT_EQ(faults.faults_size(), 1);
  EXPECT_EQ(faults.faults(0).state(), v1::FAULT_STATE_HEALED);
}

TEST_F(CoordinatorFlow, RefusesASecondAgentOfTheNameAndStrangers) {
  FakeAgent first(coordinator_->address());
  ASSERT_TRUE(first.Connect().has_welcome());
  FakeAgent second(coordinator_->address(), "lab-1", "two");
  const v1::CoordinatorMessage refused = second.Connect();
  EXPECT_EQ(refused.reject().reason(), v1::Reject::REASON_NAME_IN_USE) << refused.ShortDebugString();
  EXPECT_THAT(refused.reject().detail(), HasSubstr("lab-1"));
  // Samples of a run that is not this agent's are not stored; it is told so.
  first.SendBatch(first.Batch("r-9999", 1, 5));
  const auto answer = first.ReadUntil([](const auto& m) { return m.has_stop_run() || m.has_ack(); });
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->stop_run().forget());
  // A batch in another agent's name ends the stream.
  FakeAgent liar(coordinator_->address(), "lab-2", "three");
  ASSERT_TRUE(liar.Connect().has_welcome());
  liar.SendBatch(first.Batch("r-0001", 1, 5));
  EXPECT_FALSE(liar.Read());
  EXPECT_EQ(liar.Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(CoordinatorFlow, TellsEveryMistakeOfACampaignAndSubmitsAKeyOnce) {
  grpc::ClientContext context;
  v1::SubmitCampaignRequest request;
  request.set_yaml("name: x\nsdk: {driver: d}\nscenario: {lifecycel: {}}\nduration: -1s\n");
  request.set_file_name("bad.yaml");
  v1::SubmitCampaignResponse response;
  const grpc::Status status = control_->SubmitCampaign(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("bad.yaml:3:12: unknown field scenario.lifecycel; did you mean lifecycle?"));
  EXPECT_THAT(status.error_message(), HasSubstr("\nbad.yaml:4:11: duration"));
  request.set_yaml(kCampaign);
  request.set_idempotency_key("once");
  std::string ids[2];
  for (std::string& id : ids) {
    grpc::ClientContext again;
    ASSERT_TRUE(control_->SubmitCampaign(&again, request, &response).ok());
    id = response.campaign().campaign_id();
  }
  EXPECT_EQ(ids[0], ids[1]);
}

TEST_F(CoordinatorFlow, SendsWatchersAwayWhenItStops) {
  const std::string run_id = Submit();
  grpc::ClientContext context;
  v1::WatchRunRequest request;
  request.set_run_id(run_id);
  auto stream = control_->WatchRun(&context, request);
  v1::RunUpdate update;
  ASSERT_TRUE(stream->Read(&update));
  coordinator_.reset();
  while (stream->Read(&update)) {
  }
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  Restart();
  EXPECT_EQ(GetRun(run_id).state(), v1::RUN_STATE_QUEUED);
}

TEST_F(CoordinatorFlow, SurvivesGarbage) {
  // Not even HTTP/2, a message too large, a stream that never registers.
  grpc::ClientContext context;
  v1::SubmitCampaignRequest huge;
  huge.set_yaml(std::string(8 << 20, 'x'));
  v1::SubmitCampaignResponse response;
  EXPECT_EQ(control_->SubmitCampaign(&context, huge, &response).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  auto link = v1::AgentLink::NewStub(grpc::CreateChannel(coordinator_->address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext stranger;
  auto stream = link->Connect(&stranger);
  v1::AgentMessage heartbeat;
  heartbeat.mutable_heartbeat();
  stream->Write(heartbeat);
  v1::CoordinatorMessage answer;
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_FALSE(Submit().empty()) << "and everybody else is served";
}

}  // namespace
}  // namespace seep::coordinator
