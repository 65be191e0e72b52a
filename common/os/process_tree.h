// A process and all its descendants, those that left its session or lost their
// parent included.
//
// Killing a process group misses descendants that called setsid (reliability.md,
// fact 5). A process that is a *subreaper* gets every orphan below it as its
// child, so nothing that it started can leave its tree.
//
// Threads: safe from any.
#ifndef SEEP_COMMON_OS_PROCESS_TREE_H_
#define SEEP_COMMON_OS_PROCESS_TREE_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace seep {

// Makes this process the parent of orphans below it. Call once, in main.
absl::Status BecomeSubreaper();

// `root` first, then its descendants by /proc's parent links; empty when it is
// gone. At most `limit` pids.
std::vector<pid_t> ProcessTree(pid_t root, std::size_t limit = 4096);

// Every process that carries `mark` ("NAME=value") in its initial environment:
// finds the members of a run's tree even after their parents ended. Own
// processes only (others' environments cannot be read).
std::vector<pid_t> ProcessesMarked(const std::string& mark);

// KILLs `root`'s tree and all processes carrying `mark` until none is left or
// `limit` has passed; stops them first, so that a fork bomb cannot outrun it.
// Reaps those that are children of this process. Returns the survivors.
std::vector<pid_t> KillProcessTree(pid_t root, const std::string& mark, absl::Duration limit);

}  // namespace seep

#endif  // SEEP_COMMON_OS_PROCESS_TREE_H_
