// For tests: the whole coordinator over loopback gRPC, and what a person asks of it.
#ifndef SEEP_COORDINATOR_RPC_COORDINATOR_FIXTURE_H_
#define SEEP_COORDINATOR_RPC_COORDINATOR_FIXTURE_H_

#include <gtest/gtest.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "common/os/system_clock.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "coordinator/coordinator.h"
#include "coordinator/rpc/fake_agent.h"
#include "seep/v1/control.grpc.pb.h"

namespace seep::coordinator {

inline constexpr char kCampaign[] =
    "name: flow\nsdk: {driver: simulated-wallet}\nscenario: {payments: {}}\n"
    "duration: 2m\nsampling: {interval: 250ms}\nseed: 7\n";

// A coordinator on a thread of its own.
class RunningCoordinator {
 public:
  explicit RunningCoordinator(const std::string& directory, absl::Duration lease = absl::Seconds(10),
                              absl::Duration lost_limit = absl::Hours(2)) {
    std::promise<absl::StatusOr<std::vector<std::string>>> started;
    auto listening = started.get_future();
    thread_ = std::thread([this, directory, lease, lost_limit, started = std::move(started)]() mutable {
      CoordinatorOptions options;
      options.listen = {"127.0.0.1:0"};
      options.data_directory = directory;
      options.lease = lease;
      options.lost_limit = lost_limit;
      options.verdict_every = absl::Milliseconds(200);
      options.release = "test";
      auto opened = Coordinator::Open(loop_, options);
      if (!opened.ok()) return started.set_value(opened.status());
      coordinator_ = *std::move(opened);
      coordinator_->Start([&](auto addresses) { started.set_value(std::move(addresses)); });
      loop_.Run();
      coordinator_.reset();
    });
    const auto addresses = listening.get();
    EXPECT_OK(addresses);
    if (addresses.ok()) address_ = addresses->front();
  }
  ~RunningCoordinator() {
    if (!address_.empty()) loop_.Post([this] { coordinator_->Stop([this] { loop_.Stop(); }); });
    thread_.join();
  }
  const std::string& address() const { return address_; }

 private:
  SystemClock clock_;
  EpollEventLoop loop_{clock_};
  std::unique_ptr<Coordinator> coordinator_;
  std::thread thread_;
  std::string address_;
};

class CoordinatorFlow : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(directory_, TempDirectory::Create("seep-flow-test"));
    Restart();
  }
  void Restart(absl::Duration lease = absl::Seconds(10), absl::Duration lost_limit = absl::Hours(2)) {
    control_.reset();
    coordinator_.reset();
    coordinator_ = std::make_unique<RunningCoordinator>(directory_->path(), lease, lost_limit);
    control_ = v1::Control::NewStub(grpc::CreateChannel(coordinator_->address(), grpc::InsecureChannelCredentials()));
  }

  std::string Submit(const std::string& yaml = kCampaign) {
    grpc::ClientContext context;
    v1::SubmitCampaignRequest request;
    request.set_yaml(yaml);
    v1::SubmitCampaignResponse response;
    const grpc::Status status = control_->SubmitCampaign(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.runs_size() > 0 ? response.runs(0).run_id() : "";
  }
  v1::Run GetRun(const std::string& run_id) {
    grpc::ClientContext context;
    v1::GetRunRequest request;
    request.set_run_id(run_id);
    v1::GetRunResponse response;
    EXPECT_TRUE(control_->GetRun(&context, request, &response).ok());
    return response.run();
  }
  // Watches until the run fits; the watch is the condition that is waited on.
  v1::Run Await(const std::string& run_id, const std::function<bool(const v1::Run&)>& fits) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(FakeAgent::kPatienceSeconds));
    v1::WatchRunRequest request;
    request.set_run_id(run_id);
    auto stream = control_->WatchRun(&context, request);
    v1::RunUpdate update;
    v1::Run last;
    while (stream->Read(&update)) {
      if (!update.has_run()) continue;
      last = update.run();
      if (!fits(last)) continue;
      context.TryCancel();
      stream->Finish();
      return last;
    }
    ADD_FAILURE() << "the watch ended: " << stream->Finish().error_message() << "\n" << last.ShortDebugString();
    return last;
  }
  v1::Run AwaitState(const std::string& run_id, v1::RunState state) {
    return Await(run_id, [state](const v1::Run& run) { return run.state() == state; });
  }
  // Registers and takes the one run there is.
  std::string TakeRun(FakeAgent& agent) {
    EXPECT_TRUE(agent.Connect().has_welcome());
    const auto offer = agent.ReadUntil([](const auto& m) { return m.has_assignment(); });
    if (!offer) return "";
    const std::string run_id = offer->assignment().spec().run_id();
    agent.SendStatus(run_id, v1::RUN_STATE_RUNNING);
    return run_id;
  }

  std::optional<TempDirectory> directory_;
  std::unique_ptr<RunningCoordinator> coordinator_;
  std::unique_ptr<v1::Control::Stub> control_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_COORDINATOR_FIXTURE_H_
