// The plain values of the simulated wallet's API.
#ifndef SEEP_SDK_SIMULATED_WALLET_WALLET_TYPES_H_
#define SEEP_SDK_SIMULATED_WALLET_WALLET_TYPES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace seep::wallet {

struct Payment {
  std::int64_t sequence = 0;  // the ledger's order of completion; 0 while pending
  std::string id;
  std::string status;     // "pending", "completed", "failed"
  std::string direction;  // "send", "receive"
  std::string method;     // "spark", "lightning", "deposit"
  std::int64_t amount_sats = 0;
  std::int64_t fee_sats = 0;
  std::int64_t timestamp = 0;  // Unix seconds
};

struct WalletEvent {
  std::string type;  // "synced", "payment_succeeded", "payment_pending", "claimed_deposits"
  std::optional<Payment> payment;
};
// Called on the wallet's event thread, one call at a time. Must not call
// Wallet::Disconnect.
using EventListener = std::function<void(const WalletEvent&)>;

struct WalletOptions {
  std::string seed_hex;     // 64 hexadecimal characters; or
  std::string mnemonic;     // 12 to 24 words. Neither is kept nor logged.
  std::string storage_dir;  // exists; this wallet's alone
  std::string context;      // wallets that name the same one share it; empty: none
  bool network_down = false;  // works offline, whatever the process's ledger
  absl::Time deadline = absl::InfiniteFuture();  // for the connect
};

struct PreparedPayment {
  std::string destination;
  std::int64_t amount_sats = 0;  // what the payer asked for
  bool fees_included = false;
  std::int64_t arriving_sats = 0;
  std::int64_t fee_sats = 0;
};

struct PaymentRequest {
  std::string text;
  std::int64_t fee_sats = 0;
};

struct WalletInfo {
  std::string identity;
  std::int64_t balance_sats = 0;
  std::int64_t listeners = 0;
};

// What all wallets of a process share.
struct WalletSettings {
  std::string ledger_endpoint;  // "127.0.0.1:PORT"; empty: offline
  absl::Duration sync_interval = absl::Seconds(2);
  std::int64_t history_limit = 1'000;  // payments kept on disk, a wallet
  std::size_t max_listeners = 10'000;  // a wallet
  absl::Duration connect_delay;        // what a handshake with a far network takes
};

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_WALLET_TYPES_H_
