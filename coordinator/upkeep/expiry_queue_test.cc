// A large deletion among the writes of runs that go on.
#include "coordinator/upkeep/expiry_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "absl/synchronization/notification.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"
#include "storage/testing/sample_batches.h"
#include "storage/testing/waiting_store.h"

namespace seep::coordinator {
namespace {

using seep::testing::StatusIs;
using storage::testing::MakeBatch;
using storage::testing::WaitingStore;

class ExpiryQueueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-expiry-queue-test"));
    directory_.emplace(std::move(directory));
    storage::StoreOptions options;
    options.directory = directory_->path();
    options.commit_interval = absl::Milliseconds(5);
    options.compaction.settle_after = absl::Hours(1);  // tails are the more rows
    ASSERT_OK(store_.Open(options));
    ASSERT_OK(store_.CreateRuns(2));
    OnLoop([&] { queue_ = std::make_unique<ExpiryQueue>(store_.loop(), store_.store()); });
  }
  void TearDown() override {
    OnLoop([&] { queue_.reset(); });
    store_.Close();
  }
  void OnLoop(std::function<void()> work) {
    absl::Notification done;
    store_.loop().Post([&] {
      work();
      done.Notify();
    });
    done.WaitForNotification();
  }
  void Fill(int batches) {
    std::atomic<int> left{batches};
    absl::Notification done;
    for (int i = 0; i < batches; ++i) {
      store_.loop().Post([&, i] {
        store_.store().AppendSamples(MakeBatch("r-0001", static_cast<std::uint64_t>(i) * 20 + 1, 20),
                                     [&](absl::StatusOr<storage::AppendOutcome> got) {
                                       EXPECT_OK(got);
                                       if (--left == 0) done.Notify();
                                     });
      });
    }
    ASSERT_TRUE(done.WaitForNotificationWithTimeout(absl::Minutes(2)));
    ASSERT_OK(store_.SetState("r-0001", v1::RUN_STATE_FINISHED));
  }

  std::optional<TempDirectory> directory_;
  WaitingStore store_;
  std::unique_ptr<ExpiryQueue> queue_;
};

// Counted in pieces, not in time: whatever the machine, a sample waits for the
// piece that is being carried out and the one that shares its commit.
TEST_F(ExpiryQueueTest, SamplesNeverWaitForMoreThanAPieceOrTwo) {
  Fill(6000);
  std::atomic<int> pieces{0};
  std::atomic<bool> done{false};
  absl::Status ended;
  OnLoop([&] {
    queue_->Add({"r-0001", v1::SAMPLE_TIER_NONE, "a test"}, [&](std::int64_t) { ++pieces; },
                [&](absl::Status status) {
                  ended = std::move(status);
                  done = true;
                });
  });
  int appended = 0, most = 0;
  for (std::uint64_t next = 1; !done; next += 10, ++appended) {
    const int before = pieces;
    ASSERT_OK(store_.Append(MakeBatch("r-0002", next, 10)));
    most = std::max(most, pieces - before);
  }
  EXPECT_OK(ended);
  EXPECT_GT(pieces, 3) << "it was large";
  EXPECT_GT(appended, 0);
  EXPECT_LE(most, 4);
  EXPECT_THAT(store_.GetRun("r-0001"), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(const v1::Run other, store_.GetRun("r-0002"));
  EXPECT_EQ(other.samples(), static_cast<std::uint64_t>(appended) * 10);
}

TEST_F(ExpiryQueueTest, OneThatMayNotLeaveDoesNotHoldUpTheNext) {
  Fill(3);
  std::optional<absl::Status> open, over;
  absl::Notification done;
  OnLoop([&] {
    queue_->Add({"r-0002", v1::SAMPLE_TIER_NONE, "a test"}, [](std::int64_t) {}, [&](absl::Status status) { open = status; });
    queue_->Add({"r-0001", v1::SAMPLE_TIER_MINUTES, "a test"}, [](std::int64_t) {}, [&](absl::Status status) {
      over = status;
      done.Notify();
    });
  });
  ASSERT_TRUE(done.WaitForNotificationWithTimeout(absl::Minutes(1)));
  EXPECT_THAT(*open, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_OK(*over);
}

}  // namespace
}  // namespace seep::coordinator
