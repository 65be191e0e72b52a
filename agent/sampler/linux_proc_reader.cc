#include "agent/sampler/linux_proc_reader.h"

#include <dirent.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kScanEvery = absl::Seconds(2);
constexpr std::size_t kMaxMembers = 256;
constexpr double kKiB = 1024;

void Raise(std::optional<double>& most, std::optional<std::uint64_t> value) {
  if (value) most = std::max(most.value_or(0), static_cast<double>(*value));
}

void AddTo(std::optional<double>& sum, std::optional<std::uint64_t> value, double unit = 1) {
  if (value) sum = sum.value_or(0) + static_cast<double>(*value) * unit;
}

// A quotient fills all of its mantissa, most of which says nothing (a CPU tick is
// 10 ms) and costs the store six bytes a sample.
double ToDecimals(double value, double power) { return std::round(value * power) / power; }
constexpr double kCpuDecimals = 1e3;
constexpr double kMemoryDecimals = 1e6;  // a page of a large host's memory still shows

}  // namespace

void LinuxProcReader::Counts::Add(const Counts& other) {
  minor_faults += other.minor_faults;
  major_faults += other.major_faults;
  cpu_ticks += other.cpu_ticks;
  voluntary += other.voluntary;
  involuntary += other.involuntary;
  read += other.read;
  written += other.written;
}

LinuxProcReader::LinuxProcReader(const Clock& clock) : clock_(clock) {
  const auto meminfo = ReadFile("/proc/meminfo", 64 << 10);
  if (meminfo.ok()) total_memory_bytes_ = static_cast<double>(FieldOf(*meminfo, "MemTotal").value_or(0)) * kKiB;
}

void LinuxProcReader::Track(TreeId id, pid_t root, std::string mark) {
  Tree& tree = trees_[id];
  tree.root = root;
  tree.mark = std::move(mark);
  scanned_ = false;
}

void LinuxProcReader::Forget(TreeId id) {
  trees_.erase(id);
  if (trees_.empty()) orphan_environments_.clear();
}

// Children by parent for the whole machine, once for all trees.
void LinuxProcReader::ScanIfStale() {
  const MonotonicTime now = clock_.Now();
  if (scanned_ && now - scanned_at_ < kScanEvery) return;
  scanned_ = true;
  scanned_at_ = now;
  children_.clear();
  std::map<pid_t, std::uint64_t> orphans;
  const pid_t self = getpid();
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return;
  while (const dirent* entry = readdir(proc)) {
    pid_t pid = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    if (const auto read = std::from_chars(entry->d_name, end, pid); read.ec != std::errc() || read.ptr != end) continue;
    const auto stat = ProcFiles(pid).Stat();
    if (!stat) continue;
    children_.emplace(stat->parent, pid);
    if (stat->parent == self) orphans[pid] = stat->start_ticks;
  }
  closedir(proc);
  for (auto& [id, tree] : trees_) {
    AddDescendants(tree, tree.root);
    for (const auto& [pid, start_ticks] : orphans) {
      if (pid != tree.root && CarriesMark(pid, start_ticks, tree.mark)) AddDescendants(tree, pid);
    }
  }
  std::erase_if(orphan_environments_, [&](const auto& known) { return !orphans.contains(known.first.first); });
}

bool LinuxProcReader::CarriesMark(pid_t orphan, std::uint64_t start_ticks, const std::string& mark) {
  if (mark.empty()) return false;
  auto [known, fresh] = orphan_environments_.try_emplace({orphan, start_ticks});
  if (fresh) {
    // Between NULs, so that the search below cannot match half a variable.
    const auto environment = ReadFile(absl::StrCat("/proc/", orphan, "/environ"), 1 << 20);
    if (environment.ok()) known->second = std::string(1, '\0') + *environment + std::string(1, '\0');
  }
  return known->second.find(std::string(1, '\0') + mark + std::string(1, '\0')) != std::string::npos;
}

void LinuxProcReader::AddDescendants(Tree& tree, pid_t root) {
  std::vector<pid_t> found{root};
  for (std::size_t i = 0; i < found.size() && found.size() < kMaxMembers; ++i) {
    if (!tree.members.contains(found[i])) tree.members.emplace(found[i], std::make_unique<Member>(found[i]));
    const auto [begin, end] = children_.equal_range(found[i]);
    for (auto child = begin; child != end; ++child) found.push_back(child->second);
  }
}

bool LinuxProcReader::ReadMember(Member& member, SamplingTiers tiers, OutsideFigures& figures) {
  const auto stat = member.files.Stat();
  if (!stat) return false;
  ++figures.processes;
  figures.vsz_bytes += static_cast<double>(stat->vsz_bytes);
  figures.threads += static_cast<double>(stat->threads);
  figures.rss_bytes += static_cast<double>(member.files.ResidentBytes().value_or(0));
  Raise(figures.most_vsz_bytes, stat->vsz_bytes);
  const std::optional<std::uint64_t> fds = member.files.OpenFds();
  AddTo(figures.fds, fds);
  Raise(figures.most_fds, fds);
  Counts& counts = member.counts;
  counts.minor_faults = stat->minor_faults;
  counts.major_faults = stat->major_faults;
  counts.cpu_ticks = stat->cpu_ticks;
  const std::string_view status = member.files.Status();
  AddTo(figures.anonymous_bytes, FieldOf(status, "RssAnon"), kKiB);
  AddTo(figures.swap_bytes, FieldOf(status, "VmSwap"), kKiB);
  counts.voluntary = FieldOf(status, "voluntary_ctxt_switches").value_or(counts.voluntary);
  counts.involuntary = FieldOf(status, "nonvoluntary_ctxt_switches").value_or(counts.involuntary);
  const std::string_view io = member.files.Io();
  counts.read = FieldOf(io, "rchar").value_or(counts.read);
  counts.written = FieldOf(io, "wchar").value_or(counts.written);
  if (tiers.detailed) {
    const std::string_view rollup = member.files.SmapsRollup();
    AddTo(figures.pss_bytes, FieldOf(rollup, "Pss"), kKiB);
    AddTo(figures.uss_bytes, FieldOf(rollup, "Private_Clean"), kKiB);
    AddTo(figures.uss_bytes, FieldOf(rollup, "Private_Dirty"), kKiB);
  }
  return true;
}

void LinuxProcReader::ReadTcp(Tree& tree, OutsideFigures& figures) {
  std::unordered_set<std::uint64_t> sockets, connected;
  for (const auto& [pid, member] : tree.members) member->files.CollectSockets(sockets);
  tree.members.begin()->second->files.CollectTcp(connected);
  double count = 0;
  for (const std::uint64_t inode : sockets) count += connected.contains(inode) ? 1 : 0;
  figures.tcp_connections = count;
}

absl::StatusOr<OutsideFigures> LinuxProcReader::Read(TreeId id, SamplingTiers tiers) {
  const auto found = trees_.find(id);
  if (found == trees_.end()) return absl::NotFoundError("no such tree");
  ScanIfStale();
  Tree& tree = found->second;
  OutsideFigures figures;
  Counts counts = tree.ended;
  for (auto member = tree.members.begin(); member != tree.members.end();) {
    if (ReadMember(*member->second, tiers, figures)) {
      counts.Add(member->second->counts);
      ++member;
    } else if (member->first == tree.root) {
      return absl::NotFoundError(absl::StrCat("process ", tree.root, " has ended"));
    } else {
      tree.ended.Add(member->second->counts);
      counts.Add(member->second->counts);
      member = tree.members.erase(member);
    }
  }
  if (tree.members.empty()) return absl::NotFoundError("no process is left");
  tree.several |= figures.processes > 1;
  if (!tree.several) figures.most_fds = figures.most_vsz_bytes = std::nullopt;
  if (tiers.sockets) ReadTcp(tree, figures);
  const MonotonicTime now = clock_.Now();
  const double elapsed = absl::ToDoubleSeconds(now - tree.last_read);
  if (tree.last_cpu_ticks > 0 && elapsed > 0 && counts.cpu_ticks >= tree.last_cpu_ticks) {
    const double seconds = static_cast<double>(counts.cpu_ticks - tree.last_cpu_ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
    figures.cpu_percent = ToDecimals(100 * seconds / elapsed, kCpuDecimals);
  }
  tree.last_cpu_ticks = std::max<std::uint64_t>(counts.cpu_ticks, 1);
  tree.last_read = now;
  if (total_memory_bytes_ > 0) {
    figures.memory_percent = ToDecimals(100 * figures.rss_bytes / total_memory_bytes_, kMemoryDecimals);
  }
  figures.minor_faults = static_cast<double>(counts.minor_faults);
  figures.major_faults = static_cast<double>(counts.major_faults);
  figures.voluntary_switches = static_cast<double>(counts.voluntary);
  figures.involuntary_switches = static_cast<double>(counts.involuntary);
  figures.read_bytes = static_cast<double>(counts.read);
  figures.written_bytes = static_cast<double>(counts.written);
  return figures;
}

}  // namespace seep::agent
