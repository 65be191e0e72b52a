#include "common/os/signals.h"

#include <signal.h>
#include <sys/signalfd.h>

#include "common/status/check.h"

namespace seep {

UniqueFd CatchSignals(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  SEEP_CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  ::signal(SIGPIPE, SIG_IGN);
  UniqueFd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  SEEP_CHECK(fd.valid());
  return fd;
}

int ReadSignal(const UniqueFd& signals) {
  signalfd_siginfo info{};
  if (read(signals.get(), &info, sizeof info) != sizeof info) return 0;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace seep
