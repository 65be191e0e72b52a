// Question: what does a durable sample cost, in time and on disk, when it is
// stored as an acknowledged block, and what as a wide SQL row?
//
// Shape: samples of 20 gauges of page-sized steps with noise (memory, counters),
// from 50 runs in turn, 10 a batch (an agent's 10 s at one a second), as agents
// deliver them; commits of 100 batches, synchronous=FULL on both sides. `disk`
// is the file after a checkpoint, indexes and the minute rows included.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/os/temp_directory.h"
#include "common/status/check.h"
#include "storage/migrations/migration.h"
#include "storage/sqlite/transaction.h"
#include "storage/stores/stores.h"
#include "storage/testing/sample_batches.h"

namespace seep::storage {
namespace {

constexpr int kRuns = 50;
constexpr int kGauges = 20;
constexpr std::uint32_t kBatchSamples = 10;
constexpr int kBatchesPerCommit = 100;

struct Bench {
  Bench() : directory(*TempDirectory::Create("seep-bench")), path(directory.path() + "/seep.db") {
    auto opened = sqlite::Database::Open(path, sqlite::Access::kReadWrite);
    SEEP_CHECK(opened.ok()) << opened.status();
    db = *std::move(opened);
  }
  void Report(benchmark::State& state, std::int64_t samples) {
    SEEP_CHECK(db->Execute("PRAGMA wal_checkpoint(TRUNCATE)").ok());
    state.SetItemsProcessed(samples);
    state.counters["disk_bytes/sample"] = static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(samples);
  }
  TempDirectory directory;
  std::string path;
  std::unique_ptr<sqlite::Database> db;
};

void Check(const absl::Status& status) { SEEP_CHECK(status.ok()) << status; }

sqlite::Transaction Begin(sqlite::Database& db) {
  auto transaction = sqlite::Transaction::Begin(db, sqlite::Transaction::Kind::kWrite);
  SEEP_CHECK(transaction.ok()) << transaction.status();
  return *std::move(transaction);
}

void BM_AppendBlocks(benchmark::State& state) {
  Bench bench;
  Check(Migrate(*bench.db, Migrations(), nullptr).status());
  Stores stores(*bench.db, 1 << 20);
  NewCampaign campaign;
  campaign.runs.resize(kRuns);
  Check(stores.campaigns.Create(campaign).status());
  std::int64_t samples = 0;
  std::uint64_t sequence = 1;
  int run = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<v1::SampleBatch> batches;
    for (int i = 0; i < kBatchesPerCommit; ++i) {
      batches.push_back(testing::MakeBatch(RunId(RunNo{run + 1}), sequence, kBatchSamples));
      if (++run == kRuns) run = 0, sequence += kBatchSamples;
    }
    state.ResumeTiming();
    sqlite::Transaction transaction = Begin(*bench.db);
    for (const v1::SampleBatch& batch : batches) {
      Check(stores.samples.Append(batch, 0).status());
      samples += kBatchSamples;
    }
    Check(transaction.Commit());
  }
  bench.Report(state, samples);
}
BENCHMARK(BM_AppendBlocks)->Unit(benchmark::kMillisecond);

void BM_WideRows(benchmark::State& state) {
  Bench bench;
  std::string columns, marks;
  for (int i = 0; i < kGauges; ++i) {
    absl::StrAppend(&columns, ", g", i, " REAL");
    absl::StrAppend(&marks, ", ?");
  }
  Check(bench.db->Execute(absl::StrCat("CREATE TABLE wide (run INTEGER, t_us INTEGER, generation INTEGER", columns,
                                       ", PRIMARY KEY (run, t_us)) STRICT")));
  const std::string insert = absl::StrCat("INSERT INTO wide VALUES (?, ?, ?", marks, ")");
  std::int64_t samples = 0;
  std::uint64_t sequence = 1;
  int run = 0;
  for (auto _ : state) {
    sqlite::Transaction transaction = Begin(*bench.db);
    for (int i = 0; i < kBatchesPerCommit; ++i) {
      for (std::uint64_t k = sequence; k < sequence + kBatchSamples; ++k, ++samples) {
        auto row = bench.db->Prepare(insert);
        row->BindAll(run, static_cast<std::int64_t>(k) * 1'000'000, 1);
        for (int g = 0; g < kGauges; ++g) row->BindReal(4 + g, testing::ValueOf(k, static_cast<std::uint32_t>(g)));
        Check(row->Run());
      }
      if (++run == kRuns) run = 0, sequence += kBatchSamples;
    }
    Check(transaction.Commit());
  }
  bench.Report(state, samples);
}
BENCHMARK(BM_WideRows)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace seep::storage

BENCHMARK_MAIN();
