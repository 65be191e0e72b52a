// A process as /proc sees it, for tests: loads for a second or two, fills
// its allocator's arenas, grows by whole pages, jitters a little.
#ifndef SEEP_ANALYSIS_VERDICT_SYNTHETIC_PROCESS_H_
#define SEEP_ANALYSIS_VERDICT_SYNTHETIC_PROCESS_H_

#include <cmath>
#include <random>

namespace seep::analysis {

class SyntheticProcess {
 public:
  explicit SyntheticProcess(int seed) : random_(seed) { Restart(); }

  void Restart() {
    age_s_ = kept_ = 0;
    top_ = 0;
    warm_ = std::uniform_real_distribution<>(2e5, 1.5e6)(random_);
    tau_s_ = std::uniform_real_distribution<>(0.5, 3)(random_);
    base_ = std::uniform_real_distribution<>(18e6, 24e6)(random_);
  }

  void Work(double seconds, double kept_bytes) {
    age_s_ += seconds;
    kept_ += kept_bytes;
  }

  double RssBytes() {
    // glibc extends its heap by 132 KB at a time, but only touched pages count.
    const double loading = age_s_ < 0.5 ? 0.4 * base_ : 0;
    const double warm = warm_ * (1 - std::exp(-age_s_ / tau_s_));
    top_ = std::max(top_, std::ceil((kept_ + warm) / 4096) * 4096);
    const double scratch = 4096 * std::uniform_int_distribution<>(0, 12)(random_);
    return std::floor((base_ - loading) / 4096) * 4096 + top_ + scratch;
  }

 private:
  std::mt19937 random_;
  double age_s_ = 0, kept_ = 0, warm_ = 0, tau_s_ = 1, base_ = 0, top_ = 0;
};

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_SYNTHETIC_PROCESS_H_
