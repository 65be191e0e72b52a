#include "agent/sampler/resource_limits.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/os/files.h"

namespace seep::agent {
namespace {

constexpr std::size_t kMaxFile = 64 << 10;
constexpr int kMaxDepth = 64;
// cgroup v1 says "unlimited" as the largest multiple of a page.
constexpr double kNoLimit = 1e18;

v1::ResourceLimit Limit(std::string series, double value, std::string name) {
  v1::ResourceLimit limit;
  limit.set_series(std::move(series));
  limit.set_value(value);
  limit.set_name(std::move(name));
  return limit;
}

// The tightest from `path` up to the root of the mount: every one of them binds.
double TightestAbove(const std::string& mounted, std::string path, const char* file) {
  double tightest = 0;
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const auto content = ReadFile(absl::StrCat(mounted, path, "/", file), kMaxFile);
    double bytes = 0;
    if (content.ok() && absl::SimpleAtod(absl::StripAsciiWhitespace(*content), &bytes) && bytes > 0 && bytes < kNoLimit) {
      tightest = tightest == 0 ? bytes : std::min(tightest, bytes);
    }
    const std::size_t slash = path.rfind('/');
    if (path.empty() || slash == std::string::npos) break;
    path.resize(slash);
  }
  return tightest;
}

}  // namespace

std::vector<v1::ResourceLimit> ParseProcessLimits(std::string_view content) {
  std::vector<v1::ResourceLimit> limits;
  for (absl::string_view line : absl::StrSplit(absl::string_view(content.data(), content.size()), '\n')) {
    const bool files = absl::ConsumePrefix(&line, "Max open files ");
    if (!files && !absl::ConsumePrefix(&line, "Max address space ")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    double soft = 0;
    if (!absl::SimpleAtod(line.substr(0, line.find(' ')), &soft)) continue;  // "unlimited"
    limits.push_back(files ? Limit("fds", soft, "nofile") : Limit("vsz", soft, "address space"));
  }
  return limits;
}

double CgroupMemoryLimit(std::string_view content, const std::string& mounted) {
  for (const absl::string_view line : absl::StrSplit(absl::string_view(content.data(), content.size()), '\n')) {
    const std::vector<std::string> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3) continue;
    const std::string path = fields[2] == "/" ? "" : fields[2];
    const bool version_2 = fields[0] == "0" && fields[1].empty();
    const double bytes = version_2                ? TightestAbove(mounted, path, "memory.max")
                         : fields[1] == "memory" ? TightestAbove(mounted + "/memory", path, "memory.limit_in_bytes")
                                                  : 0;
    if (bytes > 0) return bytes;
  }
  return 0;
}

std::vector<v1::ResourceLimit> ResourceLimitsOf(pid_t pid) {
  std::vector<v1::ResourceLimit> limits;
  if (pid <= 0) return limits;
  const std::string process = absl::StrCat("/proc/", pid);
  if (const auto content = ReadFile(process + "/limits", kMaxFile); content.ok()) limits = ParseProcessLimits(*content);
  if (const auto content = ReadFile(process + "/cgroup", kMaxFile); content.ok()) {
    const double bytes = CgroupMemoryLimit(*content, "/sys/fs/cgroup");
    if (bytes > 0) limits.push_back(Limit("rss", bytes, "cgroup memory.max"));
  }
  return limits;
}

}  // namespace seep::agent
