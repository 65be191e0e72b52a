#include "sdk/simulated_network/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"

namespace seep::simnet {
namespace {

using ::seep::testing::StatusIs;

std::string Identity(int n) {
  return absl::StrCat("02", std::string(60, 'a'), absl::StrCat(1000 + n));
}
std::string Address(int n) {
  return FormatDestination({DestinationKind::kSparkAddress, Identity(n)});
}

class LedgerTest : public ::testing::Test {
 protected:
  explicit LedgerTest(LedgerLimits limits = {}) : ledger_(limits, {}, 7) {
    alice_ = *ledger_.Open(Identity(1));
    bob_ = *ledger_.Open(Identity(2));
    ledger_.AddSession(alice_);
    ledger_.AddSession(bob_);
    EXPECT_OK(ledger_.Fund(*ParseDestination(Address(1)), 10'000, 0));
  }
  absl::StatusOr<TransferPtr> Pay(AccountId from, const std::string& to,
                                  std::optional<std::int64_t> amount, const std::string& key = "",
                                  bool fees_included = false) {
    return ledger_.Pay(from, {to, amount, fees_included, key}, 100);
  }
  void ExpectNothingLost() {
    EXPECT_EQ(ledger_.balances_sats() + ledger_.settling_sats() + ledger_.fees_sats(),
              ledger_.funded_sats());
  }

  Ledger ledger_;
  AccountId alice_{}, bob_{};
};

TEST_F(LedgerTest, SparkPaymentArrivesAtOnceAndFree) {
  ASSERT_OK_AND_ASSIGN(const TransferPtr transfer, Pay(alice_, Address(2), 400));
  EXPECT_TRUE(transfer->completed());
  EXPECT_EQ(transfer->fee_sats, 0);
  EXPECT_EQ(ledger_.Balance(alice_), 9'600);
  EXPECT_EQ(ledger_.Balance(bob_), 400);
  ExpectNothingLost();
}

TEST_F(LedgerTest, LightningPaymentSettlesLaterAndCosts) {
  ASSERT_OK_AND_ASSIGN(const std::string invoice,
                       ledger_.CreateInvoice(bob_, DestinationKind::kBolt11Invoice, 2'000));
  ASSERT_OK_AND_ASSIGN(const TransferPtr transfer, Pay(alice_, invoice, std::nullopt));
  EXPECT_FALSE(transfer->completed());
  EXPECT_EQ(transfer->fee_sats, 3);  // 1 + 0.1 % of 2,000
  EXPECT_EQ(ledger_.Balance(alice_), 10'000 - 2'003);
  EXPECT_EQ(ledger_.Balance(bob_), 0);
  ExpectNothingLost();
  EXPECT_NE(ledger_.Settle(transfer->id), nullptr);
  EXPECT_EQ(ledger_.Settle(transfer->id), nullptr);
  EXPECT_EQ(ledger_.Balance(bob_), 2'000);
  EXPECT_EQ(ledger_.fees_sats(), 3);
  ExpectNothingLost();
}

TEST_F(LedgerTest, IncludedFeesComeOutOfTheAmount) {
  ASSERT_OK_AND_ASSIGN(const std::string invoice,
                       ledger_.CreateInvoice(bob_, DestinationKind::kBolt11Invoice, std::nullopt));
  ASSERT_OK_AND_ASSIGN(const Quote quote, ledger_.QuotePayment(alice_, {invoice, 1'000, true, ""}));
  EXPECT_EQ(quote.amount_sats, 998);
  EXPECT_EQ(quote.fee_sats, 2);
  EXPECT_THAT(ledger_.QuotePayment(alice_, {invoice, 2, true, ""}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(LedgerTest, RefusesWhatCannotBePaid) {
  ASSERT_OK_AND_ASSIGN(const std::string invoice,
                       ledger_.CreateInvoice(bob_, DestinationKind::kSparkInvoice, 50));
  const auto invalid = StatusIs(absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Pay(alice_, Address(1), 5), invalid);  // oneself
  EXPECT_THAT(Pay(alice_, "bc1qnonsense", 5), invalid);
  EXPECT_THAT(Pay(alice_, Address(2), std::nullopt), invalid);  // amount required
  EXPECT_THAT(Pay(alice_, Address(2), 0), invalid);
  EXPECT_THAT(Pay(alice_, Address(2), 9'000'000'000'000'000), invalid);
  EXPECT_THAT(Pay(alice_, invoice, 51), invalid);  // not what it asks for
  EXPECT_THAT(Pay(alice_, "lnsim1" + std::string(32, '0'), 5), invalid);
  EXPECT_THAT(Pay(alice_, Address(2), 10'001), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(Pay(alice_, "simbcrt1" + Identity(2), 5), StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_OK(Pay(alice_, invoice, std::nullopt));
  EXPECT_THAT(Pay(alice_, invoice, std::nullopt), invalid);  // paid already
  EXPECT_EQ(ledger_.Balance(alice_), 9'950);
}

TEST_F(LedgerTest, TheSameKeyNeverPaysTwice) {
  ASSERT_OK_AND_ASSIGN(const TransferPtr first, Pay(alice_, Address(2), 10, "k"));
  ASSERT_OK_AND_ASSIGN(const TransferPtr second, Pay(alice_, Address(2), 10, "k"));
  EXPECT_EQ(first->id, second->id);
  EXPECT_EQ(ledger_.Balance(bob_), 10);
  EXPECT_OK(Pay(bob_, Address(1), 1, "k"));  // another account's key is another key
  EXPECT_EQ(ledger_.Balance(bob_), 9);
}

TEST_F(LedgerTest, HistoryContinuesWhereItWasLeft) {
  for (int i = 0; i < 5; ++i) EXPECT_OK(Pay(alice_, Address(2), 1));
  const auto all = ledger_.History(bob_, 0, 100);
  ASSERT_EQ(all.size(), 5u);
  const auto page = ledger_.History(bob_, all[1]->sequence, 2);
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0], all[2]);
  EXPECT_TRUE(ledger_.History(bob_, all[4]->sequence, 10).empty());
  EXPECT_EQ(ledger_.History(alice_, 0, 100).size(), 6u);  // with the faucet's
}

class SmallLedgerTest : public LedgerTest {
 protected:
  SmallLedgerTest() : LedgerTest({.accounts = 10, .history = 3, .invoices = 2, .settling = 1}) {}
};

TEST_F(SmallLedgerTest, ForgetsTheOldestOfEverythingButMoney) {
  for (int i = 0; i < 20; ++i) EXPECT_OK(Pay(alice_, Address(2), 1, absl::StrCat("key", i)));
  EXPECT_EQ(ledger_.History(bob_, 0, 100).size(), 3u);
  for (int i = 0; i < 50; ++i) EXPECT_OK(ledger_.Open(Identity(100 + i)));
  EXPECT_LE(ledger_.accounts(), 10u);
  EXPECT_EQ(ledger_.Balance(bob_), 20);
  for (int i = 0; i < 5; ++i)
    EXPECT_OK(ledger_.CreateInvoice(bob_, DestinationKind::kSparkInvoice, 1));
  EXPECT_EQ(ledger_.invoices(), 2u);
  ExpectNothingLost();
}

TEST_F(SmallLedgerTest, SaysSoWhenNothingCanGo) {
  for (int i = 0; i < 8; ++i) {
    ASSERT_OK_AND_ASSIGN(const AccountId account, ledger_.Open(Identity(100 + i)));
    ledger_.AddSession(account);
  }
  EXPECT_THAT(ledger_.Open(Identity(999)), StatusIs(absl::StatusCode::kOutOfRange));
  ASSERT_OK_AND_ASSIGN(const std::string one,
                       ledger_.CreateInvoice(bob_, DestinationKind::kBolt11Invoice, 1));
  ASSERT_OK_AND_ASSIGN(const std::string two,
                       ledger_.CreateInvoice(bob_, DestinationKind::kBolt11Invoice, 1));
  EXPECT_OK(Pay(alice_, one, std::nullopt));
  EXPECT_THAT(Pay(alice_, two, std::nullopt), StatusIs(absl::StatusCode::kOutOfRange));
  ExpectNothingLost();
}

TEST_F(LedgerTest, NoMoneyIsLostInAnyMixOfPayments) {
  Random random(20261121);
  std::vector<AccountId> accounts = {alice_, bob_};
  for (int i = 3; i < 8; ++i) {
    accounts.push_back(*ledger_.Open(Identity(i)));
    EXPECT_OK(ledger_.Fund(*ParseDestination(Address(i)), 5'000, 0));
  }
  std::vector<std::string> settling;
  for (int i = 0; i < 5'000; ++i) {
    const AccountId payer = accounts[random.Below(accounts.size())];
    const std::size_t payee = random.Below(accounts.size());
    const auto amount = static_cast<std::int64_t>(random.Below(300));
    std::string to = Address(static_cast<int>(payee) + 1);
    if (random.Below(2) == 0) {
      const auto invoice =
          ledger_.CreateInvoice(accounts[payee], DestinationKind::kBolt11Invoice, std::nullopt);
      to = *invoice;
    }
    const auto paid = Pay(payer, to, amount, absl::StrCat("k", random.Below(400)));
    if (paid.ok() && !(*paid)->completed()) settling.push_back((*paid)->id);
    if (!settling.empty() && random.Below(3) == 0) {
      ledger_.Settle(settling.back());
      settling.pop_back();
    }
    ASSERT_EQ(ledger_.balances_sats() + ledger_.settling_sats() + ledger_.fees_sats(),
              ledger_.funded_sats());
  }
  for (const std::string& id : settling) ledger_.Settle(id);
  EXPECT_EQ(ledger_.settling_sats(), 0);
}

}  // namespace
}  // namespace seep::simnet
