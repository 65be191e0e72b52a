#include "analysis/scoring/family.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace seep::analysis {
namespace {

// One run under construction. Memory in KB.
class Builder {
 public:
  Builder(std::uint64_t seed, double minutes, double step_s) : random_(seed) {
    run_.step_s = step_s;
    const int n = static_cast<int>(minutes * 60 / step_s);
    double payments = 0, reconnect_at = 0, reconnects = 0;
    const double pace = Pick(0.5, 30), gap = Pick(20, 200);
    for (int i = 0; i < n; ++i) {
      run_.t_s.push_back((i + 0.02 * Normal()) * step_s + 0.1 * step_s);
      payments += std::poisson_distribution<>(pace * step_s)(random_);
      while (run_.t_s.back() > reconnect_at) {
        reconnect_at += gap * Pick(0.6, 1.4);
        ++reconnects;
      }
      run_.payments.push_back(payments);
      run_.reconnects.push_back(reconnects);
      run_.load.push_back(std::max(0.0, std::round(8 + 0.6 * Normal())));
    }
    run_.generation.assign(n, 1);
    run_.heap_kb.assign(n, Pick(12e3, 150e3));
    run_.threads.assign(n, std::round(Pick(6, 30)));
    run_.fds.assign(n, std::round(Pick(15, 90)));
    run_.connections.assign(n, std::round(Pick(2, 20)));
    born_.assign(n, 0.0);
  }

  double Pick(double low, double high) { return std::uniform_real_distribution<>(low, high)(random_); }
  double Normal() { return std::normal_distribution<>()(random_); }
  std::size_t size() const { return run_.t_s.size(); }
  double t(std::size_t i) const { return run_.t_s[i]; }
  double age(std::size_t i) const { return run_.t_s[i] - born_[i]; }
  double whole() const { return run_.t_s.back(); }
  double share(std::size_t i) const { return t(i) / whole(); }
  SimulatedRun& run() { return run_; }

  template <typename F>
  void Heap(F f) {
    for (std::size_t i = 0; i < size(); ++i) run_.heap_kb[i] += f(i);
  }
  void Noise(double sd, double tau_s = 0) {
    const double keep = tau_s > 0 ? std::exp(-run_.step_s / tau_s) : 0, fresh = sd * std::sqrt(1 - keep * keep);
    double x = sd * Normal();
    for (double& v : run_.heap_kb) v += x, x = keep * x + fresh * Normal();
  }
  void WarmUp(double amplitude, double tau_s) {
    Heap([&](std::size_t i) { return amplitude * (1 - std::exp(-age(i) / tau_s)); });
  }
  // A young generation that fills and empties over an old one that is swept now and then.
  void TwoGenerations(double young, double young_s, double old, double old_s) {
    double young_at = 0, old_at = 0, old_length = old_s;
    double length = young_s;
    for (std::size_t i = 0; i < size(); ++i) {
      while (t(i) - young_at > length) young_at += length, length = young_s * Pick(0.7, 1.3);
      while (t(i) - old_at > old_length) old_at += old_length, old_length = old_s * Pick(0.85, 1.15);
      run_.heap_kb[i] += young * (t(i) - young_at) / young_s + old * (t(i) - old_at) / old_s;
    }
  }
  void Restart(int times) {
    for (int k = 1; k <= times; ++k) {
      const double at = whole() * (k + Pick(-0.25, 0.25)) / (times + 1), shift = Pick(-2e3, 2e3);
      for (std::size_t i = 0; i < size(); ++i) {
        if (t(i) < at) continue;
        run_.generation[i] = k + 1;
        born_[i] = at;
        run_.heap_kb[i] += shift;
      }
    }
  }
  void SetLoad(double from_share, double level) {
    for (std::size_t i = 0; i < size(); ++i) {
      if (share(i) >= from_share) run_.load[i] = std::max(0.0, std::round(8 * level + 0.6 * Normal()));
    }
  }
  // Growth of `kb` over the whole run from `onset` on.
  void Leak(double kb, double onset = 0) {
    const double minutes = whole() * (1 - onset) / 60;
    Heap([&](std::size_t i) { return kb * std::max(0.0, share(i) - onset) / (1 - onset); });
    Truth("heap_kb", kb / minutes);
  }
  // The same, but only while a generation lives.
  void LeakPerLife(double kb_per_minute) {
    Heap([&](std::size_t i) { return kb_per_minute * age(i) / 60; });
    Truth("heap_kb", kb_per_minute);
  }
  void LeakPerPayment(double kb, bool varying) {
    double kept = 0, before = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      const double paid = run_.payments[i] - before;
      before = run_.payments[i];
      kept += kb * (varying ? std::exp(0.8 * Normal() - 0.32) * paid : paid);
      run_.heap_kb[i] += kept;
    }
    Truth("heap_kb", kb * run_.payments.back() / (whole() / 60));
    run_.bytes_per_payment = kb * 1024;
  }
  void Truth(const std::string& series, double per_minute) {
    run_.leaks = true;
    run_.leaking_series = series;
    run_.rate_per_minute = per_minute;
  }

  // Resident memory follows the heap's peaks of the last minutes, by pages.
  SimulatedRun Finish(bool inside_view = true, double native_kb_per_minute = 0, bool collected = false) {
    const std::size_t window = std::max<std::size_t>(1, static_cast<std::size_t>(240 / run_.step_s));
    double slack = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      double peak = run_.heap_kb[i];
      for (std::size_t k = i; collected && k + window > i && k < size() && i - k < window; --k) {
        peak = std::max(peak, run_.heap_kb[k]);
        if (k == 0) break;
      }
      slack = 0.98 * slack + 12 * Normal();
      run_.rss_kb.push_back(4 * std::round((9e3 + 1.03 * peak + slack + native_kb_per_minute * t(i) / 60) / 4));
    }
    if (!inside_view) run_.heap_kb.clear();
    if (!inside_view && run_.leaking_series == "heap_kb") run_.leaking_series = "rss_kb";
    return std::move(run_);
  }

 private:
  std::mt19937_64 random_;
  SimulatedRun run_;
  std::vector<double> born_;
};

Builder Usual(std::uint64_t seed) {
  std::mt19937_64 random(seed ^ 0x9e3779b97f4a7c15ULL);
  constexpr double kMinutes[] = {15, 30, 45, 90, 180};
  constexpr double kSteps[] = {1, 2, 5, 10};
  const double minutes = kMinutes[random() % 5];
  double step = kSteps[random() % 4];
  while (minutes * 60 / step < 240) step /= 2;
  return Builder(seed, minutes, step);
}

// A minute of payments looked at every 250 ms; restarts now and then.
SimulatedRun Minute(std::uint64_t seed, double leak_bytes, bool restarts) {
  Builder b(seed, 1, 0.25);
  SimulatedRun& run = b.run();
  double kept = 0, warm = b.Pick(200, 1500), tau = b.Pick(0.4, 2.5), born = 0, next = restarts ? b.Pick(10, 20) : 1e9;
  const double base = b.Pick(18e3, 26e3);
  int generation = 1;
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (b.t(i) >= next) {
      ++generation;
      born = b.t(i);
      kept = 0;
      warm = b.Pick(200, 1500);
      next = b.t(i) + b.Pick(10, 20);
    }
    run.generation[i] = generation;
    run.payments[i] = std::floor(50 * b.t(i));
    kept += 12.5 * leak_bytes / 1024;
    const double loading = b.t(i) - born < 0.5 ? -0.3 * base : 0;
    const double grown = kept + warm * (1 - std::exp(-(b.t(i) - born) / tau));
    run.rss_kb.push_back(4 * std::floor((base + loading + grown + b.Pick(0, 60)) / 4));
  }
  run.heap_kb.clear();
  if (leak_bytes > 0) {
    b.Truth("rss_kb", 50 * 60 * leak_bytes / 1024);
    run.bytes_per_payment = leak_bytes;
  }
  return std::move(run);
}

SimulatedRun LruChurn(std::uint64_t seed, bool leak) {
  Builder b = Usual(seed);
  b.WarmUp(b.Pick(4e3, 40e3), b.Pick(0.02, 0.14) * b.whole());
  b.Noise(b.Pick(100, 600), b.Pick(3, 40));
  if (leak) b.Leak(b.Pick(5e3, 15e3));
  return b.Finish(b.Pick(0, 1) < 0.6);
}
SimulatedRun JavaLike(std::uint64_t seed, bool leak, double native = 0) {
  Builder b = Usual(seed);
  b.TwoGenerations(b.Pick(2e3, 6e3), b.Pick(3, 12), b.Pick(5e3, 20e3), b.whole() / b.Pick(14, 40));
  b.Noise(60);
  if (leak) b.Leak(b.Pick(10e3, 30e3));
  if (native > 0) b.Truth("rss_kb", native);
  return b.Finish(true, native, true);
}
SimulatedRun IdleThenBusy(std::uint64_t seed, bool leak) {
  Builder b = Usual(seed);
  const double from = b.Pick(0.25, 0.5), kb = b.Pick(3e3, 20e3);
  SimulatedRun& run = b.run();
  b.SetLoad(0, 0.1);
  b.SetLoad(from, 1.5);
  double dropped = 0;
  for (std::size_t i = 0, busy = 0; i < b.size(); ++i) {
    if (b.share(i) < from) dropped = run.payments[i];
    else busy = 1;
    run.payments[i] = busy != 0 ? run.payments[i] - 0.95 * dropped : 0.05 * run.payments[i];
    run.payments[i] = std::floor(run.payments[i]);
    run.heap_kb[i] += kb * (busy != 0 ? 1.5 : 0.1);
  }
  b.Noise(b.Pick(60, 250));
  if (leak) b.LeakPerPayment(b.Pick(8e3, 20e3) / run.payments.back(), false);
  return b.Finish();
}
SimulatedRun UnevenRestarts(std::uint64_t seed, bool leak) {
  Builder b = Usual(seed);
  b.Restart(static_cast<int>(b.Pick(2, 6)));
  b.WarmUp(b.Pick(2e3, 15e3), b.Pick(0.004, 0.012) * b.whole());
  b.Noise(b.Pick(60, 300), 6);
  if (leak) b.LeakPerLife(b.Pick(6e3, 20e3) / (b.whole() / 60) * 4);
  return b.Finish(b.Pick(0, 1) < 0.5);
}
SimulatedRun HiddenWave(std::uint64_t seed, bool leak) {
  Builder b = Usual(seed);
  const double cycles = b.Pick(2.6, 6), phase = b.Pick(0, 6.28), kb = b.Pick(800, 6e3);
  b.Heap([&](std::size_t i) { return kb * std::sin(6.2832 * cycles * b.share(i) + phase); });
  b.Noise(b.Pick(60, 250), 8);
  if (leak) b.Leak(b.Pick(8e3, 20e3));
  return b.Finish();
}
SimulatedRun Stages(std::uint64_t seed) {
  Builder b = Usual(seed);
  for (double from : {0.0, b.Pick(0.08, 0.2), b.Pick(0.25, 0.45)}) {
    const double kb = b.Pick(1e3, 12e3), tau = b.Pick(0.01, 0.05) * b.whole();
    b.Heap([&](std::size_t i) {
      const double since = b.t(i) - from * b.whole();
      return since > 0 ? kb * (1 - std::exp(-since / tau)) : 0;
    });
  }
  b.Noise(b.Pick(60, 300), 5);
  return b.Finish();
}
SimulatedRun Batches(std::uint64_t seed) {
  Builder b = Usual(seed);
  const double period = b.whole() / b.Pick(10, 25), duty = b.Pick(0.05, 0.25), kb = b.Pick(3e3, 40e3);
  b.Heap([&](std::size_t i) { return std::fmod(b.t(i), period) < duty * period ? kb : 0; });
  b.Noise(b.Pick(50, 200));
  return b.Finish();
}
SimulatedRun SlowingSteps(std::uint64_t seed) {
  Builder b = Usual(seed);
  double at = 0.004, total = 0;
  std::vector<std::pair<double, double>> steps;
  while (at < 0.5) steps.emplace_back(at, b.Pick(128, 2048)), at *= b.Pick(1.5, 2.5);
  b.Heap([&](std::size_t i) {
    total = 0;
    for (const auto& [from, kb] : steps) total += b.share(i) > from ? kb : 0;
    return total;
  });
  b.Noise(b.Pick(20, 120));
  return b.Finish(false);
}
SimulatedRun PoolToCap(std::uint64_t seed) {
  Builder b = Usual(seed);
  const double full = b.Pick(0.1, 0.35), most = std::round(b.Pick(4, 24));
  SimulatedRun& run = b.run();
  for (std::size_t i = 0; i < b.size(); ++i) {
    const double open = std::floor(std::min(b.share(i) / full, 1.0) * most);
    run.connections[i] += open;
    run.fds[i] += open;
    run.heap_kb[i] += 120 * open;
  }
  b.Noise(b.Pick(50, 200));
  return b.Finish();
}
SimulatedRun Quiet(std::uint64_t seed) {
  Builder b = Usual(seed);
  b.Noise(b.Pick(0, 40));
  return b.Finish(b.Pick(0, 1) < 0.5);
}
SimulatedRun Sessions(std::uint64_t seed) {
  Builder b = Usual(seed);
  b.Noise(b.Pick(60, 400), 10);
  b.LeakPerPayment(b.Pick(6e3, 20e3) / b.run().payments.back(), true);
  return b.Finish();
}
SimulatedRun LateLeak(std::uint64_t seed) {
  Builder b = Usual(seed);
  b.WarmUp(b.Pick(1e3, 10e3), b.Pick(0.01, 0.05) * b.whole());
  b.Noise(b.Pick(60, 300), 6);
  b.Leak(b.Pick(8e3, 25e3), b.Pick(0.3, 0.6));
  return b.Finish();
}
SimulatedRun HandlesKept(std::uint64_t seed) {
  Builder b = Usual(seed);
  SimulatedRun& run = b.run();
  b.Noise(150);
  const double every = std::max(1.0, std::floor(run.reconnects.back() / 25));
  for (std::size_t i = 0; i < b.size(); ++i) run.fds[i] += std::floor(run.reconnects[i] / every) + (b.Pick(0, 1) < 0.1);
  b.Truth("fds", std::floor(run.reconnects.back() / every) / (b.whole() / 60));
  return b.Finish();
}
SimulatedRun ThreadsKept(std::uint64_t seed) {
  Builder b = Usual(seed);
  b.Noise(150);
  const double kept = std::round(b.Pick(8, 30));
  for (std::size_t i = 0; i < b.size(); ++i) b.run().threads[i] += std::floor(kept * b.share(i));
  b.Truth("threads", kept / (b.whole() / 60));
  return b.Finish();
}

}  // namespace

const std::vector<Family>& Families() {
  static const std::vector<Family> families = {
      {"H_lru_churn", false, [](std::uint64_t s) { return LruChurn(s, false); }},
      {"H_java_like", false, [](std::uint64_t s) { return JavaLike(s, false); }},
      {"H_idle_then_busy", false, [](std::uint64_t s) { return IdleThenBusy(s, false); }},
      {"H_uneven_restarts", false, [](std::uint64_t s) { return UnevenRestarts(s, false); }},
      {"H_hidden_wave", false, [](std::uint64_t s) { return HiddenWave(s, false); }},
      {"H_stages", false, Stages},
      {"H_batches", false, Batches},
      {"H_slowing_steps", false, SlowingSteps},
      {"H_pool_to_cap", false, PoolToCap},
      {"H_quiet", false, Quiet},
      {"H_minute", false, [](std::uint64_t s) { return Minute(s, 0, false); }},
      {"H_minute_restarts", false, [](std::uint64_t s) { return Minute(s, 0, true); }},
      {"L_lru_churn", true, [](std::uint64_t s) { return LruChurn(s, true); }},
      {"L_java_like", true, [](std::uint64_t s) { return JavaLike(s, true); }},
      {"L_java_native", true, [](std::uint64_t s) { return JavaLike(s, false, 400); }},
      {"L_idle_then_busy", true, [](std::uint64_t s) { return IdleThenBusy(s, true); }},
      {"L_uneven_restarts", true, [](std::uint64_t s) { return UnevenRestarts(s, true); }},
      {"L_hidden_wave", true, [](std::uint64_t s) { return HiddenWave(s, true); }},
      {"L_sessions", true, Sessions},
      {"L_late", true, LateLeak},
      {"L_handles", true, HandlesKept},
      {"L_threads", true, ThreadsKept},
      {"L_minute", true, [](std::uint64_t s) { return Minute(s, 4096, false); }},
      {"L_minute_restarts", true, [](std::uint64_t s) { return Minute(s, 4096, true); }},
  };
  return families;
}

SimulatedRun Simulate(const Family& family, std::uint64_t seed, int instance) {
  std::uint64_t key = seed * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(instance) * 0xbf58476d1ce4e5b9ULL;
  for (char c : family.name) key = (key ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return family.simulate(key ^ (key >> 29));
}

}  // namespace seep::analysis
