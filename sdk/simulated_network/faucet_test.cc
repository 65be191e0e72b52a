#include "sdk/simulated_network/faucet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status/status_matchers.h"
#include "sdk/driver_protocol/json.h"

namespace seep::simnet {
namespace {

using ::testing::HasSubstr;

const std::string kAddress = "simspark102" + std::string(64, 'b');

HttpRequest Ask(std::int64_t sats, const std::string& address = kAddress) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/graphql";
  request.body = R"({"operationName":"RequestRegtestFunds","variables":{"amount_sats":)" +
                 std::to_string(sats) + R"(,"address":")" + address +
                 R"("},"query":"mutation { request_regtest_funds(input) { transaction_hash } }"})";
  return request;
}

class FaucetTest : public ::testing::Test {
 protected:
  std::int64_t Balance() { return ledger_.Balance(*ledger_.Open(kAddress.substr(9))); }
  Ledger ledger_{{}, {}, 1};
};

TEST_F(FaucetTest, PaysAndNamesTheTransaction) {
  Faucet faucet(ledger_, {});
  const FaucetResponse response = faucet.Respond(Ask(50'000), 0);
  EXPECT_EQ(response.status, 200);
  ASSERT_OK_AND_ASSIGN(const driver::Json body, driver::Json::Parse(response.body));
  EXPECT_EQ(body.Find("data")->Find("request_regtest_funds")->FindString("transaction_hash"),
            response.transfer->id);
  EXPECT_EQ(Balance(), 50'000);
}

TEST_F(FaucetTest, AsksForCredentialsOnlyWhenItHasBoth) {
  Faucet half(ledger_, {.username = "u"});
  EXPECT_EQ(half.Respond(Ask(1), 0).status, 200);
  Faucet faucet(ledger_, {.username = "u", .password = "p"});
  EXPECT_EQ(faucet.Respond(Ask(1), 0).status, 401);
  HttpRequest request = Ask(1);
  request.headers = {{"authorization", "Basic dTpw"}};  // u:p
  EXPECT_EQ(faucet.Respond(request, 0).status, 200);
  request.headers = {{"authorization", "Basic dTpx"}};
  EXPECT_EQ(faucet.Respond(request, 0).status, 401);
}

TEST_F(FaucetTest, RefusesInGraphqlsWay) {
  Faucet faucet(ledger_, {.max_sats = 100});
  for (const HttpRequest& request :
       {Ask(0), Ask(101), Ask(5, "bc1q"), Ask(5, "lnsim1" + std::string(32, '0'))}) {
    const FaucetResponse response = faucet.Respond(request, 0);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr("\"errors\":[{"));
    EXPECT_EQ(response.transfer, nullptr);
  }
}

TEST_F(FaucetTest, RefusesWhatIsNoRequestForFunds) {
  Faucet faucet(ledger_, {});
  HttpRequest request = Ask(1);
  request.method = "GET";
  EXPECT_EQ(faucet.Respond(request, 0).status, 405);
  request = Ask(1);
  request.target = "/";
  EXPECT_EQ(faucet.Respond(request, 0).status, 404);
  request = Ask(1);
  request.body = "{";
  EXPECT_EQ(faucet.Respond(request, 0).status, 400);
  request.body = R"({"operationName":"Other"})";
  EXPECT_THAT(faucet.Respond(request, 0).body, HasSubstr("errors"));
}

TEST_F(FaucetTest, FailsInTurnAsTold) {
  Faucet faucet(ledger_, {.fail_every = 2,
                          .failures = {FaucetFailure::kHttp503, FaucetFailure::kGraphqlErrors,
                                       FaucetFailure::kNullData, FaucetFailure::kSlow,
                                       FaucetFailure::kHangUp},
                          .slow = absl::Seconds(35)});
  EXPECT_EQ(faucet.Respond(Ask(1), 0).status, 200);
  EXPECT_EQ(faucet.Respond(Ask(1), 0).status, 503);
  EXPECT_EQ(faucet.Respond(Ask(1), 0).delay, absl::ZeroDuration());
  EXPECT_THAT(faucet.Respond(Ask(1), 0).body, HasSubstr("errors"));
  faucet.Respond(Ask(1), 0);
  EXPECT_EQ(faucet.Respond(Ask(1), 0).body, R"({"data":null})");
  faucet.Respond(Ask(1), 0);
  EXPECT_EQ(faucet.Respond(Ask(1), 0).delay, absl::Seconds(35));
  faucet.Respond(Ask(1), 0);
  EXPECT_TRUE(faucet.Respond(Ask(1), 0).hang_up);
  EXPECT_EQ(Balance(), 6);  // five good ones, and the slow one
}

TEST_F(FaucetTest, CanRefuseASecondRefill) {
  Faucet faucet(ledger_, {.once_per_address = true});
  EXPECT_NE(faucet.Respond(Ask(1), 0).transfer, nullptr);
  EXPECT_EQ(faucet.Respond(Ask(1), 0).transfer, nullptr);
}

}  // namespace
}  // namespace seep::simnet
