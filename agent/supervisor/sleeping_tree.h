// Whether a process and all below it sleep: no thread runs, waits for a core or
// for the disk, is stopped from outside or traced, and next to no processor time
// passes from one look to the next.
//
// Threads: one at a time. A look costs a walk over /proc and about 5 µs a thread,
//          so look only at what is suspected; 1,024 threads are looked at.
// Failure: what cannot be read is not called asleep.
#ifndef SEEP_AGENT_SUPERVISOR_SLEEPING_TREE_H_
#define SEEP_AGENT_SUPERVISOR_SLEEPING_TREE_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace seep::agent {

class SleepingTree {
 public:
  explicit SleepingTree(pid_t root) : root_(root) {}
  // Since the last look; never at the first.
  bool Asleep();

 private:
  const pid_t root_;
  std::optional<std::uint64_t> ticks_;  // of processor time, at the last look
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SUPERVISOR_SLEEPING_TREE_H_
