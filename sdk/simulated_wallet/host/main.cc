// seep-wallet-host: the simulated wallet as a host of the driver protocol.
// Standard input and output carry the protocol (sdk/driver_protocol/SPEC.md).
#include <malloc.h>

#include <cstdio>
#include <string_view>

#include "sdk/driver_host/host.h"
#include "sdk/simulated_wallet/host/wallet_sdk.h"

#if defined(__SANITIZE_THREAD__)
// Wallets that are destroyed without disconnect leave threads: by design.
extern "C" const char* __tsan_default_options() { return "report_thread_leaks=0"; }
#endif

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool asked = std::string_view(argv[1]) == "--help";
    std::fprintf(
        asked ? stdout : stderr,
        "seep-wallet-host takes no arguments: it is started by an agent and speaks the driver\n"
        "protocol (JSON-RPC 2.0, one message a line) on standard input and output.\n");
    return asked ? 0 : 2;
  }
  // One arena: otherwise each new thread of a wallet may open another of glibc's
  // arenas, and RSS would grow in steps that say nothing about the wallet.
  ::mallopt(M_ARENA_MAX, 1);
  seep::driver_host::HostDescriptors descriptors = seep::driver_host::TakeDescriptors();
  seep::wallet::WalletSdk sdk;
  return seep::driver_host::RunHost(sdk, std::move(descriptors));
}
