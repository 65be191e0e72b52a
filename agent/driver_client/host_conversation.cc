#include "agent/driver_client/host_conversation.h"

#include <algorithm>
#include <utility>

#include "agent/driver_client/initialize_answer.h"
#include "agent/log/log.h"
#include "absl/strings/str_cat.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
namespace {

constexpr std::size_t kMaxWaiting = 1024;

// `params` is an object's text; the two members that we own go in front.
std::string WithCallMembers(const std::string& params, const std::string& instance, absl::Duration deadline) {
  std::string text = absl::StrCat("{\"deadline_ms\":", absl::ToInt64Milliseconds(deadline));
  if (!instance.empty()) {
    text += ",\"instance\":";
    driver::AppendJsonString(instance, text);
  }
  if (params.size() > 2) absl::StrAppend(&text, ",", params.substr(1));
  else text += "}";
  return text;
}

}  // namespace

driver::Json CallOutcome::Result() const {
  auto parsed = driver::Json::Parse(result_json);
  return ok() && parsed.ok() ? *std::move(parsed) : driver::Json();
}

CallOutcome LocalError(std::string_view kind, std::string message) {
  driver::CallError error;
  error.kind = std::string(kind);
  error.message = std::move(message);
  return {std::move(error), {}};
}

HostConversation::HostConversation(EventLoop& loop, Ports ports) : loop_(loop), ports_(std::move(ports)) {}

HostConversation::~HostConversation() { Close("conversation over"); }

bool HostConversation::Can(std::string_view capability) const {
  return capability.empty() || identity_.capabilities.contains(capability);
}

// Through the loop, so that no caller is resumed from inside its own call. All
// that is answered in one go shares a task, which needs nothing of us.
void HostConversation::Answer(Done done, CallOutcome outcome) {
  const bool posted = finished_ != nullptr;
  if (!posted) finished_ = std::make_shared<std::vector<Finished>>();
  finished_->push_back({std::move(done), std::move(outcome)});
  if (posted) return;
  loop_.Post([this, lives = std::weak_ptr<int>(lives_), batch = finished_] {
    if (!lives.expired()) finished_ = nullptr;  // what is answered from here on goes with the next
    for (Finished& one : *batch) one.done(std::move(one.outcome));
  });
}

void HostConversation::Call(HostCall call, Done done) {
  if (closed_) return Answer(std::move(done), LocalError(kHostGone, "the host is gone"));
  if (poisoned_.contains(call.instance) && call.method != driver::method::kDestroy) {
    return Answer(std::move(done), LocalError(kPoisoned, call.instance + " missed a deadline: only destroy is sent to it"));
  }
  if (waiting_.size() >= kMaxWaiting) {
    return Answer(std::move(done), LocalError(kOverloaded, "1024 calls wait for the host"));
  }
  const absl::Duration deadline =
      call.deadline > absl::ZeroDuration() ? call.deadline : driver::DefaultDeadline(call.method);
  const std::int64_t id = ++last_id_;
  Pending pending;
  pending.method = std::string(call.method);
  pending.instance = call.instance;
  pending.params = WithCallMembers(call.params_json, call.instance, deadline);
  pending.done = std::move(done);
  pending.expires = loop_.clock().Now() + std::max(deadline, call.patience);
  deadlines_.emplace_hint(deadlines_.end(), pending.expires, id);
  calls_.emplace_hint(calls_.end(), id, std::move(pending));
  WatchDeadlines();
  waiting_.push_back(id);
  SendWaiting();
}

void HostConversation::SendWaiting() {
  while (!waiting_.empty() && on_the_wire_ < driver::kMaxRequestsInFlight) {
    const std::int64_t id = waiting_.front();
    waiting_.pop_front();
    const auto call = calls_.find(id);
    if (call == calls_.end()) continue;  // expired before its turn
    const std::string line = driver::EncodeRequest(id, call->second.method, call->second.params);
    if (line.size() > driver::kMaxLineBytes) {
      Finish(id, LocalError(kBadAnswer, "request longer than the protocol's limit"));
      continue;
    }
    call->second.sent = true;
    call->second.params.clear();
    ++on_the_wire_;
    outgoing_ += line;
  }
  if (!outgoing_.empty()) FlushSoon();
}

// After the tasks that are posted already, which may call as well.
void HostConversation::FlushSoon() {
  if (std::exchange(flush_posted_, true)) return;
  loop_.Post([this, lives = std::weak_ptr<int>(lives_)] {
    if (!lives.expired()) Flush();
  });
}

void HostConversation::Flush() {
  flush_posted_ = false;
  if (closed_ || outgoing_.empty()) return;
  ports_.write(std::exchange(outgoing_, std::string()));
}

// One timer for all deadlines. Most calls are answered long before theirs, and
// default ones come in order: the timer is hardly ever set anew.
void HostConversation::WatchDeadlines() {
  if (deadlines_.empty()) return;
  const MonotonicTime due = deadlines_.begin()->first;
  if (deadline_timer_ != TimerId::kNone && timer_due_ <= due) return;
  loop_.Cancel(deadline_timer_);
  timer_due_ = due;
  deadline_timer_ = loop_.RunAfter(due - loop_.clock().Now(), [this] { ExpireDue(); });
}

void HostConversation::ExpireDue() {
  deadline_timer_ = TimerId::kNone;
  const MonotonicTime now = loop_.clock().Now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) Expire(deadlines_.begin()->second);
  WatchDeadlines();
}

void HostConversation::Receive(std::string_view bytes) {
  if (closed_) return;
  ++heard_;
  lines_.Append(bytes);
  while (auto line = lines_.Next()) {
    TakeLine(*line);
    if (closed_ || broken_) return;
  }
  SendWaiting();
}

void HostConversation::TakeLine(const driver::LineReader::Line& line) {
  if (line.too_long) return Break("the host printed a line longer than 1 MiB");
  auto message = decoder_.Decode(line.text);
  if (!message.ok()) return TakeBrokenLine();
  if (const auto* notification = std::get_if<driver::Notification>(&*message)) {
    if (ports_.notified) ports_.notified(*notification);
  } else {
    TakeAnswer(std::get<driver::Answer>(*message));
  }
}

void HostConversation::TakeBrokenLine() {
  if (++broken_lines_ == 1) LogWarn("the host prints lines to standard output that are no messages; dropped");
  if (broken_lines_ >= driver::kMaxBrokenLines) {
    Break(absl::StrCat("the host printed ", driver::kMaxBrokenLines, " lines that are no messages"));
  }
}

void HostConversation::TakeAnswer(const driver::Answer& answer) {
  if (!answer.id.has_value() || *answer.id > last_id_ || *answer.id < 1) return TakeBrokenLine();
  const auto call = calls_.find(*answer.id);
  if (call == calls_.end()) {
    // Its caller stopped waiting; the place on the wire was given back then.
    ++late_answers_;
    return;
  }
  if (!call->second.sent) return TakeBrokenLine();
  // A destroyed instance's name may be used afresh.
  if (call->second.method == driver::method::kDestroy && (!answer.error || answer.error->kind == "unknown_instance")) {
    poisoned_.erase(call->second.instance);
  }
  const bool fatal = answer.error && answer.error->code == static_cast<int>(driver::ErrorKind::kFatal);
  const std::string words = answer.error ? answer.error->message : "";
  Finish(*answer.id, {answer.error, answer.result_json});
  if (fatal) Break("fatal: " + words);
}

void HostConversation::Expire(std::int64_t id) {
  const Pending& call = calls_.at(id);
  if (!call.instance.empty()) poisoned_.insert(call.instance);
  CallOutcome late = LocalError(driver::ErrorKindName(driver::ErrorKind::kDeadlineExceeded),
                                call.method + " was not answered in time");
  late.error->code = static_cast<int>(driver::ErrorKind::kDeadlineExceeded);
  Finish(id, std::move(late));
  SendWaiting();
}

void HostConversation::Finish(std::int64_t id, CallOutcome outcome) {
  auto call = calls_.extract(id);
  deadlines_.erase({call.mapped().expires, id});
  if (call.mapped().sent) --on_the_wire_;
  Answer(std::move(call.mapped().done), std::move(outcome));
}

void HostConversation::Break(std::string reason) {
  if (broken_ || closed_) return;
  broken_ = true;
  // Through the loop: the owner will want to close us.
  loop_.Post([broken = ports_.broken, reason = std::move(reason)] { if (broken) broken(reason); });
}

void HostConversation::Close(std::string reason) {
  if (closed_) return;
  closed_ = true;
  loop_.Cancel(deadline_timer_);
  outgoing_.clear();
  waiting_.clear();
  while (!calls_.empty()) Finish(calls_.begin()->first, LocalError(kHostGone, reason));
}

void HostConversation::Initialize(std::string settings_json, Initialized done) {
  driver::JsonWriter params;
  params.BeginObject().Key("protocol").BeginObject();
  params.Key("major").Integer(driver::kProtocolMajor).Key("minor").Integer(driver::kProtocolMinor).EndObject();
  params.Key("client").BeginObject().Key("name").String("seep").Key("version").String("0.1.0").EndObject();
  params.Key("settings").Raw(settings_json.empty() ? "{}" : settings_json).EndObject();
  HostCall call{driver::method::kInitialize, "", params.Take()};
  Call(std::move(call), [this, done = std::move(done)](CallOutcome outcome) {
    HostIdentity identity;
    if (outcome.ok()) {
      auto read = ReadInitializeAnswer(outcome.Result());
      if (read.ok()) identity = *std::move(read);
      else outcome = LocalError(kBadAnswer, "initialize: " + std::string(read.status().message()));
    }
    if (outcome.ok()) identity_ = identity;
    done(std::move(outcome), std::move(identity));
  });
}

}  // namespace seep::agent
