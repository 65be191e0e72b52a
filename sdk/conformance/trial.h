// What the check of a rule works with: hosts to talk to, and the questions that
// most checks ask.
//
// Threads: one.
// Owns:    the hosts it started and the storage directories of their instances.
//          One initialized host is shared by the checks that do it no harm;
//          it is replaced as soon as it is not healthy any more.
// Failure: a check that cannot get its host is skipped and says why; only
//          fails for that.
#ifndef SEEP_SDK_CONFORMANCE_TRIAL_H_
#define SEEP_SDK_CONFORMANCE_TRIAL_H_

#include <memory>
#include <string>
#include <vector>

#include "common/os/temp_directory.h"
#include "sdk/conformance/finding.h"
#include "sdk/conformance/host_session.h"
#include "sdk/conformance/traffic.h"
#include "sdk/driver_protocol/call_error.h"

namespace seep::conformance {

// Operations that a host may offer so that it can be checked (SPEC, section 7).
inline constexpr char kTestDelay[] = "test_delay";
inline constexpr char kTestFatal[] = "test_fatal";
inline constexpr char kTestPrint[] = "test_print";

class Trial {
 public:
  Trial(HostCommand command, TempDirectory directory);

  // the first start; fills in what the host declares.
  Problem Introduce();
  // nullptr when there is none; then `NoHost` is the finding.
  HostSession* Shared();
  std::unique_ptr<HostSession> Fresh();           // initialized, its own
  std::unique_ptr<HostSession> Uninitialized();
  Finding NoHost() const { return Skip(no_host_); }
  // The shared host takes no part in the next check if this one hurt it.
  void Tidy();

  bool Can(const std::string& capability) const;
  bool Offers(const std::string& operation) const;
  bool HasGauge(const std::string& gauge) const;
  const driver::Json& introduction() const { return introduction_; }

  std::string InitializeParams() const;
  std::string NewName();
  // `{"instance":…}` with a directory of its own and one of two seeds.
  std::string ConnectParams(const std::string& instance, bool second_seed = false);
  std::string NewDirectory();
  Problem Connect(HostSession& host, const std::string& instance, bool second_seed = false, driver::Json* result = nullptr);

  Traffic& traffic() { return traffic_; }
  absl::Duration timeout() const { return command_.timeout; }
  // The rule's limit, or the command line's if that is shorter.
  absl::Duration Limit(absl::Duration rule) const { return std::min(rule, command_.timeout); }

 private:
  HostCommand command_;
  TempDirectory directory_;
  Traffic traffic_;
  driver::Json introduction_;
  std::string no_host_;
  std::unique_ptr<HostSession> shared_;
  int names_ = 0;
};

std::string Quoted(const std::string& text);
std::string OnInstance(const std::string& instance);  // {"instance":"…"}
// {"instance":"…",MORE}
std::string OnInstance(const std::string& instance, const std::string& more);

// Sends and waits; what came is the finding's when it is not what was expected.
Problem ExpectResult(HostSession& host, const std::string& method, const std::string& params, driver::Json* result = nullptr);
Problem ExpectError(HostSession& host, const std::string& method, const std::string& params, driver::ErrorKind kind);
// The same for a request that was sent already.
Problem ExpectResultOf(HostSession& host, std::int64_t id, const std::string& what, driver::Json* result = nullptr);
Problem ExpectErrorOf(HostSession& host, std::int64_t id, const std::string& what, driver::ErrorKind kind);
Problem ExpectAlive(HostSession& host, const std::string& after);
// As ExpectResult, but an error of the SDK's own (1 to 7) skips the check.
Problem ResultOrSkip(HostSession& host, const std::string& method, const std::string& params, driver::Json* result);

std::optional<driver::ErrorKind> KindOf(const driver::Json* answer);  // of an error

}  // namespace seep::conformance

#endif  // SEEP_SDK_CONFORMANCE_TRIAL_H_
