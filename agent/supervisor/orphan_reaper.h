// Reaps what this subreaper was given by the kernel: processes whose parents,
// somewhere in a target's tree, ended before them. Children that somebody here
// waits for are left alone.
//
// Threads: the loop's only.
#ifndef SEEP_AGENT_SUPERVISOR_ORPHAN_REAPER_H_
#define SEEP_AGENT_SUPERVISOR_ORPHAN_REAPER_H_

#include <sys/types.h>

#include <set>

namespace seep::agent {

class OrphanReaper {
 public:
  void Own(pid_t child) { owned_.insert(child); }
  void Disown(pid_t child) { owned_.erase(child); }
  // Call on SIGCHLD, and after an owned child was reaped; returns how many.
  int Reap();

 private:
  std::set<pid_t> owned_;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SUPERVISOR_ORPHAN_REAPER_H_
