// A wallet's public name on the ledger, made from its secret.
#ifndef SEEP_SDK_SIMULATED_WALLET_IDENTITY_H_
#define SEEP_SDK_SIMULATED_WALLET_IDENTITY_H_

#include <string>

#include "absl/status/statusor.h"

namespace seep::wallet {

// 66 hexadecimal characters, shaped like a compressed public key. The same
// secret gives the same identity anywhere.
std::string IdentityFromSeed(const std::string& seed_hex);
// kInvalidArgument when it is not 12, 15, 18, 21 or 24 lower-case words; the
// message does not repeat them.
absl::StatusOr<std::string> IdentityFromMnemonic(const std::string& mnemonic);

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_IDENTITY_H_
