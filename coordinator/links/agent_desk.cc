#include "coordinator/links/agent_desk.h"

#include "absl/strings/str_cat.h"
#include "coordinator/log/log.h"

namespace seep::coordinator {
namespace {
constexpr absl::Duration kSweep = absl::Milliseconds(500);
// Three beats and some: one lost packet must not cost a six-hour soak.
constexpr double kBeatsPerLease = 4;
}  // namespace

AgentDesk::AgentDesk(EventLoop& loop, storage::Store& store, Fleet& fleet, AgentPort& agents, Ingest& ingest,
                     RunBook& runs, ArtefactDesk& artefacts, absl::Duration lease)
    : loop_(loop), store_(store), fleet_(fleet), agents_(agents), ingest_(ingest), runs_(runs), artefacts_(artefacts), lease_(lease) {}

AgentDesk::~AgentDesk() { loop_.Cancel(sweep_); }

void AgentDesk::Start() { SweepLeases(); }

void AgentDesk::OnMessage(LinkId link, v1::AgentMessage message) {
  const std::string agent = fleet_.AgentOf(link);
  if (message.has_register_()) {
    if (!agent.empty()) return agents_.Close(link, absl::FailedPreconditionError("registered twice on one stream"));
    return OnRegister(link, std::move(*message.mutable_register_()));
  }
  if (agent.empty() || welcoming_.contains(link)) {
    return agents_.Close(link, absl::FailedPreconditionError("the first message must be Register, and then wait"));
  }
  Dispatch(link, agent, std::move(message));
}

void AgentDesk::OnRegister(LinkId link, v1::Register request) {
  if (shutting_down_) {
    v1::Reject reject;
    reject.set_reason(v1::Reject::REASON_SHUTTING_DOWN);
    reject.set_detail("the coordinator is stopping; try again later");
    return Refuse(link, reject);
  }
  const auto answer = fleet_.Admit(request, link);
  if (const auto* reject = std::get_if<v1::Reject>(&answer)) {
    LogWarn({{"agent", request.agent()}, {"link", "refused"}, {"reason", reject->detail()}});
    return Refuse(link, *reject);
  }
  const Admitted admitted = std::get<Admitted>(answer);
  if (admitted.superseded != LinkId::kNone) {
    agents_.Close(admitted.superseded, absl::AbortedError("the agent opened a newer stream"));
  }
  ingest_.OnRegistered(request.agent());
  welcoming_.insert(link);
  const std::string agent = request.agent();
  store_.AgentStreamAcks(agent, [this, link, request = std::move(request), version = admitted.version,
                                 alive = std::weak_ptr(alive_)](absl::StatusOr<std::vector<v1::Ack>> acks) {
    if (!alive.expired()) Welcome(link, request, version, std::move(acks));
  });
}

void AgentDesk::Welcome(LinkId link, const v1::Register& request, std::uint32_t version,
                        absl::StatusOr<std::vector<v1::Ack>> acks) {
  welcoming_.erase(link);
  const std::string& agent = request.agent();
  if (!acks.ok()) return agents_.Close(link, absl::UnavailableError(acks.status().message()));
  if (!fleet_.Welcome(link)) return;  // gone while the store was asked
  v1::CoordinatorMessage message;
  auto& welcome = *message.mutable_welcome();
  welcome.set_version(version);
  welcome.set_lease_ms(static_cast<std::uint32_t>(absl::ToInt64Milliseconds(lease_)));
  welcome.set_heartbeat_ms(static_cast<std::uint32_t>(absl::ToInt64Milliseconds(lease_ / kBeatsPerLease)));
  welcome.set_window_samples(kWindowSamples);
  for (const v1::Ack& ack : *acks) *welcome.add_acks() = ack;
  agents_.Send(link, std::move(message));
  LogInfo({{"agent", agent}, {"link", "registered"}, {"host", request.host()},
           {"slots", absl::StrCat(request.slots())}, {"runs", absl::StrCat(request.runs_size())}});
  Save(agent);
  runs_.OnRegistered(agent, request, *acks);
}

void AgentDesk::Refuse(LinkId link, const v1::Reject& reject) {
  v1::CoordinatorMessage message;
  *message.mutable_reject() = reject;
  agents_.Send(link, std::move(message));
  agents_.Close(link, absl::OkStatus());
}

void AgentDesk::Dispatch(LinkId link, const std::string& agent, v1::AgentMessage message) {
  switch (message.message_case()) {
    case v1::AgentMessage::kHeartbeat: return OnHeartbeat(link, agent, message.heartbeat());
    case v1::AgentMessage::kSamples: return ingest_.OnBatch(link, agent, std::move(*message.mutable_samples()));
    case v1::AgentMessage::kRunStatus: return runs_.OnStatus(agent, message.run_status());
    case v1::AgentMessage::kFault: return runs_.OnFault(agent, message.fault());
    case v1::AgentMessage::kLogs:
      return store_.AppendLogs(agent, std::move(*message.mutable_logs()), [](absl::Status) {
        // Logs are the first to go when the disk is full.
      });
    case v1::AgentMessage::kArtefact:
      return artefacts_.OnChunk(agent, std::move(*message.mutable_artefact()),
                                [this, link, alive = std::weak_ptr(alive_)](const v1::ArtefactAck& ack) {
                                  if (alive.expired()) return;
                                  v1::CoordinatorMessage answer;
                                  *answer.mutable_artefact() = ack;
                                  agents_.Send(link, std::move(answer));
                                });
    case v1::AgentMessage::kGoodbye:
      LogInfo({{"agent", agent}, {"link", "goodbye"}, {"reason", message.goodbye().reason()}});
      return agents_.Close(link, absl::OkStatus());
    default:
      return agents_.Close(link, absl::InvalidArgumentError("a message of no known kind"));
  }
}

void AgentDesk::OnHeartbeat(LinkId link, const std::string& agent, const v1::Heartbeat& heartbeat) {
  if (const absl::Status renewed = fleet_.Heartbeat(agent, heartbeat); !renewed.ok()) {
    return agents_.Close(link, renewed);
  }
  v1::CoordinatorMessage message;
  message.mutable_heartbeat()->set_agent_monotonic_us(heartbeat.monotonic_us());
  message.mutable_heartbeat()->set_wall_us(loop_.clock().WallNow().micros());
  agents_.Send(link, std::move(message));
}

void AgentDesk::OnClosed(LinkId link) {
  const std::string agent = fleet_.AgentOf(link);
  welcoming_.erase(link);
  fleet_.Disconnected(link);
  if (agent.empty()) return;
  LogInfo({{"agent", agent}, {"link", "closed"}});
  artefacts_.OnAgentGone(agent);
  Save(agent);
}

void AgentDesk::SweepLeases() {
  for (const std::string& agent : fleet_.TakeExpired()) {
    LogWarn({{"agent", agent}, {"lease", "expired"}});
    const LinkId link = fleet_.LinkOf(agent);
    if (link != LinkId::kNone) agents_.Close(link, absl::DeadlineExceededError("silent for longer than the lease"));
    runs_.OnAgentSilent(agent);
    Save(agent);
  }
  sweep_ = loop_.RunAfter(kSweep, [this] { SweepLeases(); });
}

void AgentDesk::Save(const std::string& agent) {
  if (const v1::AgentInfo* info = fleet_.Find(agent)) {
    store_.SaveAgent(*info, [agent](absl::Status saved) {
      if (!saved.ok()) LogWarn({{"agent", agent}, {"store", "refused"}, {"reason", std::string(saved.message())}});
    });
  }
}

}  // namespace seep::coordinator
