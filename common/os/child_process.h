// A process with an owner: it and its group end, and are reaped, no later than
// the object does.
//
// Threads: one at a time. Start from a thread that outlives the child: with
//          `die_with_parent` the kernel kills the child when the *thread* that
//          started it ends, not the process (reliability.md, fact 5).
// Failure: Start: kNotFound, kPermissionDenied (exec), kInvalidArgument
//          (relative path), kResourceExhausted.
#ifndef SEEP_COMMON_OS_CHILD_PROCESS_H_
#define SEEP_COMMON_OS_CHILD_PROCESS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/os/unique_fd.h"

namespace seep {

enum class Stdio { kInherit, kNull, kPipe };

struct ChildOptions {
  std::vector<std::string> argv;         // argv[0] is an absolute path; no shell, no PATH
  std::vector<std::string> environment;  // exactly this, "NAME=value"
  std::string working_directory;         // empty: the parent's
  Stdio standard_input = Stdio::kNull;
  Stdio standard_output = Stdio::kInherit;
  Stdio standard_error = Stdio::kInherit;
  bool own_session = true;     // setsid: a group of its own, no terminal
  bool die_with_parent = true;
  bool no_new_privileges = true;
  std::vector<std::pair<int, rlim_t>> limits;  // RLIMIT_* → soft and hard
};

struct ExitStatus {
  bool exited = false;  // else ended by `signal`
  int code = 0;
  int signal = 0;
  bool success() const { return exited && code == 0; }
  std::string ToString() const;  // "exit 3", "signal 9 (Killed)"
};

class ChildProcess {
 public:
  static absl::StatusOr<ChildProcess> Start(const ChildOptions& options);
  ChildProcess() = default;
  ~ChildProcess();  // TERM to the group, up to 2 s, KILL, reap
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  pid_t pid() const { return pid_; }
  // From /proc/PID/stat; with the pid, names the process for good (R5).
  std::uint64_t start_time_ticks() const { return start_time_ticks_; }
  // Readable (poll, epoll) once the child has exited.
  int exit_fd() const { return pidfd_.get(); }
  UniqueFd& standard_input() { return stdin_; }    // parent's ends, non-blocking is up to the caller
  UniqueFd& standard_output() { return stdout_; }
  UniqueFd& standard_error() { return stderr_; }

  bool running();                        // reaps if it has ended
  std::optional<ExitStatus> TryWait();   // nullopt while it runs
  std::optional<ExitStatus> WaitFor(absl::Duration limit);
  void Signal(int signal);       // the child; nothing if it has been reaped
  void SignalGroup(int signal);  // its process group

 private:
  pid_t pid_ = -1;
  bool own_group_ = false;
  std::uint64_t start_time_ticks_ = 0;
  std::optional<ExitStatus> ended_;
  UniqueFd pidfd_, stdin_, stdout_, stderr_;
};

// Field 22 of /proc/PID/stat; 0 when there is no such process.
std::uint64_t ProcessStartTimeTicks(pid_t pid);

}  // namespace seep

#endif  // SEEP_COMMON_OS_CHILD_PROCESS_H_
