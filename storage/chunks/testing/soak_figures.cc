#include "storage/chunks/testing/soak_figures.h"

#include <algorithm>
#include <cmath>

#include "common/status/check.h"
#include "storage/chunks/chunk_samples.h"

namespace seep::storage::testing {
namespace {

enum Gauge : std::size_t {
  kRss, kAnonymous, kVsz, kCpuPercent, kMemoryPercent, kThreads, kFds, kTcpConnections, kMinorFaults, kMajorFaults,
  kVoluntarySwitches, kInvoluntarySwitches, kReadBytes, kWrittenBytes, kHeapAllocated, kHeapInUse, kListeners, kTasks,
  kPayments, kErrors
};

constexpr double kPage = 4096;
constexpr double kMemoryOfHost = 8'219'377'664;
constexpr std::int64_t kIntervalUs = 1'000'000;
constexpr std::int64_t kBeginWallUs = 1'763'000'000'000'000;

// As agents round them.
double ToDecimals(double value, double power) { return std::round(value * power) / power; }
double Whole(double value, double unit) { return std::floor(value / unit) * unit; }

}  // namespace

const std::array<const char*, kSoakGauges> kSoakGaugeNames = {
    "rss", "anonymous", "vsz", "cpu_percent", "memory_percent", "threads", "fds", "tcp_connections", "minor_faults",
    "major_faults", "voluntary_switches", "involuntary_switches", "read_bytes", "written_bytes", "heap_allocated",
    "heap_in_use", "listeners", "tasks", "payments", "errors"};

double SoakTarget::Uniform(double least, double greatest) {
  return least + (greatest - least) * random_.Uniform();
}

double SoakTarget::Events(double mean) { return std::floor(std::max(0.0, mean + Uniform(-1.7, 1.7) * std::sqrt(mean)) + 0.5); }

void SoakTarget::Memory() {
  auto& v = now_.values;
  heap_ += Uniform(40e3, 160e3);
  if (heap_ > 20e6 + Uniform(0, 2e6)) heap_ = 12e6 + Uniform(0, 400e3);  // its collector ran
  swing_pages_ = 0.9 * swing_pages_ + Uniform(-20, 20);
  const double leaked = leak_ * static_cast<double>(sequence_);
  v[kHeapAllocated] = Whole(heap_, 16);
  v[kHeapInUse] = Whole(heap_ * 1.1, 8192);
  v[kRss] = Whole(96e6 + leaked + swing_pages_ * kPage, kPage);
  v[kAnonymous] = Whole(v[kRss] - 21e6 + Uniform(-3, 3) * kPage, kPage);
  if (sequence_ == 1 || OneIn(200)) v[kVsz] = Whole(1.2e9 + Uniform(0, 64) * 1048576, kPage);
  v[kMemoryPercent] = ToDecimals(v[kRss] / kMemoryOfHost * 100, 1e6);
}

void SoakTarget::Counters() {
  auto& v = now_.values;
  const double work = Events(50);
  v[kPayments] += work;
  v[kMinorFaults] += Events(30);
  v[kMajorFaults] += OneIn(500) ? 1 : 0;
  v[kVoluntarySwitches] += Events(220);
  v[kInvoluntarySwitches] += Events(9);
  v[kReadBytes] += work * 310 + Events(100);
  v[kWrittenBytes] += work * 540 + Events(300);
  v[kErrors] += OneIn(300) ? 1 : 0;
}

const SoakFigures& SoakTarget::Next() {
  ++sequence_;
  const std::int64_t late = static_cast<std::int64_t>(-250 * std::log(1 - Uniform(0, 0.9999)));
  const std::int64_t before = now_.monotonic_us;
  now_.monotonic_us = static_cast<std::int64_t>(sequence_) * kIntervalUs + late;
  now_.wall_us = kBeginWallUs + now_.monotonic_us + static_cast<std::int64_t>(random_.Below(2));
  Memory();
  Counters();
  auto& v = now_.values;
  const double ticks = Events(6);  // of 10 ms
  v[kCpuPercent] = ToDecimals(ticks * 10'000 / static_cast<double>(now_.monotonic_us - before) * 100, 1e3);
  v[kThreads] = 14 + (OneIn(40) ? 1 : 0);
  v[kFds] = 31 + static_cast<double>(random_.Below(3));
  v[kTcpConnections] = 4 + (OneIn(10) ? 1 : 0);
  v[kListeners] = 8;
  v[kTasks] = 16 + static_cast<double>(random_.Below(5));
  return now_;
}

v1::Sample SoakTarget::NextSample() {
  const SoakFigures& figures = Next();
  v1::Sample sample;
  sample.set_sequence(sequence_);
  sample.set_monotonic_us(figures.monotonic_us);
  sample.set_wall_us(figures.wall_us);
  sample.set_generation(1);
  sample.set_phase(v1::PHASE_SOAK);
  for (std::size_t i = 0; i < kSoakGauges; ++i) {
    sample.add_gauge(static_cast<std::uint32_t>(i + 1));
    sample.add_value(figures.values[i]);
  }
  return sample;
}

Chunk SoakChunk(std::uint64_t seed, std::size_t count) {
  SoakTarget target(seed);
  ChunkBuilder builder;
  for (std::size_t i = 0; i < count; ++i) {
    const absl::Status added = builder.Add(target.NextSample());
    SEEP_CHECK(added.ok()) << added;
  }
  return builder.Take();
}

}  // namespace seep::storage::testing
