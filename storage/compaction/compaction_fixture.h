// For tests: a database with two runs, appended to and compacted by hand.
#ifndef SEEP_STORAGE_COMPACTION_COMPACTION_FIXTURE_H_
#define SEEP_STORAGE_COMPACTION_COMPACTION_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/clock/fake_clock.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/compaction/compactor.h"
#include "storage/migrations/migration.h"
#include "storage/queries/sample_reader.h"
#include "storage/queries/views.h"
#include "storage/sqlite/transaction.h"
#include "storage/stores/stores.h"
#include "storage/testing/sample_batches.h"

namespace seep::storage::testing {

class CompactionFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-compaction-test"));
    directory_.emplace(std::move(directory));
    ASSERT_OK_AND_ASSIGN(db_, sqlite::Database::Open(directory_->path() + "/seep.db", sqlite::Access::kReadWrite));
    ASSERT_OK(Migrate(*db_, Migrations(), kViews));
    stores_.emplace(*db_, 1 << 20);
    compactor_.emplace(*db_, clock_, CompactionOptions());
    NewCampaign campaign;
    campaign.runs.resize(2);
    InTransaction([&] { ASSERT_OK(stores_->campaigns.Create(campaign)); });
  }
  template <typename Body>
  void InTransaction(Body body) {
    ASSERT_OK_AND_ASSIGN(auto transaction, sqlite::Transaction::Begin(*db_, sqlite::Transaction::Kind::kWrite));
    body();
    ASSERT_OK(transaction.Commit());
  }
  void Append(const v1::SampleBatch& batch) {
    InTransaction([&] { ASSERT_OK(stores_->samples.Append(batch, 0)); });
  }
  // As MakeBatch, in batches of `each`.
  void AppendMany(const std::string& run, std::uint64_t first, std::uint64_t count, std::uint32_t each,
                  const BatchShape& shape = {}) {
    InTransaction([&] {
      for (std::uint64_t at = first; at < first + count; at += each) {
        ASSERT_OK(stores_->samples.Append(MakeBatch(run, at, each, shape), 0));
      }
    });
  }
  void EndRun(const std::string& run_id) {
    InTransaction([&] {
      ASSERT_OK_AND_ASSIGN(v1::Run run, stores_->runs.Load(run_id));
      ASSERT_OK_AND_ASSIGN(const RunNo number, FindRun(*db_, run_id));
      run.set_state(v1::RUN_STATE_FINISHED);
      ASSERT_OK(stores_->runs.Update(number, run, 0));
      ASSERT_OK(stores_->samples.CloseRun(number));
    });
  }
  // Until there is nothing left to do, as long as it takes.
  void Compact() {
    SampleStore::Ripe ripe = stores_->samples.TakeRipe();
    for (const StreamNo stream : ripe.full) compactor_->AddFull(stream);
    for (const StreamNo stream : ripe.ending) compactor_->AddEnding(stream);
    for (int slices = 0; compactor_->next() < MonotonicTime(absl::InfiniteDuration()); ++slices) {
      ASSERT_LT(slices, 1000);
      if (compactor_->next() > clock_.Now()) clock_.Advance(compactor_->next() - clock_.Now());
      compactor_->Work();
      ASSERT_EQ(compactor_->stats().failure, "");
    }
  }
  absl::StatusOr<std::vector<std::string>> ReadAll(const std::string& run_id, std::uint32_t page_size = 700) {
    std::vector<std::string> samples;
    SampleCursor cursor;
    while (true) {
      absl::StatusOr<SamplePage> page = SampleReader(*db_).Read(run_id, cursor, page_size);
      if (!page.ok()) return page.status();
      for (const v1::Sample& sample : page->samples) samples.push_back(sample.SerializeAsString());
      cursor = page->next;
      if (page->at_end) return samples;
    }
  }
  std::int64_t Count(const std::string& sql) { return db_->QueryInteger(sql).value_or(-1); }

  FakeClock clock_;
  std::optional<TempDirectory> directory_;
  std::unique_ptr<sqlite::Database> db_;
  std::optional<Stores> stores_;
  std::optional<Compactor> compactor_;
};

}  // namespace seep::storage::testing

#endif  // SEEP_STORAGE_COMPACTION_COMPACTION_FIXTURE_H_
