#include "sdk/simulated_wallet/event_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <thread>

#include "common/status/status_matchers.h"

namespace seep::wallet {
namespace {

using ::seep::testing::StatusIs;

TEST(EventHub, CallsEveryListenerInOrderOnOneThread) {
  ProcessCounts counts;
  EventHub hub(10, counts);
  std::vector<std::string> heard;
  std::promise<void> done;
  EXPECT_OK(hub.Add([&](const WalletEvent& event) { heard.push_back("a:" + event.type); }));
  EXPECT_OK(hub.Add([&](const WalletEvent& event) {
    heard.push_back("b:" + event.type);
    if (event.type == "last") done.set_value();
  }));
  hub.Emit({"first", {}});
  hub.Emit({"last", {}});
  std::thread delivery([&] { hub.Deliver(); });
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  hub.StopDelivery();
  delivery.join();
  EXPECT_THAT(heard, ::testing::ElementsAre("a:first", "b:first", "a:last", "b:last"));
  EXPECT_EQ(counts.listeners, 2);
}

TEST(EventHub, FreesARemovedListener) {
  ProcessCounts counts;
  EventHub hub(10, counts);
  auto held = std::make_shared<int>(7);
  ASSERT_OK_AND_ASSIGN(const std::string id, hub.Add([held](const WalletEvent&) {}));
  EXPECT_EQ(held.use_count(), 2);
  EXPECT_TRUE(hub.Remove(id));
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_FALSE(hub.Remove(id));
  EXPECT_EQ(counts.listeners, 0);
}

TEST(EventHub, HasALimitOfListeners) {
  ProcessCounts counts;
  EventHub hub(2, counts);
  EXPECT_OK(hub.Add([](const WalletEvent&) {}));
  EXPECT_OK(hub.Add([](const WalletEvent&) {}));
  EXPECT_THAT(hub.Add([](const WalletEvent&) {}), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST(EventHub, DropsTheOldestWhenNobodyDelivers) {
  ProcessCounts counts;
  EventHub hub(2, counts);
  EXPECT_OK(hub.Add([](const WalletEvent&) {}));
  for (std::size_t i = 0; i < EventHub::kMaxQueued + 5; ++i) hub.Emit({"e", {}});
  EXPECT_EQ(counts.events_dropped, 5);
}

}  // namespace
}  // namespace seep::wallet
