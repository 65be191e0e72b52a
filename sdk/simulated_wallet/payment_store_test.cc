#include "sdk/simulated_wallet/payment_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/os/temp_directory.h"
#include "common/status/status_matchers.h"

namespace seep::wallet {
namespace {

using ::seep::testing::StatusIs;

Payment MakePayment(int n) {
  return {n, absl::StrCat("p", n), "completed", "send", "spark", 10 + n, 1, 1000 + n};
}

class PaymentStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<PaymentStore> Open(const std::string& identity = "02aa",
                                     std::int64_t limit = 100) {
    auto store = PaymentStore::Open(file_, identity, limit);
    EXPECT_OK(store);
    return *std::move(store);
  }
  TempDirectory directory_ = *TempDirectory::Create("seep-store-test");
  std::string file_ = directory_.path() + "/wallet.db";
};

TEST_F(PaymentStoreTest, KeepsPaymentsOverAReopen) {
  ASSERT_OK_AND_ASSIGN(const bool is_new, Open()->Insert(MakePayment(1), "key"));
  EXPECT_TRUE(is_new);
  auto store = Open();
  ASSERT_OK_AND_ASSIGN(const auto payments, store->List(0, 0));
  ASSERT_EQ(payments.size(), 1u);
  EXPECT_EQ(payments[0].id, "p1");
  EXPECT_EQ(payments[0].amount_sats, 11);
  EXPECT_EQ(payments[0].timestamp, 1001);
  ASSERT_OK_AND_ASSIGN(const auto found, store->FindByKey("key"));
  EXPECT_EQ(found->id, "p1");
  ASSERT_OK_AND_ASSIGN(const auto missing, store->FindByKey("other"));
  EXPECT_FALSE(missing.has_value());
}

TEST_F(PaymentStoreTest, KnowsAPaymentThatItHasAndTakesItsKey) {
  auto store = Open();
  EXPECT_OK(store->Insert(MakePayment(1), ""));
  ASSERT_OK_AND_ASSIGN(const bool is_new, store->Insert(MakePayment(1), "key"));
  EXPECT_FALSE(is_new);
  ASSERT_OK_AND_ASSIGN(const auto found, store->FindByKey("key"));
  EXPECT_TRUE(found.has_value());
}

TEST_F(PaymentStoreTest, KeepsTheLatestOnly) {
  auto store = Open("02aa", 50);
  for (int i = 0; i < 500; ++i) EXPECT_OK(store->Insert(MakePayment(i), absl::StrCat("k", i)));
  ASSERT_OK_AND_ASSIGN(const auto all, store->List(0, 0));
  ASSERT_EQ(all.size(), 50u);
  EXPECT_EQ(all.front().id, "p499");
  EXPECT_EQ(all.back().id, "p450");
  ASSERT_OK_AND_ASSIGN(const auto page, store->List(2, 3));
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].id, "p496");
}

TEST_F(PaymentStoreTest, DiskStopsGrowing) {
  auto store = Open("02aa", 50);
  const auto fill = [&](int from) {
    for (int i = from; i < from + 3'000; ++i)
      EXPECT_OK(store->Insert(MakePayment(i), absl::StrCat("k", i)));
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
      bytes += entry.file_size();
    return bytes;
  };
  fill(0);
  const auto once = fill(3'000);
  EXPECT_LE(fill(6'000), once + 64 * 1024);
}

TEST_F(PaymentStoreTest, RemembersCursorAndOpener) {
  {
    auto store = Open();
    ASSERT_OK_AND_ASSIGN(const std::int64_t start, store->SyncCursor());
    EXPECT_EQ(start, 0);
    EXPECT_OK(store->SetSyncCursor(17));
    ASSERT_OK_AND_ASSIGN(const bool again, store->NoteOpenedBy("process-1"));
    EXPECT_FALSE(again);
  }
  auto store = Open();
  ASSERT_OK_AND_ASSIGN(const std::int64_t cursor, store->SyncCursor());
  EXPECT_EQ(cursor, 17);
  ASSERT_OK_AND_ASSIGN(const bool same, store->NoteOpenedBy("process-1"));
  EXPECT_TRUE(same);
  ASSERT_OK_AND_ASSIGN(const bool other, store->NoteOpenedBy("process-2"));
  EXPECT_FALSE(other);
}

TEST_F(PaymentStoreTest, RefusesWhatIsNotItsOwn) {
  Open("02aa");
  EXPECT_THAT(PaymentStore::Open(file_, "02bb", 10), StatusIs(absl::StatusCode::kDataLoss));
  const std::string garbage = directory_.path() + "/garbage.db";
  std::ofstream(garbage) << std::string(10'000, 'x');
  EXPECT_THAT(PaymentStore::Open(garbage, "02aa", 10), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(PaymentStore::Open("/does/not/exist/wallet.db", "02aa", 10),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace seep::wallet
