// Question: how fast do samples become a chunk, and a chunk samples again, one
// column or all, and how small is it?
//
// Shape: chunks of 1,024 samples of 20 gauges (testing/soak_figures.h, after
// recordings of a soaked wallet), from 16 targets in turn, so that branches and
// caches do not learn one. A value is one gauge or the time: 21 a sample.
#include <benchmark/benchmark.h>

#include "common/status/check.h"
#include "storage/chunks/chunk_codec.h"
#include "storage/chunks/chunk_samples.h"
#include "storage/chunks/column_summary.h"
#include "storage/chunks/testing/soak_figures.h"

namespace seep::storage {
namespace {

constexpr std::size_t kTargets = 16;
constexpr std::int64_t kValues = kMaxChunkSamples * (testing::kSoakGauges + 1);

const std::vector<Chunk>& Chunks() {
  static const auto* const chunks = [] {
    auto* made = new std::vector<Chunk>;
    for (std::size_t i = 0; i < kTargets; ++i) made->push_back(testing::SoakChunk(i + 1));
    return made;
  }();
  return *chunks;
}

std::vector<std::string> Encoded(bool compressed) {
  std::vector<std::string> encoded;
  for (const Chunk& chunk : Chunks()) {
    encoded.push_back(EncodeChunk(chunk));
    if (compressed) encoded.back() = *CompressChunk(encoded.back());
  }
  return encoded;
}

void Report(benchmark::State& state, std::int64_t values) { state.SetItemsProcessed(state.iterations() * values); }

void ReportSize(benchmark::State& state, const std::vector<std::string>& encoded) {
  std::size_t bytes = 0;
  for (const std::string& chunk : encoded) bytes += chunk.size();
  state.counters["bytes/value"] = static_cast<double>(bytes) / static_cast<double>(kValues * kTargets);
}

void BM_Build(benchmark::State& state) {
  std::vector<v1::Sample> samples;
  for (testing::SoakTarget target(1); samples.size() < kMaxChunkSamples;) samples.push_back(target.NextSample());
  for (auto _ : state) {
    ChunkBuilder builder;
    for (const v1::Sample& sample : samples) SEEP_CHECK(builder.Add(sample).ok());
    benchmark::DoNotOptimize(builder.Take());
  }
  Report(state, kValues);
}
BENCHMARK(BM_Build);

void BM_Encode(benchmark::State& state) {
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(EncodeChunk(Chunks()[i++ % kTargets]));
  Report(state, kValues);
  ReportSize(state, Encoded(false));
}
BENCHMARK(BM_Encode);

void BM_Compress(benchmark::State& state) {
  const std::vector<std::string> encoded = Encoded(false);
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(CompressChunk(encoded[i++ % kTargets]));
  Report(state, kValues);
  ReportSize(state, Encoded(true));
}
BENCHMARK(BM_Compress);

void BM_Summarise(benchmark::State& state) {
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(Summarise(Chunks()[i++ % kTargets]));
  Report(state, kValues);
}
BENCHMARK(BM_Summarise);

// All gauges and the times. Argument: compressed or not.
void BM_DecodeColumns(benchmark::State& state) {
  const std::vector<std::string> encoded = Encoded(state.range(0) != 0);
  std::vector<std::int64_t> times;
  GaugeColumn column;
  std::size_t i = 0;
  for (auto _ : state) {
    const auto view = ChunkView::Open(encoded[i++ % kTargets]);
    SEEP_CHECK(view.ok() && view->ReadTimes(times).ok());
    for (std::uint32_t gauge = 1; gauge <= testing::kSoakGauges; ++gauge) {
      SEEP_CHECK(view->ReadGauge(gauge, column).ok());
      benchmark::DoNotOptimize(column.values.data());
    }
  }
  Report(state, kValues);
}
BENCHMARK(BM_DecodeColumns)->Arg(0)->Arg(1);

// What a scan of one gauge costs a chunk: open, times, the gauge. Argument as above.
void BM_DecodeOneGauge(benchmark::State& state) {
  const std::vector<std::string> encoded = Encoded(state.range(0) != 0);
  std::vector<std::int64_t> times;
  GaugeColumn column;
  std::size_t i = 0;
  for (auto _ : state) {
    const auto view = ChunkView::Open(encoded[i++ % kTargets]);
    SEEP_CHECK(view.ok() && view->ReadTimes(times).ok() && view->ReadGauge(1, column).ok());
    benchmark::DoNotOptimize(column.values.data());
  }
  Report(state, 2 * kMaxChunkSamples);
}
BENCHMARK(BM_DecodeOneGauge)->Arg(0)->Arg(1);

}  // namespace
}  // namespace seep::storage

BENCHMARK_MAIN();
