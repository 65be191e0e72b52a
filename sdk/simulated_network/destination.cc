#include "sdk/simulated_network/destination.h"

#include <algorithm>

namespace seep::simnet {
namespace {

constexpr std::size_t kIdentityCharacters = 66;
constexpr std::size_t kInvoiceCharacters = 32;

struct Format {
  DestinationKind kind;
  std::string_view prefix;
  std::size_t characters;
};
// No prefix is the beginning of another.
constexpr Format kFormats[] = {
    {DestinationKind::kSparkAddress, "simspark1", kIdentityCharacters},
    {DestinationKind::kBitcoinAddress, "simbcrt1", kIdentityCharacters},
    {DestinationKind::kSparkInvoice, "simsparkinv1", kInvoiceCharacters},
    {DestinationKind::kBolt11Invoice, "lnsim1", kInvoiceCharacters},
};

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

bool IsIdentity(std::string_view text) {
  return text.size() == kIdentityCharacters && IsLowerHex(text);
}

std::string FormatDestination(const Destination& destination) {
  for (const Format& format : kFormats) {
    if (format.kind == destination.kind) return std::string(format.prefix) + destination.body;
  }
  return {};
}

absl::StatusOr<Destination> ParseDestination(std::string_view text) {
  for (const Format& format : kFormats) {
    if (text.substr(0, format.prefix.size()) != format.prefix) continue;
    const std::string_view body = text.substr(format.prefix.size());
    if (body.size() == format.characters && IsLowerHex(body))
      return Destination{format.kind, std::string(body)};
  }
  return absl::InvalidArgumentError("the destination is no payment request of this network");
}

}  // namespace seep::simnet
