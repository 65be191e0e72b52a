// Each injected leak keeps what it was told to, and each look-alike stops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "sdk/simulated_wallet/host/testing/running_wallets.h"

namespace seep::wallet {
namespace {

using testing::Network;
using testing::WalletHost;

constexpr std::int64_t kKiB = 1'024;
// What glibc adds to a block, at most.
constexpr std::int64_t kBlockOverhead = 24;
// What else may move: statement and page caches of SQLite, freed queue nodes.
constexpr std::int64_t kNoise = 256 * kKiB;

std::string On(const std::string& instance, const std::string& more = "") {
  return WalletHost::On(instance, more);
}

class Scene {
 public:
  explicit Scene(const std::string& leaks)
      : host_(absl::StrCat(R"({"ledger":")", network_.ledger(), R"(","history_limit":20,"leaks":{)",
                           leaks, "}}")) {
    host_.Connect("alice");
    host_.Connect("bob");
    network_.Fund(host_.Address("alice"), 1'000'000);
    host_.ExpectBalance("alice", 1'000'000);
    bob_ = host_.Address("bob");
  }
  WalletHost& host() { return host_; }
  // A sanitizer's allocator hides the heap's figures.
  bool can_measure() { return host_.Gauge("heap_allocated").has_value(); }
  std::int64_t heap() {
    return static_cast<std::int64_t>(host_.Gauge("heap_allocated").value_or(0));
  }

  void Pay(int times) {
    for (int i = 0; i < times; ++i) host_.Pay("alice", bob_, 1);
  }
  void Reconnect(int times) {
    for (int i = 0; i < times; ++i) host_.Reconnect("bob");
  }
  void ChurnListeners(int times) {
    for (int i = 0; i < times; ++i) {
      const driver::Json added = host_.Result("add_listener", On("bob"));
      host_.Result(
          "remove_listener",
          On("bob", absl::StrCat(R"("listener":")",
                                 std::string(added.FindString("listener").value_or("")), "\"")));
    }
  }
  void Live(int times) {  // lifecycles of other wallets
    for (int i = 0; i < times; ++i) {
      const std::string name = absl::StrCat("w", next_wallet_++);
      host_.Connect(name);
      host_.Result("disconnect", On(name));
      host_.Destroy(name);
    }
  }

  // `times` more events keep `bytes` each, in the heap and in RSS.
  template <typename Events>
  void ExpectKept(Events events, int times, std::int64_t bytes) {
    events(times / 4 + 1);  // warm
    const std::int64_t heap_before = heap(), rss_before = host_.rss_bytes();
    events(times);
    const std::int64_t kept = heap() - heap_before, resident = host_.rss_bytes() - rss_before;
    if (!can_measure()) GTEST_SKIP() << "this allocator has no figures";
    EXPECT_GE(kept, bytes * times - kNoise);
    EXPECT_LE(kept, (bytes + kBlockOverhead) * times + kNoise);
    EXPECT_GE(resident, bytes * times - kNoise) << "the lost memory is not resident";
  }

 private:
  Network network_;
  WalletHost host_;
  std::string bob_;
  int next_wallet_ = 0;
};

TEST(WalletLeaks, NoneByDefault) {
  Scene scene("");
  const auto everything = [&](int times) {
    scene.Pay(times);
    scene.Reconnect(times / 2);
    scene.ChurnListeners(times);
    scene.Live(times / 2);
  };
  scene.ExpectKept(everything, 60, 0);
}

TEST(WalletLeaks, Payment) {
  Scene scene(R"("payment":16384)");
  scene.ExpectKept([&](int times) { scene.Pay(times); }, 200, 16 * kKiB);
}

TEST(WalletLeaks, ReconnectCountsOnlyComingBack) {
  Scene scene(R"("reconnect":65536)");
  scene.ExpectKept([&](int times) { scene.Reconnect(times); }, 40, 64 * kKiB);
  scene.ExpectKept([&](int times) { scene.Live(times); }, 40, 0);
}

TEST(WalletLeaks, Listener) {
  Scene scene(R"("listener":16384)");
  scene.ExpectKept([&](int times) { scene.ChurnListeners(times); }, 200, 16 * kKiB);
}

TEST(WalletLeaks, Lifecycle) {
  Scene scene(R"("lifecycle":65536)");
  scene.ExpectKept([&](int times) { scene.Live(times); }, 40, 64 * kKiB);
}

TEST(WalletLeaks, TimeGoesOnWhileNothingHappens) {
  Scene scene(R"("time":4194304)");
  if (!scene.can_measure()) GTEST_SKIP() << "this allocator has no figures";
  const std::int64_t before = scene.heap();
  const absl::Time start = absl::Now();
  while (scene.heap() - before < 3 * 4096 * kKiB) ASSERT_LT(absl::Now() - start, absl::Seconds(30));
  EXPECT_GE(absl::Now() - start, absl::Seconds(2)) << "three ticks take more than two seconds";
}

TEST(WalletLeaks, ThreadAndFdOnEachConnect) {
  Scene scene(R"("thread":1,"fd":2)");
  scene.host().ExpectGauge("connections", 2);
  const int threads = scene.host().threads(), fds = scene.host().fds();
  const auto tasks = scene.host().Gauge("tasks").value_or(0);
  scene.Live(10);
  scene.Reconnect(5);
  scene.host().ExpectGauge("tasks", tasks + 15);
  scene.host().ExpectThreads(threads + 15);
  scene.host().ExpectFds(fds + 30);
}

TEST(WalletLeaks, TaskOutlivesDisconnectAndHoldsTheWallet) {
  Scene scene(R"("task":1)");
  scene.Live(10);
  scene.host().ExpectGauge("wallets", 12);
  scene.host().ExpectGauge("tasks", 16);
  scene.host().ExpectGauge("connections", 2);
}

TEST(WalletLookAlikes, CacheFillsUpAndStops) {
  Scene scene(R"("cache":4096)");
  scene.Pay(1'200);
  EXPECT_EQ(scene.host().Gauge("payments_cached"), 1'024);
  scene.ExpectKept([&](int times) { scene.Pay(times); }, 400, 0);
}

TEST(WalletLookAlikes, FragmentationStaysBounded) {
  Scene scene(R"("fragmentation":512)");
  scene.Pay(1'000);
  if (!scene.can_measure()) GTEST_SKIP() << "this allocator has no figures";
  EXPECT_LE(scene.heap(), 8 * kKiB * kKiB);  // 2,048 blocks of at most 1 KiB, and the host itself
}

}  // namespace
}  // namespace seep::wallet
