// The ceilings that a target lives under, for "reaches nofile in 12 min": its
// own soft limits, and the tightest memory limit of its cgroup and those above.
//
// The gauges count a whole process tree: a limit of one process is then reached
// no sooner than told, one of a cgroup that others share no later.
//
// Threads: safe from any. Blocks for some ten short reads.
// Failure: what cannot be read is no limit.
#ifndef SEEP_AGENT_SAMPLER_RESOURCE_LIMITS_H_
#define SEEP_AGENT_SAMPLER_RESOURCE_LIMITS_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "seep/v1/run.pb.h"

namespace seep::agent {

// Read once the target runs its own code: some raise their limits as they start.
std::vector<v1::ResourceLimit> ResourceLimitsOf(pid_t pid);

// Of the content of /proc/PID/limits; what is unlimited is left out.
std::vector<v1::ResourceLimit> ParseProcessLimits(std::string_view content);
// Of the content of /proc/PID/cgroup, below `mounted` ("/sys/fs/cgroup"); bytes, 0: none.
double CgroupMemoryLimit(std::string_view content, const std::string& mounted);

}  // namespace seep::agent

#endif  // SEEP_AGENT_SAMPLER_RESOURCE_LIMITS_H_
