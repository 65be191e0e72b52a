// An agent for tests: speaks the link over real gRPC, runs nothing.
//
// Threads: one at a time. Calls block until answered or until kPatience.
#ifndef SEEP_COORDINATOR_RPC_FAKE_AGENT_H_
#define SEEP_COORDINATOR_RPC_FAKE_AGENT_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/checksum/crc32c.h"
#include "seep/v1/agent_link.grpc.pb.h"

namespace seep::coordinator {

class FakeAgent {
 public:
  static constexpr int kPatienceSeconds = 20;

  explicit FakeAgent(const std::string& address, std::string name = "lab-1", std::string instance = "one")
      : stub_(v1::AgentLink::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))),
        name_(std::move(name)) {
    register_.set_min_version(1);
    register_.set_max_version(1);
    register_.set_agent(name_);
    register_.set_instance_id(std::move(instance));
    register_.set_boot_epoch("epoch-1");
    register_.set_slots(4);
    register_.set_release("test");
    auto* driver = register_.add_drivers();
    driver->set_name("simulated-wallet");
  }
  ~FakeAgent() {
    if (context_) context_->TryCancel();
  }

  v1::Register& registration() { return register_; }

  // The coordinator's first answer: Welcome or Reject.
  v1::CoordinatorMessage Connect() {
    Disconnect();
    context_ = std::make_unique<grpc::ClientContext>();
    context_->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(kPatienceSeconds));
    stream_ = stub_->Connect(context_.get());
    v1::AgentMessage message;
    *message.mutable_register_() = register_;
    stream_->Write(message);
    return Read().value_or(v1::CoordinatorMessage());
  }
  void Disconnect() {
    if (!stream_) return;
    context_->TryCancel();
    stream_->Finish();
    stream_.reset();
  }

  bool Send(const v1::AgentMessage& message) { return stream_->Write(message); }
  std::optional<v1::CoordinatorMessage> Read() {
    v1::CoordinatorMessage message;
    if (!stream_->Read(&message)) return std::nullopt;
    return message;
  }
  // Reads on until one fits; nullopt: the stream ended before.
  std::optional<v1::CoordinatorMessage> ReadUntil(const std::function<bool(const v1::CoordinatorMessage&)>& fits) {
    while (auto message = Read()) {
      if (fits(*message)) return message;
    }
    return std::nullopt;
  }
  grpc::Status Finish() {
    const grpc::Status status = stream_->Finish();
    stream_.reset();
    return status;
  }

  void SendStatus(const std::string& run_id, v1::RunState state, std::uint64_t last_sequence = 0, bool final = false) {
    v1::AgentMessage message;
    FillStatus(*message.mutable_run_status(), run_id, state, last_sequence, final);
    Send(message);
  }
  static void FillStatus(v1::RunStatus& status, const std::string& run_id, v1::RunState state,
                         std::uint64_t last_sequence = 0, bool final = false) {
    status.set_run_id(run_id);
    status.set_state(state);
    status.set_generation(1);
    status.set_pid(4242);
    status.set_started_wall_us(1'767'225'600'000'000);
    status.set_boot_epoch("epoch-1");
    status.set_last_sequence(last_sequence);
    status.set_final(final);
    auto* generation = status.add_generations();
    generation->set_generation(1);
    generation->set_pid(4242);
  }

  // Samples [first, first + count), 250 ms apart, each payment keeping 4 KiB.
  v1::SampleBatch Batch(const std::string& run_id, std::uint64_t first, std::uint32_t count, double kept = 4096) {
    v1::SampleBlock block;
    auto* rss = block.add_gauges();
    rss->set_id(1), rss->set_name("rss"), rss->set_unit("bytes");
    rss->set_kind(v1::GAUGE_KIND_GAUGE), rss->set_origin(v1::GAUGE_ORIGIN_OUTSIDE);
    auto* payments = block.add_gauges();
    payments->set_id(2), payments->set_name("payments"), payments->set_unit("count");
    payments->set_kind(v1::GAUGE_KIND_COUNTER), payments->set_origin(v1::GAUGE_ORIGIN_SCENARIO);
    payments->set_operation(true);
    for (std::uint64_t sequence = first; sequence < first + count; ++sequence) {
      auto* sample = block.add_samples();
      const double done = static_cast<double>(sequence) * 12;
      sample->set_sequence(sequence);
      sample->set_monotonic_us(static_cast<std::int64_t>(sequence) * 250'000);
      sample->set_wall_us(1'767'225'600'000'000 + static_cast<std::int64_t>(sequence) * 250'000);
      sample->set_generation(1);
      sample->set_phase(v1::PHASE_SOAK);
      sample->add_gauge(1), sample->add_value(6e7 + kept * done + static_cast<double>(sequence * 2654435761u % 4096));
      sample->add_gauge(2), sample->add_value(done);
    }
    v1::SampleBatch batch;
    batch.mutable_stream()->set_agent(name_);
    batch.mutable_stream()->set_boot_epoch("epoch-1");
    batch.mutable_stream()->set_run_id(run_id);
    batch.set_first_sequence(first);
    batch.set_count(count);
    batch.set_block(block.SerializeAsString());
    batch.set_crc32c(Crc32c(batch.block()));
    return batch;
  }
  void SendBatch(const v1::SampleBatch& batch) {
    v1::AgentMessage message;
    *message.mutable_samples() = batch;
    Send(message);
  }
  // The acknowledgement that reaches `through`, or 0 when the stream ended.
  std::uint64_t AwaitAck(std::uint64_t through) {
    const auto message =
        ReadUntil([&](const auto& m) { return m.has_ack() && m.ack().through_sequence() >= through; });
    return message ? message->ack().through_sequence() : 0;
  }

 private:
  std::unique_ptr<v1::AgentLink::Stub> stub_;
  const std::string name_;
  v1::Register register_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AgentMessage, v1::CoordinatorMessage>> stream_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_FAKE_AGENT_H_
