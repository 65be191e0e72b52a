// Many calls on one wallet at once: nothing may be lost, doubled or torn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sdk/simulated_wallet/host/testing/running_wallets.h"

namespace seep::wallet {
namespace {

using ::testing::HasSubstr;
using testing::Network;
using testing::WalletHost;

constexpr std::int64_t kFunds = 1'000'000;

class WalletConcurrencyTest : public ::testing::Test {
 protected:
  WalletConcurrencyTest()
      : host_(absl::StrCat(R"({"ledger":")", network_.ledger(), R"(","sync_interval_ms":20})")) {
    host_.Connect("alice");
    host_.Connect("bob");
    EXPECT_THAT(network_.Fund(host_.Address("alice"), kFunds), HasSubstr("transaction_hash"));
    host_.ExpectBalance("alice", kFunds);
    bobs_ = host_.Address("bob");
  }
  std::int64_t Send(const std::string& method, const std::string& instance, const std::string& more = "") {
    return host_.seep().Send(method, WalletHost::On(instance, more));
  }
  driver::Json ResultOf(std::int64_t id) {
    const driver::Answer answer = host_.seep().Wait(id);
    EXPECT_FALSE(answer.error) << answer.error->message;
    return answer.error ? driver::Json() : *answer.Result();
  }
  // As many tokens, asked for all at once.
  std::vector<std::string> Prepare(int count, std::int64_t sats) {
    std::vector<std::int64_t> asked;
    for (int i = 0; i < count; ++i) {
      asked.push_back(Send("prepare_send", "alice", absl::StrCat(R"("destination":")", bobs_, R"(","amount_sats":)", sats)));
    }
    std::vector<std::string> tokens;
    for (const std::int64_t id : asked) tokens.emplace_back(ResultOf(id).FindString("prepared").value_or(""));
    return tokens;
  }
  std::int64_t Pay(const std::string& token, const std::string& key = "") {
    return Send("send", "alice", absl::StrCat(R"("prepared":")", token, R"(","idempotency_key":")", key, "\""));
  }
  static std::string IdOf(const driver::Json& result) {
    const driver::Json* payment = result.Find("payment");
    return std::string(payment ? payment->FindString("id").value_or("") : "");
  }
  std::int64_t Count(const std::string& instance) {
    return host_.Result("list_payments", WalletHost::On(instance)).FindInteger("count").value_or(-1);
  }

  Network network_;
  WalletHost host_;
  std::string bobs_;
};

TEST_F(WalletConcurrencyTest, MoneyListenersAndHistoryAddUp) {
  constexpr int kRounds = 3, kPayments = 24;
  constexpr std::int64_t kSats = 7;
  std::set<std::string> paid, listeners;
  std::int64_t asked_to_sync = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<std::string> tokens = Prepare(kPayments, kSats);
    EXPECT_EQ(std::set<std::string>(tokens.begin(), tokens.end()).size(), tokens.size());
    std::vector<std::int64_t> sends, added, others;
    for (const std::string& token : tokens) {
      sends.push_back(Pay(token));
      others.push_back(Send("get_info", "alice"));
      others.push_back(Send("list_payments", "alice", R"("include":true)"));
      others.push_back(Send("receive", "alice", R"("method":"spark_invoice","amount_sats":1)"));
      if (sends.size() % 4 != 0) continue;
      others.push_back(Send("sync", "alice"));
      ++asked_to_sync;
      added.push_back(Send("add_listener", "alice"));
    }
    for (const std::int64_t id : sends) paid.insert(IdOf(ResultOf(id)));
    for (const std::int64_t id : added) listeners.emplace(ResultOf(id).FindString("listener").value_or(""));
    for (const std::int64_t id : others) {
      const auto balance = ResultOf(id).FindInteger("balance_sats");
      if (!balance) continue;
      EXPECT_EQ((kFunds - *balance) % kSats, 0) << "half a payment in " << *balance;
      EXPECT_GE(*balance, kFunds - kSats * kPayments * (round + 1));
      EXPECT_LE(*balance, kFunds - kSats * kPayments * round);
    }
  }
  EXPECT_EQ(paid.size(), static_cast<std::size_t>(kRounds * kPayments));
  EXPECT_EQ(listeners.size(), static_cast<std::size_t>(kRounds * kPayments / 4));
  host_.ExpectBalance("alice", kFunds - kSats * kPayments * kRounds);
  host_.ExpectBalance("bob", kSats * kPayments * kRounds);
  EXPECT_EQ(host_.Gauge("payments_sent"), kRounds * kPayments);
  EXPECT_GE(host_.Gauge("syncs"), asked_to_sync);
  EXPECT_EQ(host_.Gauge("listeners"), static_cast<double>(listeners.size()));
  EXPECT_EQ(Count("alice"), kRounds * kPayments + 1);  // and the deposit
  std::vector<std::int64_t> removed;
  for (const std::string& listener : listeners) {
    removed.push_back(Send("remove_listener", "alice", absl::StrCat(R"("listener":")", listener, "\"")));
  }
  for (const std::int64_t id : removed) EXPECT_EQ(ResultOf(id).Find("removed")->AsBool(), true);
  host_.ExpectGauge("listeners", 0);
  EXPECT_EQ(host_.seep().broken_lines(), 0);
  host_.ExpectCleanEnd({"alice", "bob"});
}

// R-7.19
TEST_F(WalletConcurrencyTest, TheSameKeyPaysOnceHoweverManySendWithIt) {
  std::vector<std::int64_t> sends;
  for (const std::string& token : Prepare(32, 100)) sends.push_back(Pay(token, "only-once"));
  std::set<std::string> paid;
  for (const std::int64_t id : sends) paid.insert(IdOf(ResultOf(id)));
  EXPECT_EQ(paid.size(), 1u);
  host_.ExpectBalance("bob", 100);
  EXPECT_EQ(host_.Gauge("payments_sent"), 1);
  host_.ExpectCleanEnd({"alice", "bob"});
}

// R-2.7: what is in flight ends well before the wallet goes.
TEST_F(WalletConcurrencyTest, DisconnectAndDestroyWaitForPaymentsInFlight) {
  const int threads = host_.threads();
  std::vector<std::int64_t> sends;
  for (const std::string& token : Prepare(32, 10)) sends.push_back(Pay(token));
  const std::int64_t disconnect = Send("disconnect", "alice");
  const std::int64_t destroy = Send("destroy", "alice");
  ResultOf(disconnect);
  for (const std::int64_t id : sends) EXPECT_TRUE(host_.seep().HasAnswer(id));
  for (const std::int64_t id : sends) EXPECT_NE(IdOf(ResultOf(id)), "");
  ResultOf(destroy);
  host_.ExpectBalance("bob", 320);
  host_.ExpectGauge("wallets", 1);
  host_.Connect("alice");
  host_.ExpectBalance("alice", kFunds - 320);
  host_.ExpectThreads(threads);  // those that came for the overlap went with the instance
  host_.ExpectCleanEnd({"alice", "bob"});
}

}  // namespace
}  // namespace seep::wallet
