// Wallets that really pay each other: processes, sockets, files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "sdk/simulated_wallet/host/testing/running_wallets.h"

namespace seep::wallet {
namespace {

using ::testing::HasSubstr;
using testing::Network;
using testing::WalletHost;

std::string On(const std::string& instance, const std::string& more = "") {
  return WalletHost::On(instance, more);
}

class WalletPaymentsTest : public ::testing::Test {
 protected:
  WalletPaymentsTest()
      : host_(absl::StrCat(R"({"ledger":")", network_.ledger(), R"(","sync_interval_ms":50})")) {
    host_.Connect("alice");
    host_.Connect("bob");
  }
  void Fund(const std::string& instance, std::int64_t sats) {
    EXPECT_THAT(network_.Fund(host_.Address(instance), sats), HasSubstr("transaction_hash"));
    host_.ExpectBalance(instance, sats);
  }
  std::string Invoice(const std::string& instance, const std::string& method, std::int64_t sats) {
    const driver::Json result = host_.Result(
        "receive",
        On(instance, absl::StrCat(R"("method":")", method, R"(","amount_sats":)", sats)));
    return std::string(result.FindString("payment_request").value_or(""));
  }
  std::int64_t Count(const std::string& instance, const std::string& more = "") {
    return host_.Result("list_payments", On(instance, more)).FindInteger("count").value_or(-1);
  }

  Network network_;
  WalletHost host_;
};

TEST_F(WalletPaymentsTest, SparkPaymentsGoBothWays) {
  Fund("alice", 1'000);
  const driver::Json sent = host_.Pay("alice", host_.Address("bob"), 300);
  EXPECT_EQ(sent.FindString("status"), "completed");
  EXPECT_EQ(sent.FindString("direction"), "send");
  EXPECT_EQ(sent.FindString("method"), "spark");
  EXPECT_EQ(sent.FindInteger("amount_sats"), 300);
  host_.ExpectBalance("alice", 700);
  host_.ExpectBalance("bob", 300);
  host_.Pay("bob", Invoice("alice", "spark_invoice", 100), 100);
  host_.ExpectBalance("alice", 800);
  host_.ExpectBalance("bob", 200);
  host_.ExpectCleanEnd({"alice", "bob"});
}

TEST_F(WalletPaymentsTest, LightningPaymentsCostAFee) {
  Fund("alice", 10'000);
  const driver::Json sent = host_.Pay("alice", Invoice("bob", "bolt11_invoice", 2'000), 2'000);
  EXPECT_EQ(sent.FindString("status"), "completed");
  EXPECT_EQ(sent.FindString("method"), "lightning");
  EXPECT_EQ(sent.FindInteger("fee_sats"), 3);
  host_.ExpectBalance("alice", 10'000 - 2'003);
  host_.ExpectBalance("bob", 2'000);
  host_.ExpectCleanEnd({"alice", "bob"});
}

TEST_F(WalletPaymentsTest, ListenersHearOfBothSides) {
  const std::string alices(*host_.Result("add_listener", On("alice")).FindString("listener"));
  const std::string bobs(*host_.Result("add_listener", On("bob")).FindString("listener"));
  Fund("alice", 1'000);
  host_.Pay("alice", host_.Address("bob"), 10);
  const auto heard = [&](const std::string& instance, const std::string& listener,
                         const std::string& direction) {
    return host_.seep().WaitForNotification("event", [&](const driver::Json& event) {
      const driver::Json* payment = event.Find("payment");
      return event.FindString("instance") == instance && event.FindString("listener") == listener &&
             event.FindString("type") == "payment_succeeded" && payment != nullptr &&
             payment->FindString("direction") == direction;
    });
  };
  // The order of the two sides is not fixed; each is heard at once or after.
  EXPECT_TRUE(heard("alice", alices, "receive").has_value());
  EXPECT_EQ(host_.Result("get_info", On("bob")).FindInteger("listeners"), 1);
  EXPECT_EQ(host_.Result("remove_listener", On("bob", R"("listener":")" + bobs + "\""))
                .FindBool("removed"),
            true);
  EXPECT_EQ(host_.Result("remove_listener", On("bob", R"("listener":")" + bobs + "\""))
                .FindBool("removed"),
            false);
  EXPECT_EQ(host_.Result("get_info", On("bob")).FindInteger("listeners"), 0);
  host_.ExpectGauge("listeners", 1);
}

TEST_F(WalletPaymentsTest, SyncedIsAnEvent) {
  host_.Result("add_listener", On("bob"));
  host_.Result("sync", On("bob"));
  EXPECT_TRUE(host_.seep()
                  .WaitForNotification("event",
                                       [](const driver::Json& event) {
                                         return event.FindString("instance") == "bob" &&
                                                event.FindString("type") == "synced";
                                       })
                  .has_value());
}

TEST_F(WalletPaymentsTest, DepositsAreClaimed) {
  host_.Result("add_listener", On("bob"));
  const driver::Json address = host_.Result("receive", On("bob", R"("method":"bitcoin_address")"));
  network_.Fund(std::string(*address.FindString("payment_request")), 77);
  EXPECT_TRUE(host_.seep()
                  .WaitForNotification("event",
                                       [](const driver::Json& event) {
                                         return event.FindString("type") == "claimed_deposits";
                                       })
                  .has_value());
  host_.ExpectBalance("bob", 77);
}

TEST_F(WalletPaymentsTest, ErrorsHaveTheirCodes) {
  Fund("alice", 100);
  const auto prepare = [&](const std::string& destination, const std::string& more = "") {
    const auto error = host_.Error(
        "prepare_send", On("alice", absl::StrCat(R"("destination":")", destination, "\"", more)));
    return error ? error->kind : std::string();
  };
  EXPECT_EQ(prepare("bc1qnonsense", R"(,"amount_sats":1)"), "invalid_input");
  EXPECT_EQ(prepare(host_.Address("alice"), R"(,"amount_sats":1)"), "invalid_input");  // oneself
  EXPECT_EQ(prepare(host_.Address("bob")), "invalid_input");  // amount required
  const driver::Json deposit = host_.Result("receive", On("bob", R"("method":"bitcoin_address")"));
  EXPECT_EQ(prepare(std::string(*deposit.FindString("payment_request")), R"(,"amount_sats":1)"),
            "not_supported");

  const driver::Json prepared = host_.Result(
      "prepare_send", On("alice", absl::StrCat(R"("destination":")", host_.Address("bob"),
                                               R"(","amount_sats":101)")));
  const std::string use =
      absl::StrCat(R"("prepared":")", std::string(*prepared.FindString("prepared")), "\"");
  const auto error = host_.Error("send", On("alice", use));
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, "insufficient_funds");
  EXPECT_THAT(error->sdk_error, ::testing::StartsWith("InsufficientFunds"));
  EXPECT_EQ(host_.Error("send", On("alice", use))->kind, "invalid_params");  // the token is used up
  EXPECT_EQ(host_.Error("parse", R"({"input":"bc1qnonsense"})")->kind, "invalid_input");
  EXPECT_EQ(host_.Result("parse", absl::StrCat(R"({"input":")", host_.Address("bob"), "\"}"))
                .FindString("type"),
            "spark_address");
}

TEST_F(WalletPaymentsTest, TheSameKeyNeverPaysTwice) {
  Fund("alice", 1'000);
  const driver::Json first = host_.Pay("alice", host_.Address("bob"), 10, "key");
  const driver::Json second = host_.Pay("alice", host_.Address("bob"), 10, "key");
  EXPECT_EQ(first.FindString("id"), second.FindString("id"));
  host_.ExpectBalance("bob", 10);
  host_.Reconnect("alice");  // remembered on disk
  EXPECT_EQ(host_.Pay("alice", host_.Address("bob"), 10, "key").FindString("id"),
            first.FindString("id"));
  host_.ExpectBalance("bob", 10);
}

TEST_F(WalletPaymentsTest, HistorySurvivesAReconnectAndSyncFindsWhatWasMissed) {
  Fund("alice", 1'000);
  for (int i = 0; i < 5; ++i) host_.Pay("alice", host_.Address("bob"), 1);
  host_.Result("disconnect", On("bob"));
  EXPECT_EQ(host_.Error("list_payments", On("bob"))->kind, "not_connected");
  const std::string bobs_address =
      "simspark1" +
      std::string(*host_.Result("connect", host_.ConnectParams("bob2")).FindString("identity"));
  for (int i = 0; i < 3; ++i) host_.Pay("alice", bobs_address, 1);
  host_.Destroy("bob");
  host_.Connect("bob");
  EXPECT_EQ(Count("bob"), 5);
  EXPECT_EQ(Count("alice"), 9);  // with the faucet's
  EXPECT_EQ(Count("alice", R"("limit":4)"), 4);
  EXPECT_EQ(Count("alice", R"("offset":7)"), 2);
  host_.Result("disconnect", On("bob"));
  host_.Destroy("bob");
  const std::string address = host_.Address("bob2");
  host_.Result("disconnect", On("bob2"));
  host_.Destroy("bob2");
  for (int i = 0; i < 4; ++i) host_.Pay("alice", address, 1);  // while nobody listens
  host_.Connect("bob2");
  host_.Result("sync", On("bob2"));
  EXPECT_EQ(Count("bob2"), 7);
  host_.ExpectBalance("bob2", 7);
  const driver::Json listed =
      host_.Result("list_payments", On("bob2", R"("limit":1,"include":true)"));
  EXPECT_EQ(listed.Find("payments")->array()->at(0).FindString("direction"), "receive");
}

TEST_F(WalletPaymentsTest, ReconnectAndLifecyclesGiveEverythingBack) {
  host_.ExpectGauge("connections", 2);
  const int threads = host_.threads(), fds = host_.fds();
  for (int i = 0; i < 30; ++i) {
    host_.Reconnect("alice");
    host_.Connect("short-lived");
    host_.Result("add_listener", On("short-lived"));
    host_.Result("disconnect", On("short-lived"));
    host_.Destroy("short-lived");
  }
  host_.ExpectGauge("wallets", 2);
  host_.ExpectGauge("tasks", 6);
  host_.ExpectGauge("listeners", 0);
  host_.ExpectGauge("connections", 2);
  host_.ExpectThreads(threads);
  host_.ExpectFds(fds);
  host_.ExpectCleanEnd({"alice", "bob"});
}

// R-4.3: this is the SDK's doing, and what Seep is there to find.
TEST_F(WalletPaymentsTest, DestroyWithoutDisconnectLeavesItsTasksAtWork) {
  const int threads = host_.threads();
  const std::string address = host_.Address("bob");
  host_.Destroy("bob");
  Fund("alice", 100);
  host_.Pay("alice", address, 10);
  host_.ExpectGauge("tasks", 6);
  host_.ExpectGauge("wallets", 2);
  host_.ExpectGauge("connections", 2);
  host_.ExpectThreads(threads - 1);  // only the host's own thread for it is gone
  host_.Connect("bob");              // the name is free, the storage usable
  host_.ExpectGauge("tasks", 9);
  host_.Result("shutdown", "{}");
  const auto exit = host_.process().WaitFor(absl::Seconds(10));
  ASSERT_TRUE(exit.has_value());
  EXPECT_TRUE(exit->success()) << exit->ToString() << host_.log();
}

TEST_F(WalletPaymentsTest, AListenerThatCapturesItsWalletKeepsIt) {
  host_.Result("add_listener", On("bob", R"("capture_instance":true)"));
  host_.Result("disconnect", On("bob"));
  host_.Destroy("bob");
  host_.ExpectGauge("tasks", 3);
  host_.ExpectGauge("wallets", 2);  // kept by its own listener, for good
  host_.ExpectGauge("listeners", 1);
  host_.Connect("bob");
  const std::string listener(*host_.Result("add_listener", On("bob", R"("capture_instance":true)"))
                                  .FindString("listener"));
  host_.Result("disconnect", On("bob"));
  host_.Result("remove_listener", On("bob", absl::StrCat(R"("listener":")", listener, "\"")));
  host_.Destroy("bob");
  host_.ExpectGauge("wallets", 2);  // this one went
}

TEST(WalletWithoutNetwork, ConnectsButDoesNotPay) {
  WalletHost host("{}");
  host.Connect("alice");
  EXPECT_EQ(host.Balance("alice"), 0);
  EXPECT_THAT(host.Address("alice"), ::testing::StartsWith("simspark1"));
  for (const auto& [method, more] :
       {std::pair("sync", ""), std::pair("receive", R"("method":"bolt11_invoice")"),
        std::pair("prepare_send", R"("destination":"simspark1","amount_sats":1)")}) {
    const auto error = host.Error(method, On("alice", more));
    ASSERT_TRUE(error.has_value()) << method;
    EXPECT_EQ(error->kind, "network_error") << method;
    EXPECT_TRUE(error->retryable);
  }
}

TEST(WalletWithoutNetwork, ComesBackWhenTheLedgerDoes) {
  auto network = std::make_unique<Network>();
  const std::string endpoint = network->ledger();
  WalletHost host(absl::StrCat(R"({"ledger":")", endpoint, R"(","sync_interval_ms":50})"));
  host.Connect("alice");
  host.ExpectGauge("connections", 1);
  network.reset();
  host.ExpectGauge("connections", 0);
  EXPECT_EQ(host.Error("sync", On("alice"))->kind, "network_error");
  Network again({"--listen", endpoint});
  host.ExpectGauge("connections", 1);
  host.Result("sync", On("alice"));
}

TEST(WalletConnect, RefusesBadOptions) {
  WalletHost host("{}");
  std::string params = host.ConnectParams("alice");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = params;
    changed.replace(changed.find(from), from.size(), to);
    const auto error = host.Error("connect", changed);
    return error ? error->kind : std::string("connected");
  };
  EXPECT_EQ(with(R"("network":"local")", R"("network":"mainnet")"), "not_supported");
  EXPECT_EQ(with(R"("network":"local")", R"("network":"local","settings":{"colour":1})"),
            "invalid_input");
  const std::size_t seed = params.find("\"seed\"");
  const std::string without_seed = params.substr(0, seed);
  EXPECT_EQ(host.Error("connect", without_seed + R"("mnemonic":"one two"})")->kind,
            "invalid_input");
  EXPECT_FALSE(
      host.Error("connect", without_seed + R"("mnemonic":"a b c d e f g h i j k l"})").has_value());
  host.Result("disconnect", On("alice"));
  host.Destroy("alice");
  // Another wallet's storage is not opened.
  EXPECT_EQ(host.Error("connect", params)->kind, "storage_error");
}

TEST(FaucetProcess, AsksForItsCredentials) {
  Network network({}, {"FAUCET_USERNAME=u", "FAUCET_PASSWORD=p"});
  const std::string address = "simspark102" + std::string(64, 'b');
  EXPECT_THAT(network.Fund(address, 5), HasSubstr("HTTP/1.1 401"));
  EXPECT_THAT(network.Fund(address, 5, "Authorization: Basic dTpw\r\n"),
              HasSubstr("transaction_hash"));
}

TEST(FaucetProcess, FailsAsTold) {
  Network network({"--faucet-fail-every", "1", "--faucet-failure",
                   "http_503,null_data,hang_up,slow", "--faucet-slow-ms", "50"});
  const std::string address = "simspark102" + std::string(64, 'b');
  EXPECT_THAT(network.Fund(address, 5), HasSubstr("HTTP/1.1 503"));
  EXPECT_THAT(network.Fund(address, 5), HasSubstr(R"({"data":null})"));
  EXPECT_EQ(network.Fund(address, 5), "");
  EXPECT_THAT(network.Fund(address, 5), HasSubstr("transaction_hash"));
}

}  // namespace
}  // namespace seep::wallet
