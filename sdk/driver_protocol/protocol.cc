#include "sdk/driver_protocol/protocol.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace seep::driver {
namespace {

struct MethodTraits {
  std::string_view name;
  std::string_view capability;  // empty: always there
  int deadline_seconds;
};

constexpr MethodTraits kMethods[] = {
    {method::kInitialize, "", 30},
    {method::kConnect, "", 60},
    {method::kDisconnect, "", 30},
    {method::kDestroy, "", 30},
    {method::kAddListener, capability::kListeners, 30},
    {method::kRemoveListener, capability::kListeners, 30},
    {method::kReceive, capability::kReceive, 30},
    {method::kPrepareSend, capability::kPayments, 30},
    {method::kSend, capability::kPayments, 30},
    {method::kListPayments, capability::kHistory, 30},
    {method::kSync, capability::kSync, 30},
    {method::kGetInfo, capability::kGetInfo, 30},
    {method::kParse, capability::kParse, 30},
    {method::kCollectGarbage, capability::kCollectGarbage, 30},
    {method::kMetrics, "", 30},
    {method::kHeapProfile, capability::kHeapProfile, 60},
    {method::kInvoke, capability::kInvoke, 30},
    {method::kShutdown, "", 10},
};

const MethodTraits* FindMethod(std::string_view name) {
  for (const MethodTraits& traits : kMethods) {
    if (traits.name == name) return &traits;
  }
  return nullptr;
}

}  // namespace

absl::Duration DefaultDeadline(std::string_view method) {
  const MethodTraits* traits = FindMethod(method);
  return absl::Seconds(traits ? traits->deadline_seconds : 30);
}

std::string_view RequiredCapability(std::string_view method) {
  const MethodTraits* traits = FindMethod(method);
  return traits ? traits->capability : std::string_view();
}

bool IsMethod(std::string_view method) { return FindMethod(method) != nullptr; }

bool IsInstanceName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxInstanceNameBytes &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
         });
}

bool IsGaugeName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxGaugeNameBytes &&
         absl::ascii_islower(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

}  // namespace seep::driver
