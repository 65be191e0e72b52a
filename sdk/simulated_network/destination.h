// The made-up payment requests of the simulated network. None can be mistaken
// for one of a real network.
//
//   simspark1<identity>      spark address      (identity: 66 hexadecimal characters)
//   simbcrt1<identity>       bitcoin address, for deposits only
//   simsparkinv1<invoice>    spark invoice      (invoice: 32 hexadecimal characters)
//   lnsim1<invoice>          bolt11 invoice
#ifndef SEEP_SDK_SIMULATED_NETWORK_DESTINATION_H_
#define SEEP_SDK_SIMULATED_NETWORK_DESTINATION_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace seep::simnet {

enum class DestinationKind { kSparkAddress, kBitcoinAddress, kSparkInvoice, kBolt11Invoice };

struct Destination {
  DestinationKind kind = DestinationKind::kSparkAddress;
  std::string body;  // identity or invoice id
};

bool IsIdentity(std::string_view text);
std::string FormatDestination(const Destination& destination);
// kInvalidArgument for anything else.
absl::StatusOr<Destination> ParseDestination(std::string_view text);

}  // namespace seep::simnet

#endif  // SEEP_SDK_SIMULATED_NETWORK_DESTINATION_H_
