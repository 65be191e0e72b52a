#include "sdk/simulated_wallet/identity.h"

#include <openssl/evp.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/check.h"

namespace seep::wallet {
namespace {

std::string IdentityFrom(std::string_view secret) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  SEEP_CHECK(EVP_Digest(secret.data(), secret.size(), digest, &size, EVP_sha256(), nullptr) == 1);
  return absl::StrCat(
      "02", absl::BytesToHexString(absl::string_view(reinterpret_cast<char*>(digest), size)));
}

}  // namespace

std::string IdentityFromSeed(const std::string& seed_hex) {
  return IdentityFrom(absl::StrCat("seed:", absl::AsciiStrToLower(seed_hex)));
}

absl::StatusOr<std::string> IdentityFromMnemonic(const std::string& mnemonic) {
  const std::vector<std::string> words = absl::StrSplit(mnemonic, ' ', absl::SkipEmpty());
  const bool lower = std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return std::all_of(word.begin(), word.end(),
                       [](unsigned char c) { return absl::ascii_islower(c); });
  });
  if (words.size() < 12 || words.size() > 24 || words.size() % 3 != 0 || !lower) {
    return absl::InvalidArgumentError("the mnemonic is not 12, 15, 18, 21 or 24 lower-case words");
  }
  return IdentityFrom(absl::StrCat("mnemonic:", absl::StrJoin(words, " ")));
}

}  // namespace seep::wallet
