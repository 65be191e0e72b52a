#include "sdk/conformance/host_session.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/os/files.h"
#include "common/os/process_tree.h"
#include "common/os/random.h"
#include "common/status/status_macros.h"
#include "sdk/driver_protocol/messages.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::conformance {

using driver::Json;

namespace {
constexpr std::size_t kKeptErrorBytes = 64 << 10;
constexpr std::size_t kReadBytes = 64 << 10;
constexpr std::size_t kKeptEvents = 200'000;
// says 1,000 a second; a reader that was late sees two seconds at once.
constexpr std::size_t kNotificationsInTwoSeconds = 3'000;

void MakeNonBlocking(const UniqueFd& fd) { ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK); }
}  // namespace

absl::StatusOr<std::unique_ptr<HostSession>> HostSession::Start(const HostCommand& command, Traffic& traffic) {
  ChildOptions options;
  options.argv = command.argv;
  options.environment = command.environment;
  const std::string mark = absl::StrCat("SEEP_CONFORMANCE=", EntropyHex(8));
  options.environment.push_back(mark);
  options.standard_input = options.standard_output = options.standard_error = Stdio::kPipe;
  SEEP_ASSIGN_OR_RETURN(ChildProcess process, ChildProcess::Start(options));
  return std::unique_ptr<HostSession>(new HostSession(std::move(process), command, traffic, mark));
}

HostSession::HostSession(ChildProcess process, const HostCommand& command, Traffic& traffic, std::string mark)
    : process_(std::move(process)), command_(command), traffic_(traffic), mark_(std::move(mark)) {
  MakeNonBlocking(process_.standard_input());
  MakeNonBlocking(process_.standard_output());
  MakeNonBlocking(process_.standard_error());
}

HostSession::~HostSession() {
  // Not its end is judged here: rules that do, wait for it.
  if (process_.running()) process_.SignalGroup(SIGKILL);
  process_.WaitFor(absl::Seconds(2));
  KillProcessTree(-1, mark_, absl::Seconds(2));
}

std::int64_t HostSession::Send(const std::string& method, const std::string& params_json) {
  const std::int64_t id = NextId();
  asked_.emplace(id, method);
  SendBytes(driver::EncodeRequest(id, method, params_json));
  return id;
}

void HostSession::SendBytes(std::string bytes) {
  last_sent_ = Shown(bytes);
  unsent_ += bytes;
  Flush();
}

void HostSession::Flush() {
  while (!unsent_.empty() && process_.standard_input().valid()) {
    const ssize_t wrote = ::write(process_.standard_input().get(), unsent_.data(), unsent_.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno == EAGAIN) return;
    if (wrote <= 0) {  // it reads no more: its silence is what will be reported
      unsent_.clear();
      process_.standard_input().reset();
      return;
    }
    unsent_.erase(0, static_cast<std::size_t>(wrote));
  }
  if (input_closed_) process_.standard_input().reset();
}

void HostSession::CloseInput() {
  input_closed_ = true;
  last_sent_ = "(end of input)";
  Flush();
}

bool HostSession::WaitUntil(const std::function<bool()>& condition) { return WaitUntil(condition, command_.timeout); }

bool HostSession::WaitUntil(const std::function<bool()>& condition, absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  while (!condition()) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration() || !process_.standard_output().valid()) return condition();
    Pump(left);
  }
  return true;
}

void HostSession::Pump(absl::Duration limit) {
  pollfd waits[3] = {{process_.standard_output().get(), POLLIN, 0},
                     {process_.standard_error().get(), POLLIN, 0},
                     {unsent_.empty() ? -1 : process_.standard_input().get(), POLLOUT, 0}};
  const auto milliseconds = static_cast<int>(absl::ToInt64Milliseconds(limit)) + 1;
  if (::poll(waits, 3, milliseconds) <= 0) return;
  if (waits[2].revents) Flush();
  if (waits[1].revents && !ReadFrom(process_.standard_error(), error_lines_, false)) process_.standard_error().reset();
  if (waits[0].revents && !ReadFrom(process_.standard_output(), output_lines_, true)) {
    if (output_lines_.unfinished_bytes() > 0) {
      traffic_.Remark("R-1.1", Failure("every message ends with a line feed", last_sent_,
                                       absl::StrCat("output ended in the midst of a line, after ", output_lines_.unfinished_bytes(), " bytes of it")));
    }
    process_.standard_output().reset();
  }
}

// False at the end of the stream.
bool HostSession::ReadFrom(UniqueFd& fd, driver::LineReader& lines, bool is_output) {
  char buffer[kReadBytes];
  const ssize_t got = ::read(fd.get(), buffer, sizeof(buffer));
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) return false;
  const std::string_view chunk(buffer, static_cast<std::size_t>(got));
  if (!is_output) {
    error_tail_ += chunk;
    if (error_tail_.size() > kKeptErrorBytes) error_tail_.erase(0, error_tail_.size() - kKeptErrorBytes);
  }
  lines.Append(chunk);
  while (const auto line = lines.Next()) {
    if (is_output) {
      TakeLine(*line);
    } else {
      traffic_.SawText(line->text, "error");
      traffic_.SawErrorLine(line->text);
    }
  }
  return true;
}

void HostSession::TakeLine(const driver::LineReader::Line& line) {
  if (line.too_long) {
    traffic_.Remark("R-1.4", Failure("lines of at most 1,048,576 bytes from the host", last_sent_, "a longer one"));
    return;
  }
  traffic_.SawText(line.text, "output");
  const auto message = Json::Parse(line.text);
  if (!message.ok() || !message->is_object()) {
    traffic_.Remark("R-1.3", Failure("nothing but protocol messages on standard output", last_sent_, Shown(line.text)));
    return;
  }
  TakeMessage(*message, std::string(line.text));
}

void HostSession::TakeMessage(const Json& message, const std::string& text) {
  if (message.FindString("jsonrpc") != "2.0") {
    traffic_.Remark("R-1.1", Failure("\"jsonrpc\":\"2.0\" in every message", last_sent_, Shown(text)));
  }
  if (message.Find("id") != nullptr) return TakeAnswer(message, text);
  const auto method = message.FindString("method");
  if (!method) {
    traffic_.Remark("R-1.3", Failure("an answer has an `id`, a notification a `method`", last_sent_, Shown(text)));
    return;
  }
  const Json* params = message.Find("params");
  traffic_.SawNotification(std::string(*method), params, text);
  CountNotification();
  if (*method != driver::notification::kEvent || params == nullptr || events_.size() >= kKeptEvents) return;
  const auto word = [&](const char* name) { return std::string(params->FindString(name).value_or("")); };
  events_.push_back({word("instance"), word("listener"), word("type")});
}

void HostSession::CountNotification() {
  const absl::Time now = absl::Now();
  recent_notifications_.push_back(now);
  while (now - recent_notifications_.front() > absl::Seconds(1)) recent_notifications_.pop_front();
  if (recent_notifications_.size() <= kNotificationsInTwoSeconds) return;
  traffic_.Remark("R-8.1", Failure("at most 1,000 notifications a second", last_sent_,
                                   absl::StrCat(recent_notifications_.size(), " within a second")));
}

void HostSession::TakeAnswer(const Json& message, const std::string& text) {
  const Json* error = message.Find("error");
  const Json* result = message.Find("result");
  const bool failed = error != nullptr && !error->is_null();
  if (failed) traffic_.SawError(message);
  if (failed == (result != nullptr && !result->is_null()) || (!failed && !result->is_object())) {
    traffic_.Remark("R-2.2", Failure("an answer has either a `result`, an object, or an `error`", last_sent_, Shown(text)));
  }
  if (message.Find("id")->is_null()) {
    if (without_id_.size() < kKeptEvents) without_id_.push_back(message);
    return;
  }
  const auto id = message.Find("id")->AsInteger();
  if (!id || asked_.count(*id) == 0) {
    traffic_.Remark("R-2.2", Failure("answers carry the id of a request", last_sent_, Shown(text)));
    return;
  }
  if (!answers_.emplace(*id, message).second) {
    traffic_.Remark("R-2.2", Failure("every request is answered exactly once", asked_[*id], absl::StrCat("a second answer: ", Shown(text))));
  }
}

const Json* HostSession::Wait(std::int64_t id) {
  WaitUntil([&] { return HasAnswer(id); });
  const auto found = answers_.find(id);
  return found == answers_.end() ? nullptr : &found->second;
}

const Json* HostSession::WaitWithoutId() {
  if (!WaitUntil([&] { return !without_id_.empty(); })) return nullptr;
  last_without_id_ = std::move(without_id_.front());
  without_id_.pop_front();
  return &last_without_id_;
}

std::optional<ExitStatus> HostSession::WaitForExit(absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  // Its output is read on: it may have much to say before it ends.
  while (process_.running() && absl::Now() < deadline) Pump(absl::Milliseconds(20));
  return process_.TryWait();
}

bool HostSession::healthy() {
  return process_.standard_output().valid() && process_.standard_input().valid() && process_.running() && asked_.size() == answers_.size();
}

Finding HostSession::Fail(std::string expected) const { return Failure(std::move(expected), last_sent_, Silence()); }

Finding HostSession::Fail(std::string expected, const Json* came) const {
  return came == nullptr ? Fail(std::move(expected)) : Failure(std::move(expected), last_sent_, Shown(came->ToText()));
}

std::string HostSession::Silence() const {
  auto& process = const_cast<ChildProcess&>(process_);  // asking reaps, which changes nothing that anybody sees
  if (process.standard_output().valid()) return absl::StrCat("nothing within ", absl::FormatDuration(command_.timeout));
  const auto ended = process.WaitFor(absl::Milliseconds(500));
  std::string text = absl::StrCat("the end of its output", ended ? ", " : "", ended ? ended->ToString() : "");
  const std::size_t tail = error_tail_.size() > 300 ? error_tail_.size() - 300 : 0;
  if (!error_tail_.empty()) absl::StrAppend(&text, "; standard error: ", Shown(std::string_view(error_tail_).substr(tail)));
  return text;
}

}  // namespace seep::conformance
