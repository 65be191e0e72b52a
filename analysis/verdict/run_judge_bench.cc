// Question: what does judging cost beyond reading the samples?
// Shape: 10 series of one process at 1,000,000 samples (eleven days at 1 s):
// two heaps that breathe under a collector, resident memory that follows, six
// integer gauges that hover, one leak. Real soaks look like this; all series
// flat would be kinder, all leaking harder.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <vector>

#include "analysis/verdict/run_judge.h"

namespace seep::analysis {
namespace {

constexpr int kSeries = 10;

const std::vector<double>& Rows(std::size_t samples) {
  static std::vector<double> rows;
  if (rows.size() == samples * kSeries) return rows;
  rows.resize(samples * kSeries);
  std::mt19937 random(7);
  std::normal_distribution<float> noise;
  for (std::size_t i = 0; i < samples; ++i) {
    double* row = &rows[i * kSeries];
    const double t = static_cast<double>(i);
    const double saw = std::fmod(t, 61.0) / 61.0 * 20e6, leak = t * 60;
    row[0] = 120e6 + saw + leak + 4096 * std::floor(20 * noise(random));
    row[1] = 60e6 + saw + leak + 2e4 * noise(random);
    row[2] = 40e6 + std::fmod(t, 97.0) / 97.0 * 9e6 + 2e4 * noise(random);
    row[3] = 150e6 + 4096 * std::floor(30 * noise(random));
    for (int k = 4; k < kSeries; ++k) row[k] = 20 + k + std::floor(1.5 + noise(random));
  }
  return rows;
}

RunJudge Fresh() {
  RunJudge judge({});
  judge.AddSeries(ClassifySeries("rss", "bytes", false));
  judge.AddSeries(ClassifySeries("heap_alloc", "bytes", false));
  judge.AddSeries(ClassifySeries("heap_inuse", "bytes", false));
  judge.AddSeries(ClassifySeries("wasm_memory", "bytes", false));
  for (const char* name : {"threads", "fds", "conns", "listeners", "streams", "goroutines"}) {
    judge.AddSeries(ClassifySeries(name, "count", false));
  }
  judge.AddOperation("payments");
  return judge;
}

void Feed(RunJudge& judge, const std::vector<double>& rows, std::size_t samples) {
  for (std::size_t i = 0; i < samples; ++i) {
    const double operations[] = {3.0 * static_cast<double>(i)};
    judge.AddSample({static_cast<double>(i), 1, Phase::kSoak, {&rows[i * kSeries], kSeries}, operations, 8});
  }
}

void BM_FeedAndJudge(benchmark::State& state) {
  const std::size_t samples = static_cast<std::size_t>(state.range(0));
  const std::vector<double>& rows = Rows(samples);
  for (auto _ : state) {
    RunJudge judge = Fresh();
    Feed(judge, rows, samples);
    benchmark::DoNotOptimize(judge.Final());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * samples * kSeries));
}
BENCHMARK(BM_FeedAndJudge)->Arg(1'000'000)->Arg(3'600)->Unit(benchmark::kMillisecond);

// What the verdict itself costs once the samples are in.
void BM_JudgeOnly(benchmark::State& state) {
  const std::size_t samples = static_cast<std::size_t>(state.range(0));
  RunJudge judge = Fresh();
  Feed(judge, Rows(samples), samples);
  for (auto _ : state) benchmark::DoNotOptimize(judge.Provisional());
}
BENCHMARK(BM_JudgeOnly)->Arg(1'000'000)->Arg(3'600)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace seep::analysis

BENCHMARK_MAIN();
