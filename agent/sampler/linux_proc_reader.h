// Reads /proc with kept descriptors, for whole process trees.
//
// Threads: one at a time (the sampler's).
// Owns:    up to five descriptors a process. Who belongs to which tree is looked
//          up in one scan for all trees, at most every two seconds.
// Bounds:  256 processes a tree; further ones are not counted.
#ifndef SEEP_AGENT_SAMPLER_LINUX_PROC_READER_H_
#define SEEP_AGENT_SAMPLER_LINUX_PROC_READER_H_

#include <map>
#include <memory>
#include <string>

#include "agent/sampler/proc_files.h"
#include "agent/sampler/proc_reader.h"
#include "common/clock/clock.h"

namespace seep::agent {

class LinuxProcReader : public ProcReader {
 public:
  explicit LinuxProcReader(const Clock& clock);

  void Track(TreeId tree, pid_t root, std::string mark) override;
  void Forget(TreeId tree) override;
  absl::StatusOr<OutsideFigures> Read(TreeId tree, SamplingTiers tiers) override;

 private:
  // Figures that only go up; kept for members that ended.
  struct Counts {
    std::uint64_t minor_faults = 0, major_faults = 0, cpu_ticks = 0, voluntary = 0, involuntary = 0, read = 0,
                  written = 0;
    void Add(const Counts& other);
  };
  struct Member {
    explicit Member(pid_t pid) : files(pid) {}
    ProcFiles files;
    Counts counts;
  };
  struct Tree {
    bool several = false;  // it once had more than one process
    pid_t root = 0;
    std::string mark;
    std::map<pid_t, std::unique_ptr<Member>> members;
    Counts ended;
    std::uint64_t last_cpu_ticks = 0;
    MonotonicTime last_read;
  };
  void ScanIfStale();
  bool CarriesMark(pid_t orphan, std::uint64_t start_ticks, const std::string& mark);
  void AddDescendants(Tree& tree, pid_t root);
  bool ReadMember(Member& member, SamplingTiers tiers, OutsideFigures& figures);
  void ReadTcp(Tree& tree, OutsideFigures& figures);

  const Clock& clock_;
  std::map<TreeId, Tree> trees_;
  MonotonicTime scanned_at_;
  bool scanned_ = false;
  std::multimap<pid_t, pid_t> children_;
  std::map<std::pair<pid_t, std::uint64_t>, std::string> orphan_environments_;
  double total_memory_bytes_ = 0;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_SAMPLER_LINUX_PROC_READER_H_
