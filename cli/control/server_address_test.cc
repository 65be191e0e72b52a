#include "cli/control/server_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using ::seep::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ParseServerAddress, TakesLoopbackInClearText) {
  for (const char* address : {"127.0.0.1:7420", "localhost:7420", "[::1]:7420", "unix:/run/seep.sock"}) {
    ASSERT_OK_AND_ASSIGN(const ServerAddress parsed, ParseServerAddress(address, {}));
    EXPECT_EQ(parsed.target, address);
  }
}

TEST(ParseServerAddress, RefusesClearTextOffHost) {
  EXPECT_THAT(ParseServerAddress("lab-3:7420", {}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--tls-ca")));
  EXPECT_OK(ParseServerAddress("lab-3:7420", {"ca.pem", "cert.pem", "key.pem", ""}));
  // A name that only looks like loopback.
  EXPECT_THAT(ParseServerAddress("localhost.evil.example:7420", {}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseServerAddress("127.evil.example:7420", {}), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParseServerAddress, RefusesWhatIsNoAddress) {
  for (const char* address : {"", "7420", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", ":7420", "127.0.0.1:x", "a b:1", "unix:relative"}) {
    EXPECT_THAT(ParseServerAddress(address, {}), StatusIs(absl::StatusCode::kInvalidArgument)) << address;
  }
}

TEST(ParseServerAddress, WantsWholeSetsOfTlsFiles) {
  EXPECT_THAT(ParseServerAddress("lab-3:7420", {"", "cert.pem", "key.pem", ""}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--tls-ca")));
  EXPECT_THAT(ParseServerAddress("lab-3:7420", {"ca.pem", "cert.pem", "", ""}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("both")));
}

}  // namespace
}  // namespace seep::cli
