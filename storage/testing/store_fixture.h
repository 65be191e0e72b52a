// For tests: a store in a directory of its own that can be opened again.
#ifndef SEEP_STORAGE_TESTING_STORE_FIXTURE_H_
#define SEEP_STORAGE_TESTING_STORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/testing/waiting_store.h"

namespace seep::storage::testing {

class StoreFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TempDirectory::Create("seep-store-test");
    ASSERT_OK(directory);
    directory_.emplace(*std::move(directory));
    options_.directory = directory_->path() + "/data";
    options_.commit_interval = absl::Milliseconds(2);
    Open();
  }
  void Open() {
    store_.emplace();
    ASSERT_OK(store_->Open(options_));
  }
  void Reopen() {
    store_.reset();
    Open();
  }
  // All samples of the run, read in pages of `page`.
  std::vector<v1::Sample> ReadAll(const std::string& run_id, std::uint32_t page) {
    std::vector<v1::Sample> samples;
    SampleCursor cursor;
    while (true) {
      auto got = store_->Wait<SamplePage>([&](Store& s, auto answer) {
        s.ReadSamples(run_id, cursor, page, std::move(answer));
      });
      EXPECT_OK(got);
      if (!got.ok()) return samples;
      EXPECT_LE(got->samples.size(), page);
      samples.insert(samples.end(), got->samples.begin(), got->samples.end());
      cursor = got->next;
      if (got->at_end) return samples;
    }
  }
  std::vector<Gap> Gaps(const std::string& run_id) {
    auto gaps = store_->Wait<std::vector<Gap>>([&](Store& s, auto got) { s.ListGaps(run_id, std::move(got)); });
    EXPECT_OK(gaps);
    return gaps.ok() ? *gaps : std::vector<Gap>();
  }

  std::optional<TempDirectory> directory_;
  StoreOptions options_;
  std::optional<WaitingStore> store_;
};

}  // namespace seep::storage::testing

#endif  // SEEP_STORAGE_TESTING_STORE_FIXTURE_H_
