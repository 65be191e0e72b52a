#include "agent/supervisor/orphan_reaper.h"

#include <sys/wait.h>

namespace seep::agent {

int OrphanReaper::Reap() {
  int reaped = 0;
  while (true) {
    siginfo_t info{};
    // Look without reaping: the exit status of an owned child is its owner's.
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return reaped;
    if (owned_.contains(info.si_pid)) return reaped;
    if (waitpid(info.si_pid, nullptr, WNOHANG) == info.si_pid) ++reaped;
  }
}

}  // namespace seep::agent
