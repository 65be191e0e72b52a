// The regtest faucet's GraphQL shape over a Ledger: what the SDKs' own test
// harnesses post to, and every way in which the real one fails.
//
//   POST
//   {"operationName":"RequestRegtestFunds","variables":{"amount_sats":N,"address":"..."},"query":"..."}
//   → {"data":{"request_regtest_funds":{"transaction_hash":"..."}}}
//   ✗ an HTTP status other than 200, {"errors":[{"message":...}]}, or null data
//
// Threads: one. Pure: requests in, responses out; the service below does I/O.
#ifndef SEEP_SDK_SIMULATED_NETWORK_FAUCET_H_
#define SEEP_SDK_SIMULATED_NETWORK_FAUCET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sdk/simulated_network/http_request.h"
#include "sdk/simulated_network/ledger.h"

namespace seep::simnet {

enum class FaucetFailure { kHttp503, kGraphqlErrors, kNullData, kSlow, kHangUp };
// "http_503", "graphql_errors", "null_data", "slow", "hang_up".
absl::StatusOr<FaucetFailure> ParseFaucetFailure(std::string_view name);

struct FaucetOptions {
  std::string username = {}, password = {};  // both are needed to ask for them
  std::int64_t max_sats = 10'000'000;
  int fail_every = 0;  // each Nth request fails; 0: none
  std::vector<FaucetFailure> failures = {FaucetFailure::kHttp503};  // taken in turn
  absl::Duration slow = absl::Seconds(35);  // longer than a client's usual 30 s
  bool once_per_address = false;            // the second refill of an address is refused
};

struct FaucetResponse {
  int status = 200;
  std::string body;
  absl::Duration delay;
  bool hang_up = false;  // close without a word
  TransferPtr transfer;  // set when money moved: to be announced
};

class Faucet {
 public:
  static constexpr std::size_t kMaxRememberedAddresses = 100'000;

  // Borrows `ledger`.
  Faucet(Ledger& ledger, FaucetOptions options);
  FaucetResponse Respond(const HttpRequest& request, std::int64_t now);

 private:
  bool Authorised(const HttpRequest& request) const;
  std::optional<FaucetFailure> NextFailure();
  FaucetResponse Fund(const HttpRequest& request, std::int64_t now);

  Ledger& ledger_;
  const FaucetOptions options_;
  std::string expected_authorization_;
  std::int64_t requests_ = 0;
  std::int64_t failures_ = 0;
  std::unordered_set<std::string> funded_;
};

}  // namespace seep::simnet

#endif  // SEEP_SDK_SIMULATED_NETWORK_FAUCET_H_
