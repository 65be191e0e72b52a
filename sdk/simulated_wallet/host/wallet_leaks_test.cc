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

TEST(WalletLeaks, ErrorOnEachCallThatFails) {
  Scene scene(R"("error":16384)");
  const auto fail = [&](int times) {
    for (int i = 0; i < times; ++i) EXPECT_TRUE(scene.host().Error("parse", R"({"input":"nonsense"})"));
  };
  scene.ExpectKept(fail, 200, 16 * kKiB);
  scene.ExpectKept([&](int times) { scene.Pay(times); }, 100, 0);
}

TEST(WalletLeaks, ResponseOnlyWhenItIsNotDestroyed) {
  Scene scene(R"("response":16384)");
  const auto list = [&](bool destroy) {
    return [&scene, destroy](int times) {
      const std::string more = absl::StrCat(R"("destroy_response":)", destroy ? "true" : "false");
      for (int i = 0; i < times; ++i) scene.host().Result("list_payments", On("alice", more));
    };
  };
  scene.ExpectKept(list(false), 200, 16 * kKiB);
  scene.ExpectKept(list(true), 200, 0);
}

TEST(WalletLeaks, ParseAndSync) {
  Scene scene(R"("parse":16384,"sync":16384)");
  const auto both = [&](int times) {
    for (int i = 0; i < times; ++i) {
      scene.host().Result("parse", R"({"input":"simspark102"})");
      scene.host().Result("sync", On("alice"));
    }
  };
  scene.ExpectKept(both, 100, 32 * kKiB);
}

TEST(WalletLeaks, LateBeginsAfterAThousandPayments) {
  Scene scene(R"("late":16384)");
  scene.ExpectKept([&](int times) { scene.Pay(times); }, 400, 0);
  scene.Pay(600);
  scene.ExpectKept([&](int times) { scene.Pay(times); }, 200, 16 * kKiB);
}

TEST(WalletLeaks, NativeIsSeenByNoHeapGauge) {
  Scene scene(R"("native":65536)");
  if (!scene.can_measure()) GTEST_SKIP() << "this allocator has no figures";
  scene.Pay(100);
  const std::int64_t heap = scene.heap(), resident = scene.host().rss_bytes();
  scene.Pay(200);
  EXPECT_LE(scene.heap() - heap, kNoise);
  EXPECT_GE(scene.host().rss_bytes() - resident, 200 * 64 * kKiB - kNoise - 1'024 * kKiB);
}

TEST(WalletLeaks, CancelledConnectKeepsWhatItHadBuilt) {
  Network network;
  WalletHost host(absl::StrCat(R"({"ledger":")", network.ledger(), R"(","connect_delay_ms":20,"leaks":{"cancel":65536}})"));
  const auto cancel = [&](int times) {
    for (int i = 0; i < times; ++i) {
      std::string params = host.ConnectParams("early");
      params.replace(params.size() - 1, 1, R"(,"deadline_ms":1})");
      const auto error = host.Error("connect", params);
      ASSERT_TRUE(error);
      EXPECT_EQ(error->kind, "deadline_exceeded");
    }
  };
  cancel(10);
  const auto before = host.Gauge("heap_allocated");
  if (!before) GTEST_SKIP() << "this allocator has no figures";
  cancel(50);
  EXPECT_NEAR(*host.Gauge("heap_allocated") - *before, 50 * 64 * kKiB, kNoise);
  EXPECT_EQ(host.Gauge("wallets"), 0);
}

TEST(WalletLeaks, UnremovedListenersShowInTheSdksOwnCount) {
  Scene scene(R"("unremoved":2)");
  scene.ChurnListeners(20);
  scene.host().ExpectGauge("listeners", 10);
}

TEST(WalletLeaks, ConnectionOnEachConnect) {
  Scene scene(R"("connection":1)");
  scene.host().ExpectGauge("connections", 2);
  const int fds = scene.host().fds();
  scene.Live(10);
  scene.host().ExpectFds(fds + 10);
}

TEST(WalletLeaks, ContextKeepsAsLongAsItLives) {
  Network network;
  WalletHost host(absl::StrCat(R"({"ledger":")", network.ledger(), R"(","leaks":{"context":65536}})"));
  const auto connect = [&](const std::string& name) {
    std::string params = host.ConnectParams(name);
    params.replace(params.size() - 1, 1, R"(,"context":"shared"})");
    host.Result("connect", params);
  };
  const auto leave = [&](const std::string& name) {
    host.Result("disconnect", On(name));
    host.Destroy(name);
  };
  connect("stays");
  EXPECT_EQ(host.Gauge("contexts"), 1);
  for (int i = 0; i < 5; ++i) connect("goes"), leave("goes");
  const auto before = host.Gauge("heap_allocated");
  if (!before) GTEST_SKIP() << "this allocator has no figures";
  for (int i = 0; i < 50; ++i) connect("goes"), leave("goes");
  const auto after = host.Gauge("heap_allocated");
  EXPECT_NEAR(*after - *before, 50 * 64 * kKiB, kNoise);
  leave("stays");
  EXPECT_EQ(host.Gauge("contexts"), 0);
  EXPECT_LE(*host.Gauge("heap_allocated"), *after - 50 * 64 * kKiB) << "the context went, and with it what was left in it";
}

TEST(WalletHost, AWalletWithoutNetworkFailsAsOneOffline) {
  Network network;
  WalletHost host(absl::StrCat(R"({"ledger":")", network.ledger(), R"("})"));
  std::string params = host.ConnectParams("cut-off");
  params.replace(params.size() - 1, 1, R"(,"network_down":true})");
  host.Result("connect", params);
  const auto error = host.Error("sync", On("cut-off"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, "network_error");
}

TEST(WalletLookAlikes, StepSawtoothAndWarmUpStayBounded) {
  Scene scene(R"("step":4194304,"sawtooth":16384,"warm_up":16384)");
  if (!scene.can_measure()) GTEST_SKIP() << "this allocator has no figures";
  const std::int64_t before = scene.heap();
  scene.Pay(1'200);
  // 4 MiB once, at most 2 MiB of garbage, 2 MiB of tables, and the host itself.
  EXPECT_GE(scene.heap() - before, 6 * kKiB * kKiB);
  EXPECT_LE(scene.heap() - before, 9 * kKiB * kKiB);
  const std::int64_t warm = scene.heap();
  scene.Pay(512);  // four teeth
  EXPECT_NEAR(static_cast<double>(scene.heap() - warm), 0, static_cast<double>(2 * kNoise));
}

TEST(WalletLookAlikes, WaveComesAndGoes) {
  Scene scene(R"("wave":8388608)");
  if (!scene.can_measure()) GTEST_SKIP() << "this allocator has no figures";
  const std::int64_t trough = scene.heap();
  const absl::Time start = absl::Now();
  while (scene.heap() - trough < 6 * kKiB * kKiB) ASSERT_LT(absl::Now() - start, absl::Seconds(30));
  while (scene.heap() - trough > 1 * kKiB * kKiB) ASSERT_LT(absl::Now() - start, absl::Seconds(60));
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
