#include "storage/bench/store_filler.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/status/check.h"
#include "storage/bench/cpu_time.h"
#include "storage/chunks/testing/soak_figures.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/waiting_store.h"

namespace seep::storage::bench {
namespace {

// So much is on its way at once: enough to fill a commit, a fraction of what the store's queue takes.
constexpr std::size_t kMostInFlight = std::size_t{16} << 20;

// Threads: safe from any.
class InFlight {
 public:
  void Take(std::size_t bytes) {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(+[](std::size_t* now) { return *now < kMostInFlight; }, &bytes_));
    bytes_ += bytes;
  }
  void Give(std::size_t bytes) {
    absl::MutexLock lock(&mutex_);
    bytes_ -= bytes;
  }
  void AwaitNone() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(+[](std::size_t* now) { return *now == 0; }, &bytes_));
  }

 private:
  absl::Mutex mutex_;
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

void Define(v1::SampleBlock& block) {
  for (std::size_t i = 0; i < testing::kSoakGauges; ++i) {
    v1::GaugeDefinition* const gauge = block.add_gauges();
    gauge->set_id(static_cast<std::uint32_t>(i + 1));
    gauge->set_name(testing::kSoakGaugeNames[i]);
    gauge->set_kind(v1::GAUGE_KIND_GAUGE);
    gauge->set_origin(v1::GAUGE_ORIGIN_OUTSIDE);
  }
}

v1::SampleBatch NextBatch(const std::string& run_id, testing::SoakTarget& target, std::uint64_t count) {
  v1::SampleBlock block;
  v1::SampleBatch batch;
  batch.set_first_sequence(target.sequence() + 1);
  batch.set_count(static_cast<std::uint32_t>(count));
  if (target.sequence() == 0) Define(block);
  for (std::uint64_t i = 0; i < count; ++i) *block.add_samples() = target.NextSample();
  batch.mutable_stream()->set_agent("lab-1");
  batch.mutable_stream()->set_boot_epoch("e1");
  batch.mutable_stream()->set_run_id(run_id);
  testing::Seal(batch, block);
  return batch;
}

void Post(testing::WaitingStore& store, v1::SampleBatch batch, InFlight& in_flight) {
  const std::size_t bytes = batch.block().size();
  in_flight.Take(bytes);
  store.loop().Post([&store, &in_flight, bytes, batch = std::move(batch)]() mutable {
    store.store().AppendSamples(std::move(batch), [&in_flight, bytes](absl::StatusOr<AppendOutcome> outcome) {
      SEEP_CHECK(outcome.ok()) << outcome.status();
      in_flight.Give(bytes);
    });
  });
}

void AwaitSettled(testing::WaitingStore& store) {
  for (std::int64_t left = 1; left > 0; absl::SleepFor(absl::Milliseconds(20))) {
    const absl::Status looked = store.WaitStatus([&left](Store& s, Done done) {
      static_cast<SqliteStore&>(s).Inspect(
          [&left](sqlite::Database& db) {
            const auto unsettled = db.QueryInteger("SELECT count(*) FROM stream WHERE settled = 0");
            if (unsettled.ok()) left = *unsettled;
            return unsettled.status();
          },
          std::move(done));
    });
    SEEP_CHECK(looked.ok()) << looked;
    SEEP_CHECK(store.store().stats().compaction.streams_failed == 0) << store.store().stats().compaction.failure;
  }
}

}  // namespace

double LeakOf(int run) { return run % 3 == 0 ? 100.0 * (run + 1) : 0; }

FillCost Fill(const FillPlan& plan) {
  testing::WaitingStore store;
  StoreOptions options;
  options.directory = plan.directory;
  options.compaction.settle_after = absl::ZeroDuration();
  SEEP_CHECK(store.Open(options).ok()) << plan.directory;
  const auto campaign = store.CreateRuns(plan.runs);
  SEEP_CHECK(campaign.ok()) << campaign.status();
  std::vector<testing::SoakTarget> targets;
  for (int run = 0; run < plan.runs; ++run) targets.emplace_back(static_cast<std::uint64_t>(run) + 1, LeakOf(run));

  const auto cpu = [] { return ProcessCpuSeconds() - ThreadCpuSeconds(); };
  const double before = cpu();
  InFlight in_flight;
  for (std::uint64_t sent = 0; sent < plan.samples_per_run; sent += plan.samples_per_message) {
    const std::uint64_t count = std::min<std::uint64_t>(plan.samples_per_message, plan.samples_per_run - sent);
    for (int run = 0; run < plan.runs; ++run) {
      const auto index = static_cast<std::size_t>(run);
      Post(store, NextBatch(campaign->runs[index].spec().run_id(), targets[index], count), in_flight);
    }
  }
  in_flight.AwaitNone();
  FillCost cost;
  cost.acknowledged = cpu() - before;
  for (const v1::Run& run : campaign->runs) {
    const auto ended = store.SetState(run.spec().run_id(), v1::RUN_STATE_FINISHED);
    SEEP_CHECK(ended.ok()) << ended.status();
  }
  AwaitSettled(store);
  cost.settled = cpu() - before;
  store.Close();
  return cost;
}

}  // namespace seep::storage::bench
