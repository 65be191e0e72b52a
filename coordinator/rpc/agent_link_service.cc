#include "coordinator/rpc/agent_link_service.h"

#include <deque>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/rpc/grpc_status.h"

namespace seep::coordinator {
namespace {
// How long a closed stream may take to write what was sent before.
constexpr absl::Duration kFlush = absl::Seconds(2);
}  // namespace

// One stream. Its operations are started under the mutex and never after
// Finish; it lives until OnDone and as long as a task on the loop holds it.
class LinkReactor : public grpc::ServerBidiReactor<v1::AgentMessage, v1::CoordinatorMessage> {
 public:
  LinkReactor(AgentLinkService& service, EventLoop& loop, grpc::CallbackServerContext* context, LinkId id)
      : service_(service), loop_(loop), context_(context), id_(id) {}

  void Begin(std::shared_ptr<LinkReactor> self, bool admitted) {
    self_ = self;
    loop_.Post([self] { self->service_.links_[self->id_].reactor = self; });
    absl::MutexLock lock(&mutex_);
    if (!admitted) {
      return FinishOnce(absl::ResourceExhaustedError("too many agents are connected; try again later"));
    }
    StartRead(&incoming_);
  }

  void ReadOn() {
    absl::MutexLock lock(&mutex_);
    if (!finished_) StartRead(&incoming_);
  }

  bool Enqueue(v1::CoordinatorMessage message) {
    absl::MutexLock lock(&mutex_);
    if (finished_ || closing_ || outgoing_.size() >= AgentLinkService::kMaxOutgoing) return false;
    outgoing_.push_back(std::move(message));
    if (outgoing_.size() == 1) StartWrite(&outgoing_.front());
    return true;
  }

  void CloseAfterWrites(absl::Status why) {
    absl::MutexLock lock(&mutex_);
    if (finished_ || closing_) return;
    closing_ = std::move(why);
    if (outgoing_.empty()) FinishOnce(*closing_);
  }

  // For an agent that does not read what was sent to it.
  void CancelUnlessFinished() {
    absl::MutexLock lock(&mutex_);
    if (!done_) context_->TryCancel();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      absl::MutexLock lock(&mutex_);
      return FinishOnce(closing_.value_or(absl::OkStatus()));
    }
    loop_.Post([self = self_, message = std::move(incoming_)]() mutable {
      self->service_.OnMessage(self->id_, std::move(message));
      self->ReadOn();
    });
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    if (!ok) return FinishOnce(absl::UnavailableError("the stream broke"));
    outgoing_.pop_front();
    if (finished_) return;
    if (!outgoing_.empty()) return StartWrite(&outgoing_.front());
    if (closing_) FinishOnce(*closing_);
  }

  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    FinishOnce(absl::CancelledError("cancelled"));
  }

  void OnDone() override {
    {
      absl::MutexLock lock(&mutex_);
      done_ = true;
    }
    loop_.Post([self = self_] { self->service_.OnDone(self->id_); });
    service_.open_.fetch_sub(1);
    self_.reset();  // may delete this
  }

 private:
  void FinishOnce(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finished_) return;
    finished_ = true;
    Finish(ToGrpc(status));
  }

  AgentLinkService& service_;
  EventLoop& loop_;
  grpc::CallbackServerContext* const context_;
  const LinkId id_;
  std::shared_ptr<LinkReactor> self_;
  v1::AgentMessage incoming_;  // gRPC's between StartRead and OnReadDone
  absl::Mutex mutex_;
  std::deque<v1::CoordinatorMessage> outgoing_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> closing_ ABSL_GUARDED_BY(mutex_);
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
};

grpc::ServerBidiReactor<v1::AgentMessage, v1::CoordinatorMessage>* AgentLinkService::Connect(
    grpc::CallbackServerContext* context) {
  const bool admitted = open_.fetch_add(1) < kMaxLinks;
  auto reactor = std::make_shared<LinkReactor>(*this, loop_, context, LinkId{++last_link_});
  LinkReactor* raw = reactor.get();
  raw->Begin(std::move(reactor), admitted);
  return raw;
}

void AgentLinkService::OnMessage(LinkId link, v1::AgentMessage message) {
  const auto found = links_.find(link);
  if (found == links_.end() || found->second.closing) return;
  events_->OnMessage(link, std::move(message));
}

void AgentLinkService::OnDone(LinkId link) {
  links_.erase(link);
  events_->OnClosed(link);
}

bool AgentLinkService::Send(LinkId link, v1::CoordinatorMessage message) {
  const auto found = links_.find(link);
  if (found == links_.end() || found->second.closing) return false;
  if (found->second.reactor->Enqueue(std::move(message))) return true;
  Close(link, absl::ResourceExhaustedError("the agent does not read its messages"));
  return false;
}

void AgentLinkService::Close(LinkId link, absl::Status why) {
  const auto found = links_.find(link);
  if (found == links_.end() || found->second.closing) return;
  found->second.closing = true;
  found->second.reactor->CloseAfterWrites(std::move(why));
  loop_.RunAfter(kFlush, [reactor = found->second.reactor] { reactor->CancelUnlessFinished(); });
}

void AgentLinkService::CloseAll(const absl::Status& why) {
  std::vector<LinkId> links;
  for (const auto& [id, link] : links_) links.push_back(id);
  for (const LinkId id : links) Close(id, why);
}

}  // namespace seep::coordinator
