// What the scenario engine sees of an SDK host: calls, each answered once.
//
// `HostConversation` speaks the protocol to a real host; `FakeHost` (tests)
// keeps wallets in memory under a simulated clock.
//
// Threads: the loop's only.
#ifndef SEEP_AGENT_DRIVER_CLIENT_HOST_CALLS_H_
#define SEEP_AGENT_DRIVER_CLIENT_HOST_CALLS_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "sdk/driver_protocol/call_error.h"
#include "sdk/driver_protocol/json.h"

namespace seep::agent {

// Kinds of errors that arise on this side of the pipe; `code` is 0.
inline constexpr std::string_view kHostGone = "host_gone";        // ended, or we closed it
inline constexpr std::string_view kPoisoned = "poisoned";         // refused
inline constexpr std::string_view kOverloaded = "overloaded";     // too many calls wait
inline constexpr std::string_view kBadAnswer = "bad_answer";      // not what SPEC.md promises

struct CallOutcome {
  std::optional<driver::CallError> error;  // none: success
  std::string result_json;

  bool ok() const { return !error.has_value(); }
  bool failed_as(std::string_view kind) const { return error.has_value() && error->kind == kind; }
  // The result as an object; null when there is none.
  driver::Json Result() const;
};

CallOutcome LocalError(std::string_view kind, std::string message);

struct HostCall {
  std::string_view method;
  std::string instance;              // empty: a call on the host itself
  std::string params_json = "{}";    // `instance` and `deadline_ms` are added
  absl::Duration deadline = absl::ZeroDuration();  // told to the host; zero: the method's default
  // How long this side waits, when that is longer: the host then has the last
  // word on whether a call that ends about its deadline made it.
  absl::Duration patience = absl::ZeroDuration();
};

class HostCalls {
 public:
  virtual ~HostCalls() = default;
  using Done = std::function<void(CallOutcome)>;
  // `done` runs exactly once, later, on the loop: with the answer, or with
  // deadline_exceeded, host_gone, poisoned, overloaded.
  virtual void Call(HostCall call, Done done) = 0;
  // Declared in `initialize`.
  virtual bool Can(std::string_view capability) const = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_DRIVER_CLIENT_HOST_CALLS_H_
