#include "storage/bench/ratio.h"

#include <cstdio>

namespace seep::storage::bench {
namespace {

int g_reached = 0, g_asked = 0;

}  // namespace

void Section(const std::string& title) { std::printf("\n%s\n", title.c_str()); }

void Figure(const std::string& what, double value, const char* unit) {
  std::printf("  %-58s %10.3f %s\n", what.c_str(), value, unit);
  std::fflush(stdout);
}

void Ratio(const std::string& what, double ours, double peers, Reach reach, double target, const std::string& absent) {
  if (!absent.empty()) {
    std::printf("    %-56s %10s (%s)\n", what.c_str(), "-", absent.c_str());
    return;
  }
  const double ratio = peers > 0 ? ours / peers : 0;
  std::printf("    %-56s %9.3fx", what.c_str(), ratio);
  if (reach != Reach::kNone) {
    const bool reached = reach == Reach::kAtMost ? ratio <= target : ratio >= target;
    g_asked += 1;
    g_reached += reached ? 1 : 0;
    std::printf("   to reach %s %.3g: %s", reach == Reach::kAtMost ? "at most" : "at least", target, reached ? "reached" : "MISSED");
  }
  std::printf("\n");
  std::fflush(stdout);
}

int Verdict() {
  std::printf("\n%d of %d ratios reached\n", g_reached, g_asked);
  return 0;
}

}  // namespace seep::storage::bench
