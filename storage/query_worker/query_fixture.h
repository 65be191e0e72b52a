// For tests: a store with two runs of samples, and queries that are waited for.
// Run r-0001 is over (300 samples of 20 gauges, one a second), r-0002 goes on.
#ifndef SEEP_STORAGE_QUERY_WORKER_QUERY_FIXTURE_H_
#define SEEP_STORAGE_QUERY_WORKER_QUERY_FIXTURE_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/query_worker/query_process.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/waiting_store.h"

namespace seep::storage::testing {

class QueryFixture : public ::testing::Test {
 protected:
  struct Answer {
    absl::Status status;
    std::vector<std::string> columns;
    std::vector<v1::QueryResponse::Row> rows;
    bool truncated = false;
  };

  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-query-test"));
    directory_.emplace(std::move(directory));
    ASSERT_OK_AND_ASSIGN(const std::string own, OwnBinaryDirectory());
    worker_ = own + "/../bin/seep-query-worker";
    StoreOptions options;
    options.directory = directory_->path();
    store_.emplace();
    ASSERT_OK(store_->Open(options));
    ASSERT_OK(store_->CreateRuns(2));
    for (const std::string run : {"r-0001", "r-0002"}) {
      for (std::uint64_t first = 1; first <= 300; first += 100) ASSERT_OK(store_->Append(MakeBatch(run, first, 100)));
    }
    ASSERT_OK(store_->SetState("r-0001", v1::RUN_STATE_FINISHED));
    ASSERT_OK(store_->SetState("r-0001", v1::RUN_STATE_QUEUED));  // for the test of values
    database_ = options.directory + "/seep.db";
  }

  Answer Ask(const std::string& sql) {
    Answer answer;
    std::unique_ptr<QueryProcess> process;
    absl::Notification done;
    store_->loop().Post([&] {
      auto started = QueryProcess::Start(
          worker_, database_, sql, limits_, store_->loop(),
          [&](v1::QueryResponse response) {
            for (const std::string& column : response.columns()) answer.columns.push_back(column);
            for (const auto& row : response.rows()) answer.rows.push_back(row);
            answer.truncated |= response.truncated();
          },
          [&](absl::Status status) {
            answer.status = std::move(status);
            process.reset();
            done.Notify();
          });
      if (started.ok()) {
        process = *std::move(started);
      } else {
        answer.status = started.status();
        done.Notify();
      }
    });
    done.WaitForNotification();  // bounded by the query's own limit
    return answer;
  }

  std::optional<TempDirectory> directory_;
  std::optional<WaitingStore> store_;
  std::string worker_, database_;
  QueryLimits limits_;
};

}  // namespace seep::storage::testing

#endif  // SEEP_STORAGE_QUERY_WORKER_QUERY_FIXTURE_H_
