// What a C++ SDK implements to be driven by Seep: the protocol's methods
// (SPEC.md, section 7) as plain functions. The host does the rest: messages,
// order, tokens, limits, errors.
//
// Threads: an SdkInstance is called by one thread at a time; if the SDK declares
//          concurrent_calls by up to 16, but Disconnect and destruction are then
//          still alone on it. Different instances are called side by side. Sdk::Metrics and Sdk::Initialize run on the
//          thread that reads requests, so Metrics must return at once;
//          the other calls of Sdk come from threads of the host, side by side.
// Failure: absl::Status codes carry the kind of error of the protocol, see
//          ErrorKindOf below. Exceptions become internal_error.
#ifndef SEEP_SDK_DRIVER_HOST_SDK_H_
#define SEEP_SDK_DRIVER_HOST_SDK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sdk/driver_protocol/call_error.h"
#include "sdk/driver_protocol/json.h"

namespace seep::driver_host {

struct Gauge {
  std::string name, unit, kind;  // kind: "gauge" or "counter"
};

struct SdkDescription {
  std::string host_name, host_version;
  std::string sdk_name, sdk_version;
  std::string language;
  std::vector<std::string> capabilities;  // driver::capability::k...
  std::vector<Gauge> gauges;
  std::vector<std::string> operations;  // for `invoke`
};

struct ConnectOptions {
  std::string instance;
  std::string network;      // "regtest", "mainnet", "local"
  std::string storage_dir;  // absolute, exists
  std::string seed_hex;     // one of seed_hex and mnemonic; both secret
  std::string mnemonic;
  driver::Json settings;
  std::string context;        // instances that name the same one share it; empty: none
  bool network_down = false;  // what needs the network is to fail
  // The host takes down an instance that is late; an SDK that can give
  // up by itself does so then with kDeadlineExceeded.
  absl::Time deadline = absl::InfiniteFuture();
};

struct Payment {
  std::string id, status, direction, method;
  std::int64_t amount_sats = 0, fee_sats = 0;
  std::int64_t timestamp = 0;  // Unix seconds
};

struct Event {
  std::string listener;  // id of the listener that was called; may be empty
  std::string type;
  std::optional<Payment> payment;
  std::string detail;
};

// Where an SDK's own words go out. Threads: any. Never blocks: what the pipe
// cannot take in time is dropped and counted.
class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual void SendEvent(std::string_view instance, const Event& event) = 0;
  virtual void SendLog(std::string_view level, std::string_view message) = 0;
  virtual void SendOutOfBandError(std::string_view message, std::string_view instance) = 0;
};

struct ReceiveOptions {
  std::string method;
  std::optional<std::int64_t> amount_sats;
  std::string description;
};
struct ReceiveResult {
  std::string payment_request;
  std::int64_t fee_sats = 0;
};

struct PrepareOptions {
  std::string destination;
  std::optional<std::int64_t> amount_sats;
  bool fees_included = false;
};
// The SDK's own prepared object; the host keeps it behind a token.
class PreparedPayment {
 public:
  virtual ~PreparedPayment() = default;
};
struct PrepareResult {
  std::unique_ptr<PreparedPayment> payment;
  std::int64_t amount_sats = 0, fee_sats = 0;
};

struct ListOptions {
  std::int64_t limit = 0;  // 0: all
  std::int64_t offset = 0;
  bool destroy_response = true;
  bool include = false;  // without it only `count` is looked at
};
struct ListResult {
  std::int64_t count = 0;
  std::vector<Payment> payments;  // filled when `include`
};

struct Info {
  std::string identity;
  std::int64_t balance_sats = 0;
  std::optional<std::int64_t> listeners;
};

struct HeapProfile {
  std::string path, format;
};

// One connected client. Its destructor is `destroy`: it frees the handle and
// nothing else.
class SdkInstance {
 public:
  virtual ~SdkInstance() = default;
  virtual std::string identity() const { return {}; }
  virtual absl::Status Disconnect() = 0;
  virtual absl::StatusOr<std::string> AddListener(bool capture_instance);
  virtual absl::StatusOr<bool> RemoveListener(const std::string& listener);
  virtual absl::StatusOr<ReceiveResult> Receive(const ReceiveOptions& options);
  virtual absl::StatusOr<PrepareResult> PrepareSend(const PrepareOptions& options);
  virtual absl::StatusOr<Payment> Send(PreparedPayment& prepared,
                                       const std::string& idempotency_key);
  virtual absl::StatusOr<ListResult> ListPayments(const ListOptions& options);
  virtual absl::Status Sync();
  virtual absl::StatusOr<Info> GetInfo(bool ensure_synced);
  virtual absl::StatusOr<driver::Json> Invoke(const std::string& operation,
                                              const driver::Json& arguments);
};

class Sdk {
 public:
  virtual ~Sdk() = default;
  virtual SdkDescription Describe() const = 0;
  // kInvalidArgument names the setting that is wrong. `notifier` outlives the Sdk.
  virtual absl::Status Initialize(const driver::Json& settings, Notifier& notifier) = 0;
  virtual absl::StatusOr<std::unique_ptr<SdkInstance>> Connect(const ConnectOptions& options) = 0;
  virtual std::vector<std::pair<std::string, std::optional<double>>> Metrics() = 0;
  virtual absl::StatusOr<std::string> Parse(const std::string& input);   // → type
  virtual absl::StatusOr<std::optional<std::int64_t>> CollectGarbage();  // → live bytes
  virtual absl::StatusOr<HeapProfile> WriteHeapProfile(const std::string& directory);
  virtual absl::StatusOr<driver::Json> Invoke(const std::string& operation,
                                              const driver::Json& arguments);
  // Whether threads of the SDK still run, those of abandoned instances for
  // one. The process then ends without running destructors under them.
  virtual bool HasBackgroundWork() const { return false; }
};

// kInvalidArgument invalid_input · kResourceExhausted insufficient_funds ·
// kUnavailable network_error · kDataLoss storage_error · kUnauthenticated
// signer_error · kUnimplemented not_supported · kFailedPrecondition
// not_connected · kDeadlineExceeded deadline_exceeded · kOutOfRange
// limit_exceeded · kAborted fatal (the host refuses all later calls) ·
// kInternal internal_error · all others sdk_error.
driver::ErrorKind ErrorKindOf(absl::StatusCode code);

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_SDK_H_
