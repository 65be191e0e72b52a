// The agent's side of the link: dials, registers, keeps the lease, delivers
// spooled samples inside a window, and dials again.
//
// Threads: the loop's only.
// Owns:    the stream under way. Borrows loop, dialer, spool and handler.
// Failure: a link that is down is dialled again after 0.1 to 2 s with jitter,
//          for ever; NAME_IN_USE every 5 s, loudly; VERSION, BAD_REQUEST and
//          NOT_ALLOWED give up and tell the handler.
// Bounds:  `window_samples` unacknowledged on the wire; 64 log batches wait while
//          it is down, then the oldest go and their lines are counted.
#ifndef SEEP_AGENT_SESSION_SESSION_H_
#define SEEP_AGENT_SESSION_SESSION_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/session/link.h"
#include "agent/spool/spool.h"
#include "common/event_loop/event_loop.h"
#include "common/event_loop/start_guard.h"
#include "common/os/random.h"

namespace seep::agent {

class SessionHandler {
 public:
  virtual ~SessionHandler() = default;
  virtual v1::Register MakeRegister() = 0;   // the session adds versions, epoch
  virtual v1::Heartbeat MakeHeartbeat() = 0;
  virtual void OnWelcome() = 0;              // now send the status of all runs
  virtual void OnMessage(const v1::CoordinatorMessage& message) = 0;  // assignments, stops, faults, drain
  virtual void OnGivenUp(const std::string& reason) = 0;
};

class Session {
 public:
  Session(EventLoop& loop, LinkDialer& dialer, Spool& spool, SessionHandler& handler, std::string agent, Random random);
  ~Session();

  absl::Status Start();
  // Says goodbye if connected, and dials no more.
  void Stop(const std::string& reason);

  bool connected() const { return connected_; }
  // Dropped while not connected: the handler repeats them in OnWelcome.
  void SendStatus(const v1::RunStatus& status);
  void SendFault(const v1::FaultReport& report);
  void SendLogs(v1::LogBatch logs);
  // False: not connected; nothing is kept.
  bool SendArtefact(v1::ArtefactChunk chunk);
  // A sample was spooled; `interval` is its run's, and sets how long it may
  // wait for company: one message every 1 to 10 s.
  void NoteSample(absl::Duration interval);
  // Sends what the window allows, now.
  void Flush();
  // Everything spooled so far has been acknowledged.
  bool AllDelivered() const;
  void Forget(const StreamId& stream);

 private:
  struct Progress {
    std::uint64_t sent = 0, acked = 0;
  };
  void Dial();
  void DialAgain(absl::Duration after, const std::string& why);
  void OnClosed(const absl::Status& status);
  void OnReceived(const v1::CoordinatorMessage& message);
  void OnWelcome(const v1::Welcome& welcome);
  void OnReject(const v1::Reject& reject);
  void OnAck(const v1::Ack& ack);
  void Beat();
  void FlushLogs();
  bool SendBatch(const StreamId& stream, Progress& progress);
  void Disconnect();

  EventLoop& loop_;
  LinkDialer& dialer_;
  Spool& spool_;
  SessionHandler& handler_;
  const std::string agent_;
  Random random_;
  StartGuard guard_{"session"};
  std::unique_ptr<LinkStream> stream_;
  bool connected_ = false;
  bool sent_all_ = true;       // nothing is held back by the window
  int failures_ = 0;           // in a row
  MonotonicTime last_heard_;
  absl::Duration lease_ = absl::Seconds(30), heartbeat_ = absl::Seconds(5);
  std::uint64_t window_ = 1000, unacknowledged_ = 0;
  TimerId dial_timer_ = TimerId::kNone, beat_timer_ = TimerId::kNone, flush_timer_ = TimerId::kNone;
  std::optional<MonotonicTime> flush_due_;
  std::map<StreamId, Progress> progress_;
  StreamId last_served_;
  std::deque<v1::LogBatch> logs_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SESSION_SESSION_H_
