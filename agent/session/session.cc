#include "agent/session/session.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/log/log.h"
#include "common/checksum/crc32c.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr std::uint32_t kLinkVersion = 1;
constexpr absl::Duration kFirstBackOff = absl::Milliseconds(100);
constexpr absl::Duration kMaxBackOff = absl::Seconds(2);
constexpr absl::Duration kNameInUseBackOff = absl::Seconds(5);
// From dialling to Welcome; a server that takes the call but never answers.
constexpr absl::Duration kWelcomeWithin = absl::Seconds(20);
constexpr absl::Duration kMinCadence = absl::Seconds(1);
constexpr absl::Duration kMaxCadence = absl::Seconds(10);
constexpr std::uint32_t kMaxBatchSamples = 1000;
constexpr std::size_t kMaxBatchBytes = 512 << 10;
constexpr std::size_t kMaxLogBatches = 64;

}  // namespace

Session::Session(EventLoop& loop, LinkDialer& dialer, Spool& spool, SessionHandler& handler, std::string agent,
                 Random random)
    : loop_(loop), dialer_(dialer), spool_(spool), handler_(handler), agent_(std::move(agent)), random_(random) {}

Session::~Session() {
  Disconnect();
  loop_.Cancel(dial_timer_);
  loop_.Cancel(flush_timer_);
}

absl::Status Session::Start() {
  SEEP_ASSIGN_OR_RETURN([[maybe_unused]] const int generation, guard_.BeginStart());
  Dial();
  return absl::OkStatus();
}

void Session::Stop(const std::string& reason) {
  if (!guard_.BeginStop()) return;
  if (connected_) {
    v1::AgentMessage message;
    message.mutable_goodbye()->set_reason(reason);
    stream_->Send(std::move(message));
    stream_->FinishSending();
  }
  loop_.Cancel(dial_timer_);
  guard_.FinishStop();
}

void Session::Dial() {
  Disconnect();
  last_heard_ = loop_.clock().Now();
  stream_ = dialer_.Dial({[this](const v1::CoordinatorMessage& message) { OnReceived(message); },
                          [this](absl::Status status) { OnClosed(status); }});
  v1::AgentMessage message;
  *message.mutable_register_() = handler_.MakeRegister();
  message.mutable_register_()->set_min_version(kLinkVersion);
  message.mutable_register_()->set_max_version(kLinkVersion);
  message.mutable_register_()->set_boot_epoch(spool_.epoch());
  stream_->Send(std::move(message));
  beat_timer_ = loop_.RunAfter(kWelcomeWithin, [this] {
    if (!connected_) DialAgain(kFirstBackOff, "no Welcome within 20 s");
  });
}

void Session::Disconnect() {
  connected_ = false;
  loop_.Cancel(beat_timer_);
  stream_.reset();
}

void Session::DialAgain(absl::Duration after, const std::string& why) {
  const bool was_connected = connected_;
  Disconnect();
  if (guard_.state() != StartGuard::State::kRunning) return;
  // Half fixed, half drawn: a thousand agents must not come back in step.
  const absl::Duration pause = after / 2 + random_.Between(absl::ZeroDuration(), after / 2);
  if (was_connected || failures_ < 3 || failures_ % 30 == 0) {
    LogWarn(absl::StrCat("link=down reason=", Printable(why), " next_try=", absl::FormatDuration(pause)));
  }
  ++failures_;
  loop_.Cancel(dial_timer_);
  dial_timer_ = loop_.RunAfter(pause, [this] { Dial(); });
}

void Session::OnClosed(const absl::Status& status) {
  const absl::Duration back_off = std::min(kMaxBackOff, kFirstBackOff * (1 << std::min(failures_, 5)));
  DialAgain(back_off, status.ok() ? "the coordinator closed the stream" : std::string(status.message()));
}

void Session::OnReceived(const v1::CoordinatorMessage& message) {
  last_heard_ = loop_.clock().Now();
  switch (message.message_case()) {
    case v1::CoordinatorMessage::kWelcome:
      return OnWelcome(message.welcome());
    case v1::CoordinatorMessage::kReject:
      return OnReject(message.reject());
    case v1::CoordinatorMessage::kAck:
      OnAck(message.ack());
      if (!sent_all_) Flush();
      return;
    case v1::CoordinatorMessage::kHeartbeat:
      return;  // that it came is all
    default:
      return handler_.OnMessage(message);
  }
}

void Session::OnWelcome(const v1::Welcome& welcome) {
  connected_ = true;
  failures_ = 0;
  if (welcome.lease_ms() > 0) lease_ = absl::Milliseconds(welcome.lease_ms());
  if (welcome.heartbeat_ms() > 0) heartbeat_ = absl::Milliseconds(std::max(welcome.heartbeat_ms(), 100u));
  window_ = welcome.window_samples() > 0 ? welcome.window_samples() : 1000;
  unacknowledged_ = 0;
  for (const v1::Ack& ack : welcome.acks()) {
    const StreamId stream{ack.stream().boot_epoch(), ack.stream().run_id()};
    // As the coordinator says, even if that is less than it said before: its
    // database may be an older copy. What is gone here is then a gap there.
    progress_[stream].acked = std::min(ack.through_sequence(), spool_.LastSequence(stream));
    spool_.Acknowledge(stream, progress_[stream].acked);
  }
  for (auto& [stream, progress] : progress_) progress.sent = progress.acked;
  LogInfo(absl::StrCat("link=up version=", welcome.version(), " lease=", absl::FormatDuration(lease_),
                       " spooled=", spool_.unacknowledged()));
  loop_.Cancel(beat_timer_);
  Beat();
  handler_.OnWelcome();
  Flush();
  FlushLogs();
}

void Session::OnReject(const v1::Reject& reject) {
  const std::string why = absl::StrCat(v1::Reject::Reason_Name(reject.reason()), ": ", Printable(reject.detail()));
  switch (reject.reason()) {
    case v1::Reject::REASON_NAME_IN_USE:
      LogError(absl::StrCat("agent=", agent_, " another live agent has this name; give one of them another --name. ", why));
      return DialAgain(kNameInUseBackOff, why);
    case v1::Reject::REASON_VERSION:
    case v1::Reject::REASON_BAD_REQUEST:
    case v1::Reject::REASON_NOT_ALLOWED:
      LogError(absl::StrCat("agent=", agent_, " the coordinator refuses this agent for good: ", why));
      Disconnect();
      if (guard_.BeginStop()) guard_.FinishStop();
      return handler_.OnGivenUp(why);
    default:
      return DialAgain(kMaxBackOff, why);
  }
}

void Session::OnAck(const v1::Ack& ack) {
  const StreamId stream{ack.stream().boot_epoch(), ack.stream().run_id()};
  const auto progress = progress_.find(stream);
  if (progress == progress_.end() || ack.through_sequence() <= progress->second.acked) return;
  const std::uint64_t through = std::min(ack.through_sequence(), progress->second.sent);
  unacknowledged_ -= std::min(unacknowledged_, through - std::min(through, progress->second.acked));
  progress->second.acked = std::max(progress->second.acked, through);
  spool_.Acknowledge(stream, progress->second.acked);
}

void Session::Beat() {
  if (loop_.clock().Now() - last_heard_ > lease_) return DialAgain(kFirstBackOff, "silent for longer than the lease");
  v1::AgentMessage message;
  *message.mutable_heartbeat() = handler_.MakeHeartbeat();
  stream_->Send(std::move(message));
  beat_timer_ = loop_.RunAfter(heartbeat_, [this] { Beat(); });
}

void Session::SendStatus(const v1::RunStatus& status) {
  if (!connected_) return;
  Flush();  // the samples before the status that speaks of them
  v1::AgentMessage message;
  *message.mutable_run_status() = status;
  stream_->Send(std::move(message));
}

void Session::SendFault(const v1::FaultReport& report) {
  if (!connected_) return;
  v1::AgentMessage message;
  *message.mutable_fault() = report;
  stream_->Send(std::move(message));
}

bool Session::SendArtefact(v1::ArtefactChunk chunk) {
  if (!connected_) return false;
  v1::AgentMessage message;
  *message.mutable_artefact() = std::move(chunk);
  stream_->Send(std::move(message));
  return true;
}

void Session::SendLogs(v1::LogBatch logs) {
  logs_.push_back(std::move(logs));
  if (logs_.size() > kMaxLogBatches) {
    const auto lost = static_cast<std::uint64_t>(logs_.front().lines_size()) + logs_.front().dropped_lines();
    logs_.pop_front();
    logs_.front().set_dropped_lines(logs_.front().dropped_lines() + lost);
  }
  FlushLogs();
}

void Session::FlushLogs() {
  while (connected_ && !logs_.empty()) {
    v1::AgentMessage message;
    *message.mutable_logs() = std::move(logs_.front());
    logs_.pop_front();
    stream_->Send(std::move(message));
  }
}

void Session::NoteSample(absl::Duration interval) {
  const MonotonicTime due = loop_.clock().Now() + std::clamp(interval, kMinCadence, kMaxCadence);
  if (flush_due_ && *flush_due_ <= due) return;
  loop_.Cancel(flush_timer_);
  flush_due_ = due;
  flush_timer_ = loop_.RunAfter(due - loop_.clock().Now(), [this] { Flush(); });
}

void Session::Flush() {
  loop_.Cancel(flush_timer_);
  flush_due_.reset();
  if (!connected_) return;
  sent_all_ = true;
  // Round after the stream that was served last, one batch each, so that a long
  // backlog of one run does not hold up the others.
  std::vector<StreamId> streams = spool_.Streams();
  std::rotate(streams.begin(), std::upper_bound(streams.begin(), streams.end(), last_served_), streams.end());
  bool sent = true;
  while (sent) {
    sent = false;
    for (const StreamId& stream : streams) {
      if (unacknowledged_ >= window_) {
        sent_all_ = false;
        return;
      }
      if (SendBatch(stream, progress_[stream])) {
        sent = true;
        last_served_ = stream;
      }
    }
  }
}

bool Session::SendBatch(const StreamId& stream, Progress& progress) {
  const auto room = static_cast<std::uint32_t>(std::min<std::uint64_t>(window_ - unacknowledged_, kMaxBatchSamples));
  auto batch = spool_.Read(stream, progress.sent + 1, room, kMaxBatchBytes);
  if (!batch) return false;
  v1::AgentMessage message;
  v1::SampleBatch* samples = message.mutable_samples();
  samples->mutable_stream()->set_agent(agent_);
  samples->mutable_stream()->set_boot_epoch(stream.epoch);
  samples->mutable_stream()->set_run_id(stream.run);
  samples->set_first_sequence(batch->first_sequence);
  samples->set_count(batch->count);
  samples->set_crc32c(Crc32c(batch->block));
  samples->set_dropped_from(batch->dropped_from);
  samples->set_dropped_reason(batch->dropped_reason);
  // What the hole swallowed was never on the wire: the window counts samples.
  progress.acked = std::max(progress.acked, batch->first_sequence - 1);
  progress.sent = batch->last_sequence();
  unacknowledged_ += batch->count;
  samples->set_block(std::move(batch->block));
  stream_->Send(std::move(message));
  return true;
}

bool Session::AllDelivered() const { return spool_.unacknowledged() == 0; }

void Session::Forget(const StreamId& stream) {
  const auto progress = progress_.find(stream);
  if (progress != progress_.end()) {
    unacknowledged_ -= std::min(unacknowledged_, progress->second.sent - progress->second.acked);
    progress_.erase(progress);
  }
  spool_.Delete(stream);
}

}  // namespace seep::agent
