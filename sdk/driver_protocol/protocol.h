// The constants of the driver protocol (SPEC.md): version, limits, names and
// default deadlines. Numbers in comments are the rules they come from.
#ifndef SEEP_SDK_DRIVER_PROTOCOL_PROTOCOL_H_
#define SEEP_SDK_DRIVER_PROTOCOL_PROTOCOL_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/time/time.h"

namespace seep::driver {

inline constexpr int kProtocolMajor = 1;
inline constexpr int kProtocolMinor = 0;

inline constexpr std::size_t kMaxLineBytes = 1u << 20;  // with the line feed
inline constexpr int kMaxRequestsInFlight = 64;
inline constexpr std::int64_t kMaxInteger = (std::int64_t{1} << 53) - 1;
inline constexpr int kMaxBrokenLines = 100;               // in one generation
inline constexpr std::size_t kMaxInstanceNameBytes = 64;  // section 4
inline constexpr std::size_t kMaxSdkErrorBytes = 4096;    // section 6
inline constexpr std::size_t kMaxGauges = 64;             // section 7
inline constexpr std::size_t kMaxGaugeNameBytes = 63;     // section 7
inline constexpr std::size_t kMaxPreparedPayments = 64;   // section 7, an instance
inline constexpr int kMaxNotificationsPerSecond = 1000;
inline constexpr int kMaxJsonDepth = 64;  // deeper nesting is refused as a parse error

inline constexpr absl::Duration kStartDeadline = absl::Seconds(30);
inline constexpr absl::Duration kShutdownDeadline = absl::Seconds(10);
inline constexpr absl::Duration kEndOfInputDeadline = absl::Seconds(5);

// Methods that Seep calls.
namespace method {
inline constexpr std::string_view kInitialize = "initialize";
inline constexpr std::string_view kConnect = "connect";
inline constexpr std::string_view kDisconnect = "disconnect";
inline constexpr std::string_view kDestroy = "destroy";
inline constexpr std::string_view kAddListener = "add_listener";
inline constexpr std::string_view kRemoveListener = "remove_listener";
inline constexpr std::string_view kReceive = "receive";
inline constexpr std::string_view kPrepareSend = "prepare_send";
inline constexpr std::string_view kSend = "send";
inline constexpr std::string_view kListPayments = "list_payments";
inline constexpr std::string_view kSync = "sync";
inline constexpr std::string_view kGetInfo = "get_info";
inline constexpr std::string_view kParse = "parse";
inline constexpr std::string_view kCollectGarbage = "collect_garbage";
inline constexpr std::string_view kMetrics = "metrics";
inline constexpr std::string_view kHeapProfile = "heap_profile";
inline constexpr std::string_view kInvoke = "invoke";
inline constexpr std::string_view kShutdown = "shutdown";
}  // namespace method

// Notifications that the host sends.
namespace notification {
inline constexpr std::string_view kEvent = "event";
inline constexpr std::string_view kLog = "log";
inline constexpr std::string_view kOutOfBandError = "out_of_band_error";
}  // namespace notification

// Optional methods and traits that a host declares in `initialize`.
namespace capability {
inline constexpr std::string_view kListeners = "listeners";
inline constexpr std::string_view kPayments = "payments";
inline constexpr std::string_view kReceive = "receive";
inline constexpr std::string_view kHistory = "history";
inline constexpr std::string_view kSync = "sync";
inline constexpr std::string_view kParse = "parse";
inline constexpr std::string_view kGetInfo = "get_info";
inline constexpr std::string_view kCollectGarbage = "collect_garbage";
inline constexpr std::string_view kHeapProfile = "heap_profile";
inline constexpr std::string_view kConcurrentCalls = "concurrent_calls";
inline constexpr std::string_view kInvoke = "invoke";
inline constexpr std::string_view kSharedContext = "shared_context";
inline constexpr std::string_view kNetworkDown = "network_down";
}  // namespace capability

// How long Seep waits for a call that names no `deadline_ms`.
absl::Duration DefaultDeadline(std::string_view method);

// The capability a method needs; empty for those that are always there and for
// names that are no method at all.
std::string_view RequiredCapability(std::string_view method);
bool IsMethod(std::string_view method);

// 1-64 characters of [A-Za-z0-9_.-].
bool IsInstanceName(std::string_view name);
// [a-z][a-z0-9_]{0,62}
bool IsGaugeName(std::string_view name);

}  // namespace seep::driver

#endif  // SEEP_SDK_DRIVER_PROTOCOL_PROTOCOL_H_
