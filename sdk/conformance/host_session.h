// One host as a real child process, and a conversation with it.
//
// Threads: one; every wait has a limit.
// Owns:    the process with all that it started: they end with the session.
// Failure: Start: the command cannot be run. Afterwards a host that ends or is
//          silent is what waits report, never an error of the session.
// Bounds:  answers, events and 64 KiB of standard error are kept; standard
//          error is read all the time, so that a flood of it blocks nobody.
#ifndef SEEP_SDK_CONFORMANCE_HOST_SESSION_H_
#define SEEP_SDK_CONFORMANCE_HOST_SESSION_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/os/child_process.h"
#include "sdk/conformance/finding.h"
#include "sdk/conformance/traffic.h"
#include "sdk/driver_protocol/json.h"
#include "sdk/driver_protocol/line_reader.h"

namespace seep::conformance {

struct HostCommand {
  std::vector<std::string> argv;         // argv[0] is an absolute path
  std::vector<std::string> environment;
  std::string settings_json = "{}";      // of `initialize`
  absl::Duration timeout = absl::Seconds(30);
};

struct Event {
  std::string instance, listener, type;
};

class HostSession {
 public:
  static absl::StatusOr<std::unique_ptr<HostSession>> Start(const HostCommand& command, Traffic& traffic);
  ~HostSession();

  // Both return at once; what the pipe does not take yet goes out while waiting.
  std::int64_t Send(const std::string& method, const std::string& params_json);
  void SendBytes(std::string bytes);
  std::int64_t NextId() { return ++last_id_; }
  // A request that is not sent through Send will be answered under this id.
  void Expect(std::int64_t id) { asked_.emplace(id, "(raw)"); }
  void CloseInput();

  // Until `condition` holds, the host's output ends, or the limit (the
  // command's time-out) has passed; whether it holds.
  bool WaitUntil(const std::function<bool()>& condition);
  bool WaitUntil(const std::function<bool()>& condition, absl::Duration limit);
  // The answer to `id`, a whole message; nullptr when none comes in time.
  const driver::Json* Wait(std::int64_t id);
  const driver::Json* WaitWithoutId();  // the next answer with "id": null
  std::optional<ExitStatus> WaitForExit(absl::Duration limit);

  bool HasAnswer(std::int64_t id) const { return answers_.count(id) > 0; }
  std::size_t answers_without_id() const { return without_id_.size(); }
  void ForgetAnswersWithoutId() { without_id_.clear(); }
  const std::vector<Event>& events() const { return events_; }
  // Output is open, the process runs, and every request was answered.
  bool healthy();
  const std::string& mark() const { return mark_; }  // "NAME=value" of its environment
  pid_t pid() const { return process_.pid(); }
  void Signal(int signal) { process_.Signal(signal); }

  Finding Fail(std::string expected) const;
  Finding Fail(std::string expected, const driver::Json* came) const;
  // Why nothing (more) comes: "nothing within 5s", "end of output, exit 3".
  std::string Silence() const;

 private:
  HostSession(ChildProcess process, const HostCommand& command, Traffic& traffic, std::string mark);
  void Pump(absl::Duration limit);
  void Flush();
  bool ReadFrom(UniqueFd& fd, driver::LineReader& lines, bool is_output);
  void TakeLine(const driver::LineReader::Line& line);
  void TakeMessage(const driver::Json& message, const std::string& text);
  void TakeAnswer(const driver::Json& message, const std::string& text);
  void CountNotification();

  ChildProcess process_;
  const HostCommand& command_;
  Traffic& traffic_;
  const std::string mark_;
  driver::LineReader output_lines_, error_lines_;
  std::string unsent_;
  bool input_closed_ = false;
  std::string last_sent_, error_tail_;
  std::map<std::int64_t, std::string> asked_;
  std::map<std::int64_t, driver::Json> answers_;
  std::deque<driver::Json> without_id_;
  driver::Json last_without_id_;
  std::vector<Event> events_;
  std::deque<absl::Time> recent_notifications_;
  std::int64_t last_id_ = 0;
};

}  // namespace seep::conformance

#endif  // SEEP_SDK_CONFORMANCE_HOST_SESSION_H_
