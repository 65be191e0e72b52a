#include "agent/session/grpc_link.h"

#include <grpcpp/grpcpp.h>

#include <deque>
#include <utility>

#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "common/status/status_macros.h"
#include "proto/channel/credentials.h"
#include "seep/v1/agent_link.grpc.pb.h"

namespace seep::agent {
namespace {

constexpr int kMaxMessage = 16 << 20;

grpc::ChannelArguments ChannelArguments(const TlsFiles& tls) {
  grpc::ChannelArguments arguments;
  // gRPC does not notice a partition by itself (reliability.md, fact 3).
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 5'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 3'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // MIN is also the time-out of a connect: shorter, and a reconnect storm never
  // converges (measurements.md, "Traps").
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20'000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  arguments.SetMaxReceiveMessageSize(kMaxMessage);
  arguments.SetMaxSendMessageSize(kMaxMessage);
  if (!tls.server_name.empty()) arguments.SetSslTargetNameOverride(tls.server_name);
  return arguments;
}

// One call. Keeps itself alive until gRPC is done with it.
class Call : public grpc::ClientBidiReactor<v1::AgentMessage, v1::CoordinatorMessage> {
 public:
  Call(EventLoop& loop, LinkEvents events) : loop_(loop), events_(std::make_shared<LinkEvents>(std::move(events))) {}

  void Start(v1::AgentLink::Stub& stub, std::shared_ptr<Call> self) {
    self_ = std::move(self);
    stub.async()->Connect(&context_, this);
    // Writes are started from outside the reactions: the hold keeps the call
    // from ending under them.
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  void Send(v1::AgentMessage message) {
    absl::MutexLock lock(&mutex_);
    if (released_) return;
    queue_.push_back(std::move(message));
    WriteNext();
  }
  void FinishSending() {
    absl::MutexLock lock(&mutex_);
    finishing_ = true;
    if (!released_) WriteNext();
  }
  void Cancel() { context_.TryCancel(); }
  // On the loop: events that are posted already find nobody.
  void Mute() { *events_ = LinkEvents(); }

  void OnReadDone(bool ok) override {
    if (!ok) return Release();
    auto message = std::make_shared<v1::CoordinatorMessage>();
    message->Swap(&incoming_);
    const bool taken = loop_.TryPost([events = events_, message] {
      const auto received = events->received;  // it may mute us
      if (received) received(*message);
    });
    if (!taken) context_.TryCancel();
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (ok && !released_) WriteNext();
  }

  void OnDone(const grpc::Status& status) override {
    loop_.Post([events = events_, status = absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                                                        status.error_message())] {
      const auto closed = events->closed;
      if (closed) closed(status);
    });
    self_.reset();  // the last line: this may be the end of us
  }

 private:
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_) return;
    if (queue_.empty()) {
      if (finishing_ && !std::exchange(finished_, true)) StartWritesDone();
      return;
    }
    outgoing_ = std::move(queue_.front());
    queue_.pop_front();
    writing_ = true;
    StartWrite(&outgoing_);
  }
  void Release() {
    {
      absl::MutexLock lock(&mutex_);
      if (std::exchange(released_, true)) return;
      queue_.clear();
    }
    RemoveHold();
  }

  EventLoop& loop_;
  const std::shared_ptr<LinkEvents> events_;  // the loop's
  std::shared_ptr<Call> self_;
  grpc::ClientContext context_;
  v1::CoordinatorMessage incoming_;
  v1::AgentMessage outgoing_;
  absl::Mutex mutex_;
  std::deque<v1::AgentMessage> queue_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  bool released_ ABSL_GUARDED_BY(mutex_) = false;
};

class GrpcStream : public LinkStream {
 public:
  explicit GrpcStream(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  ~GrpcStream() override {
    call_->Mute();
    call_->Cancel();
  }
  void Send(v1::AgentMessage message) override { call_->Send(std::move(message)); }
  void FinishSending() override { call_->FinishSending(); }

 private:
  const std::shared_ptr<Call> call_;
};

class GrpcDialer : public LinkDialer {
 public:
  GrpcDialer(EventLoop& loop, std::shared_ptr<grpc::Channel> channel)
      : loop_(loop), stub_(v1::AgentLink::NewStub(std::move(channel))) {}
  std::unique_ptr<LinkStream> Dial(LinkEvents events) override {
    auto call = std::make_shared<Call>(loop_, std::move(events));
    call->Start(*stub_, call);
    return std::make_unique<GrpcStream>(std::move(call));
  }

 private:
  EventLoop& loop_;
  const std::unique_ptr<v1::AgentLink::Stub> stub_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LinkDialer>> MakeGrpcDialer(EventLoop& loop, const std::string& address,
                                                           const TlsFiles& tls) {
  auto credentials = ReadCredentials(tls);
  if (!credentials.ok()) return Annotate(credentials.status(), "tls");
  auto channel = grpc::CreateCustomChannel(address, *std::move(credentials), ChannelArguments(tls));
  return std::make_unique<GrpcDialer>(loop, std::move(channel));
}

}  // namespace seep::agent
