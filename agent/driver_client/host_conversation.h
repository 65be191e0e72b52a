// Seep's side of the driver protocol, without the pipes: ids, deadlines,
// poisoned instances, lines that are no messages.
//
// Threads: the loop's only.
// Owns:    the calls in progress. `Ports` are called on the loop and may not
//          destroy the conversation; Close it and destroy it later.
// Failure: a host beyond use is reported once through `broken`; the owner
//          then ends it. Close answers what is pending with host_gone.
// Bounds:  64 calls on the wire, 1,024 waiting for their turn, then kOverloaded.
// Cost:    what is called in one turn of the loop goes out as one write, what
//          comes with one read is answered by one task, and one timer watches
//          all deadlines.
#ifndef SEEP_AGENT_DRIVER_CLIENT_HOST_CONVERSATION_H_
#define SEEP_AGENT_DRIVER_CLIENT_HOST_CONVERSATION_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/driver_client/host_calls.h"
#include "common/event_loop/event_loop.h"
#include "sdk/driver_protocol/line_reader.h"
#include "sdk/driver_protocol/messages.h"

namespace seep::agent {

struct HostGauge {
  std::string name, unit;
  bool counter = false;
};

struct HostIdentity {  // what `initialize` answered
  std::string host_name, host_version, sdk_name, sdk_version, language;
  std::set<std::string, std::less<>> capabilities;
  std::vector<HostGauge> gauges;  // valid names only, at most kMaxGauges
};

class HostConversation : public HostCalls {
 public:
  struct Ports {
    std::function<void(std::string bytes)> write;
    std::function<void(std::string reason)> broken;
    std::function<void(const driver::Notification&)> notified;
  };
  HostConversation(EventLoop& loop, Ports ports);
  ~HostConversation() override;

  void Call(HostCall call, Done done) override;
  bool Can(std::string_view capability) const override;

  // `initialize`; a bad answer comes as kBadAnswer.
  using Initialized = std::function<void(CallOutcome, HostIdentity)>;
  void Initialize(std::string settings_json, Initialized done);

  void Receive(std::string_view bytes);
  void Close(std::string reason);
  bool closed() const { return closed_; }
  // The host said that the SDK failed on it outside any call.
  void Poison(const std::string& instance) { poisoned_.insert(instance); }

  // Counts chunks that came from the host, whatever they held.
  std::uint64_t heard() const { return heard_; }
  // An answer is due, and a further call would reach the host.
  bool owed() const { return on_the_wire_ > 0 && on_the_wire_ < driver::kMaxRequestsInFlight; }
  std::uint64_t late_answers() const { return late_answers_; }
  std::uint64_t broken_lines() const { return broken_lines_; }

 private:
  struct Pending {
    std::string method, instance, params;
    Done done;
    MonotonicTime expires;
    bool sent = false;
  };
  struct Finished {
    Done done;
    CallOutcome outcome;
  };
  void SendWaiting();
  void FlushSoon();
  void Flush();
  void WatchDeadlines();
  void ExpireDue();
  void TakeLine(const driver::LineReader::Line& line);
  void TakeAnswer(const driver::Answer& answer);
  void TakeBrokenLine();
  void Expire(std::int64_t id);
  void Finish(std::int64_t id, CallOutcome outcome);
  void Break(std::string reason);
  void Answer(Done done, CallOutcome outcome);

  EventLoop& loop_;
  Ports ports_;
  HostIdentity identity_;
  driver::LineReader lines_;
  driver::AnswerDecoder decoder_;
  std::map<std::int64_t, Pending> calls_;
  std::deque<std::int64_t> waiting_;
  std::set<std::pair<MonotonicTime, std::int64_t>> deadlines_;
  TimerId deadline_timer_ = TimerId::kNone;  // at the earliest, or before it
  MonotonicTime timer_due_;
  std::string outgoing_;                     // lines for the next write
  std::shared_ptr<std::vector<Finished>> finished_;  // for the task that answers them; nullptr: none is posted
  bool flush_posted_ = false;
  std::shared_ptr<int> lives_ = std::make_shared<int>(0);  // posted tasks hold it weakly
  std::set<std::string> poisoned_;
  std::int64_t last_id_ = 0;
  int on_the_wire_ = 0;
  std::uint64_t heard_ = 0;
  std::uint64_t late_answers_ = 0;
  std::uint64_t broken_lines_ = 0;
  bool closed_ = false;
  bool broken_ = false;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_DRIVER_CLIENT_HOST_CONVERSATION_H_
