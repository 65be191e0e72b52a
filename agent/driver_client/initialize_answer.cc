#include "agent/driver_client/initialize_answer.h"

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
namespace {

constexpr std::size_t kMaxWord = 128;

std::string Word(const driver::Json* object, std::string_view member) {
  if (object == nullptr) return "";
  const auto text = object->FindString(member);
  return text ? Printable(text->substr(0, kMaxWord)) : "";
}

void ReadGauges(const driver::Json& answer, HostIdentity& identity) {
  const driver::Json* gauges = answer.Find("gauges");
  if (gauges == nullptr || gauges->array() == nullptr) return;
  for (const driver::Json& gauge : *gauges->array()) {
    if (identity.gauges.size() >= driver::kMaxGauges) return;
    HostGauge read{Word(&gauge, "name"), Word(&gauge, "unit"), gauge.FindString("kind") == "counter"};
    if (driver::IsGaugeName(read.name)) identity.gauges.push_back(std::move(read));
  }
}

}  // namespace

absl::StatusOr<HostIdentity> ReadInitializeAnswer(const driver::Json& answer) {
  const driver::Json* protocol = answer.Find("protocol");
  const auto major = protocol ? protocol->FindInteger("major") : std::nullopt;
  if (!major) return absl::InvalidArgumentError("the answer names no protocol.major");
  if (*major != driver::kProtocolMajor) {
    return absl::InvalidArgumentError(absl::StrCat("the host speaks protocol ", *major, ", this agent ",
                                                   driver::kProtocolMajor));
  }
  HostIdentity identity;
  identity.host_name = Word(answer.Find("host"), "name");
  identity.host_version = Word(answer.Find("host"), "version");
  identity.sdk_name = Word(answer.Find("sdk"), "name");
  identity.sdk_version = Word(answer.Find("sdk"), "version");
  identity.language = Word(&answer, "language");
  if (identity.sdk_name.empty()) return absl::InvalidArgumentError("the answer names no sdk.name");
  const driver::Json* capabilities = answer.Find("capabilities");
  if (capabilities == nullptr || capabilities->array() == nullptr) {
    return absl::InvalidArgumentError("the answer lists no capabilities");
  }
  for (const driver::Json& capability : *capabilities->array()) {
    if (capability.string() != nullptr) identity.capabilities.insert(capability.string()->substr(0, kMaxWord));
  }
  ReadGauges(answer, identity);
  return identity;
}

}  // namespace seep::agent
