#include "agent/session/tiny_coordinator.h"

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "common/checksum/crc32c.h"
#include "seep/v1/agent_link.grpc.pb.h"

namespace seep::agent {

class TinyCoordinator::Service : public v1::AgentLink::Service {
 public:
  Service(TinyCoordinator& owner, const std::string& address) : owner_(owner) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  void Shutdown() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

  using Stream = grpc::ServerReaderWriter<v1::CoordinatorMessage, v1::AgentMessage>;
  grpc::Status Connect(grpc::ServerContext*, Stream* stream) override {
    v1::AgentMessage message;
    while (stream->Read(&message)) {
      absl::MutexLock lock(&owner_.mutex);
      Answer(message, *stream);
    }
    return grpc::Status::OK;
  }

 private:
  void Answer(const v1::AgentMessage& message, Stream& stream) {
    v1::CoordinatorMessage answer;
    if (message.has_register_()) {
      answer.mutable_welcome()->set_version(1);
      answer.mutable_welcome()->set_lease_ms(10'000);
      answer.mutable_welcome()->set_heartbeat_ms(200);
      stream.Write(answer);
      for (const v1::RunSpec& spec : owner_.assignments) {
        *answer.mutable_assignment()->mutable_spec() = spec;
        stream.Write(answer);
        stream.Write(answer);  // taking it again is harmless
      }
    } else if (message.has_heartbeat()) {
      answer.mutable_heartbeat()->set_agent_monotonic_us(message.heartbeat().monotonic_us());
      stream.Write(answer);
    } else if (message.has_run_status()) {
      owner_.statuses.push_back(message.run_status());
    } else if (message.has_goodbye()) {
      owner_.goodbye = true;
    } else if (message.has_samples()) {
      TakeBatch(message.samples());
      *answer.mutable_ack()->mutable_stream() = message.samples().stream();
      answer.mutable_ack()->set_through_sequence(message.samples().first_sequence() + message.samples().count() - 1);
      stream.Write(answer);
    }
  }

  void TakeBatch(const v1::SampleBatch& batch) {
    v1::SampleBlock block;
    if (Crc32c(batch.block()) != batch.crc32c() || !block.ParseFromString(batch.block()) ||
        block.samples_size() != static_cast<int>(batch.count())) {
      ++owner_.bad_batches;
    }
    for (const auto& sample : block.samples()) {
      if (!owner_.sequences.insert(sample.sequence()).second) ++owner_.duplicates;
    }
  }

  TinyCoordinator& owner_;
  std::unique_ptr<grpc::Server> server_;
};

TinyCoordinator::TinyCoordinator(const std::string& address) : service_(std::make_unique<Service>(*this, address)) {}
TinyCoordinator::~TinyCoordinator() { Shutdown(); }
void TinyCoordinator::Shutdown() { service_->Shutdown(); }

bool TinyCoordinator::Final() {
  absl::MutexLock lock(&mutex);
  return !statuses.empty() && statuses.back().final() && sequences.size() >= statuses.back().last_sequence();
}

}  // namespace seep::agent
