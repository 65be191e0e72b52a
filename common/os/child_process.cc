#include "common/os/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep {
namespace {

constexpr absl::Duration kTerminateGrace = absl::Seconds(2);

struct Pipe {
  UniqueFd read_end, write_end;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// The child's end of one standard stream, and the parent's when it is a pipe.
struct Stream {
  UniqueFd child, parent;
};

absl::StatusOr<Stream> MakeStream(Stdio kind, bool child_reads) {
  Stream stream;
  if (kind == Stdio::kNull) {
    stream.child = UniqueFd(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!stream.child.valid()) return ErrnoStatus(errno, "/dev/null");
  } else if (kind == Stdio::kPipe) {
    SEEP_ASSIGN_OR_RETURN(Pipe pipe, MakePipe());
    stream.child = std::move(child_reads ? pipe.read_end : pipe.write_end);
    stream.parent = std::move(child_reads ? pipe.write_end : pipe.read_end);
  }
  return stream;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

struct ChildSetup {
  const ChildOptions* options;
  char** argv;
  char** envp;
  int streams[3];
  int error_fd;
  pid_t parent;
};

// Runs between fork and exec: async-signal-safe calls only.
[[noreturn]] void BecomeChild(const ChildSetup& setup) {
  const ChildOptions& options = *setup.options;
  auto fail = [&] {
    const int error = errno;
    [[maybe_unused]] ssize_t written = write(setup.error_fd, &error, sizeof error);
    _exit(127);
  };
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  if (options.own_session && setsid() < 0) fail();
  if (options.die_with_parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail();
    if (getppid() != setup.parent) _exit(127);  // the parent went before prctl took hold
  }
  if (options.no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail();
  for (const auto& [resource, value] : options.limits) {
    const rlimit limit{value, value};
    if (setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) fail();
  }
  if (!options.working_directory.empty() && chdir(options.working_directory.c_str()) != 0) fail();
  for (int i = 0; i < 3; ++i) {
    if (setup.streams[i] >= 0 && dup2(setup.streams[i], i) < 0) fail();
  }
  execve(setup.argv[0], setup.argv, setup.envp);
  fail();
  _exit(127);
}

ExitStatus FromWaitStatus(int status) {
  if (WIFEXITED(status)) return {true, WEXITSTATUS(status), 0};
  return {false, 0, WTERMSIG(status)};
}

}  // namespace

std::string ExitStatus::ToString() const {
  if (exited) return absl::StrCat("exit ", code);
  return absl::StrCat("signal ", signal, " (", strsignal(signal), ")");
}

std::uint64_t ProcessStartTimeTicks(pid_t pid) {
  const auto stat = ReadFile(absl::StrCat("/proc/", pid, "/stat"), 4096);
  if (!stat.ok()) return 0;
  // The name in parentheses may hold anything; the last ')' ends it.
  const std::size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos) return 0;
  const std::vector<std::string> fields = absl::StrSplit(stat->substr(name_end + 2), ' ');
  std::uint64_t ticks = 0;
  if (fields.size() < 20 || !absl::SimpleAtoi(fields[19], &ticks)) return 0;
  return ticks;
}

absl::StatusOr<ChildProcess> ChildProcess::Start(const ChildOptions& options) {
  if (options.argv.empty() || options.argv[0].empty() || options.argv[0][0] != '/') {
    return absl::InvalidArgumentError("a command must start with an absolute path");
  }
  SEEP_ASSIGN_OR_RETURN(Stream in, MakeStream(options.standard_input, true));
  SEEP_ASSIGN_OR_RETURN(Stream out, MakeStream(options.standard_output, false));
  SEEP_ASSIGN_OR_RETURN(Stream err, MakeStream(options.standard_error, false));
  SEEP_ASSIGN_OR_RETURN(Pipe exec_error, MakePipe());
  std::vector<char*> argv = Pointers(options.argv);
  std::vector<char*> envp = Pointers(options.environment);
  const ChildSetup setup{&options, argv.data(), envp.data(),
                         {in.child.get(), out.child.get(), err.child.get()},
                         exec_error.write_end.get(), getpid()};
  const pid_t pid = fork();
  if (pid < 0) return ErrnoStatus(errno, "fork");
  if (pid == 0) BecomeChild(setup);
  exec_error.write_end.reset();

  ChildProcess child;
  child.pid_ = pid;
  child.own_group_ = options.own_session;
  child.pidfd_ = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  child.start_time_ticks_ = ProcessStartTimeTicks(pid);
  child.stdin_ = std::move(in.parent);
  child.stdout_ = std::move(out.parent);
  child.stderr_ = std::move(err.parent);
  int error = 0;
  ssize_t got;
  while ((got = read(exec_error.read_end.get(), &error, sizeof error)) < 0 && errno == EINTR) {
  }
  if (got > 0) {
    child.WaitFor(kTerminateGrace);
    return ErrnoStatus(error, absl::StrCat("starting ", Printable(options.argv[0])));
  }
  if (!child.pidfd_.valid()) return ErrnoStatus(errno, "pidfd_open");
  return child;
}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  if (!TryWait().has_value()) {
    SignalGroup(SIGTERM);
    Signal(SIGTERM);
    if (!WaitFor(kTerminateGrace).has_value()) {
      Signal(SIGKILL);
      SignalGroup(SIGKILL);
      WaitFor(absl::InfiniteDuration());
    }
  }
  // The leader is gone; whoever stayed in its group goes as well.
  if (own_group_) kill(-pid_, SIGKILL);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept { *this = std::move(other); }

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(own_group_, other.own_group_);
  std::swap(start_time_ticks_, other.start_time_ticks_);
  std::swap(ended_, other.ended_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(stdin_, other.stdin_);
  std::swap(stdout_, other.stdout_);
  std::swap(stderr_, other.stderr_);
  return *this;
}

bool ChildProcess::running() { return pid_ > 0 && !TryWait().has_value(); }

std::optional<ExitStatus> ChildProcess::TryWait() {
  if (ended_.has_value() || pid_ <= 0) return ended_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) ended_ = FromWaitStatus(status);
  return ended_;
}

std::optional<ExitStatus> ChildProcess::WaitFor(absl::Duration limit) {
  const bool forever = limit == absl::InfiniteDuration();
  const auto deadline_ms = forever ? -1 : absl::ToInt64Milliseconds(limit);
  if (TryWait().has_value() || pid_ <= 0) return ended_;
  pollfd exited{pidfd_.get(), POLLIN, 0};
  timespec begin{};
  clock_gettime(CLOCK_MONOTONIC, &begin);
  while (true) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto spent = (now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1'000'000;
    const auto left = forever ? -1 : std::max<std::int64_t>(0, deadline_ms - spent);
    const int ready = poll(&exited, 1, static_cast<int>(std::min<std::int64_t>(left, 1'000'000)));
    if (TryWait().has_value()) return ended_;
    if (ready == 0 && left == 0) return std::nullopt;
  }
}

void ChildProcess::Signal(int signal) {
  if (pid_ <= 0 || ended_.has_value()) return;
  syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
}

void ChildProcess::SignalGroup(int signal) {
  if (pid_ <= 0 || ended_.has_value() || !own_group_) return;
  kill(-pid_, signal);
}

}  // namespace seep
