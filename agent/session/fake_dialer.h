// A coordinator's end of the link, in memory, for tests.
//
// Threads: the loop's only.
#ifndef SEEP_AGENT_SESSION_FAKE_DIALER_H_
#define SEEP_AGENT_SESSION_FAKE_DIALER_H_

#include <memory>
#include <utility>
#include <vector>

#include "agent/session/link.h"
#include "common/event_loop/event_loop.h"

namespace seep::agent {

class FakeDialer : public LinkDialer {
 public:
  explicit FakeDialer(EventLoop& loop) : loop_(loop) {}

  std::unique_ptr<LinkStream> Dial(LinkEvents events) override {
    ++dials;
    dialled_at.push_back(loop_.clock().Now());
    events_ = std::make_shared<LinkEvents>(std::move(events));
    if (refuse) Close(absl::UnavailableError("connection refused"));
    return std::make_unique<Stream>(*this, events_);
  }
  // From the coordinator.
  void Deliver(const v1::CoordinatorMessage& message) {
    loop_.Post([events = events_, message] {
      const auto received = events->received;
      if (received) received(message);
    });
  }
  void Close(absl::Status status) {
    loop_.Post([events = events_, status] {
      const auto closed = events->closed;
      if (closed) closed(status);
    });
  }
  void Welcome(std::uint32_t window = 1000) {
    v1::CoordinatorMessage message;
    message.mutable_welcome()->set_version(1);
    message.mutable_welcome()->set_lease_ms(10'000);
    message.mutable_welcome()->set_heartbeat_ms(2'000);
    message.mutable_welcome()->set_window_samples(window);
    Deliver(message);
  }

  bool refuse = false;
  int dials = 0;
  bool finished = false;
  std::vector<MonotonicTime> dialled_at;
  std::vector<v1::AgentMessage> sent;  // over all streams

 private:
  class Stream : public LinkStream {
   public:
    Stream(FakeDialer& dialer, std::shared_ptr<LinkEvents> events) : dialer_(dialer), events_(std::move(events)) {}
    ~Stream() override { *events_ = LinkEvents(); }
    void Send(v1::AgentMessage message) override { dialer_.sent.push_back(std::move(message)); }
    void FinishSending() override { dialer_.finished = true; }

   private:
    FakeDialer& dialer_;
    std::shared_ptr<LinkEvents> events_;
  };

  EventLoop& loop_;
  std::shared_ptr<LinkEvents> events_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SESSION_FAKE_DIALER_H_
