#include "agent/scenario/scenario_plan.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/scenario/operations.h"
#include "common/os/random.h"
#include "common/status/status_macros.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
namespace {

namespace can = driver::capability;

absl::Status Need(const HostCalls& host, std::string_view capability, std::string_view scenario) {
  if (host.Can(capability)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("scenario ", std::string(scenario), ": the SDK host has no capability \"", std::string(capability),
                   "\"; leave the scenario out or choose another driver"));
}

absl::Status CheckUse(const v1::LifecycleScenario& lifecycle, const HostCalls& host) {
  for (const std::string& use : lifecycle.use()) {
    std::string_view capability;
    if (use == "get_info") capability = can::kGetInfo;
    else if (use == "list_payments") capability = can::kHistory;
    else if (use == "parse") capability = can::kParse;
    else if (use == "receive") capability = can::kReceive;
    else if (use == "sync") capability = can::kSync;
    else if (use == "listeners" || use == "capturing_listener") capability = can::kListeners;
    else return absl::InvalidArgumentError("scenario.lifecycle.use: no such operation");
    SEEP_RETURN_IF_ERROR(Need(host, capability, "lifecycle (use " + use + ")"));
  }
  return absl::OkStatus();
}

bool OfWholeInstances(const std::string& operation) {
  return operation == "reconnect" || operation == "listener_churn" || operation == "lifecycle" || operation == "invoke";
}

absl::Status NeedOperation(const std::string& operation, const HostCalls& host, const char* scenario) {
  SEEP_ASSIGN_OR_RETURN(const std::string_view capability, Operations::Needs(operation));
  return Need(host, capability, absl::StrCat(scenario, " (", operation, ")"));
}

// The parts of a scenario that name operations.
absl::Status CheckNamed(const v1::ScenarioSpec& spec, const HostCalls& host) {
  for (const std::string& kind : spec.failures().kinds()) {
    if (!Failures::IsKind(kind)) return absl::InvalidArgumentError("scenario.failures.kinds: no such kind");
    SEEP_RETURN_IF_ERROR(NeedOperation(kind, host, "failures"));
  }
  for (const std::string& operation : spec.concurrent().operations()) {
    if (OfWholeInstances(operation)) {
      return absl::InvalidArgumentError(absl::StrCat("scenario.concurrent.operations: ", operation, " is no call on an instance"));
    }
    SEEP_RETURN_IF_ERROR(NeedOperation(operation, host, "concurrent"));
  }
  for (const v1::MixEntry& entry : spec.mix().entries()) {
    SEEP_RETURN_IF_ERROR(NeedOperation(entry.operation(), host, "mix"));
    if (entry.operation() == "payment" && !spec.has_payments()) {
      return absl::InvalidArgumentError("scenario.mix: payment needs the settings of payments");
    }
    if (entry.operation() == "lifecycle" && !spec.lifecycle().idle()) {
      return absl::InvalidArgumentError("scenario.mix: lifecycle needs the settings of lifecycle");
    }
  }
  if (spec.has_mix() && spec.mix().entries_size() == 0) return absl::InvalidArgumentError("scenario.mix: is empty");
  return absl::OkStatus();
}

}  // namespace

WalletSecret DrawWalletSecret(std::uint64_t seed, std::string_view purpose) {
  Random random = Random(seed).Fork(absl::StrCat("wallet/", std::string(purpose)));
  std::string raw;
  for (int word = 0; word < 4; ++word) {
    std::uint64_t bits = random.Next();
    for (int byte = 0; byte < 8; ++byte, bits >>= 8) raw += static_cast<char>(bits & 0xff);
  }
  return {absl::BytesToHexString(raw), false};
}

absl::StatusOr<WalletSecret> ReadWalletSecret(std::string_view text) {
  const std::string trimmed(absl::StripAsciiWhitespace(std::string(text)));
  const bool hex = trimmed.size() == 64 && std::all_of(trimmed.begin(), trimmed.end(), [](unsigned char c) {
                     return absl::ascii_isxdigit(c);
                   });
  if (hex) return WalletSecret{absl::AsciiStrToLower(trimmed), false};
  const std::vector<std::string> words = absl::StrSplit(trimmed, ' ', absl::SkipWhitespace());
  if (words.size() >= 12 && words.size() <= 24) return WalletSecret{trimmed, true};
  return absl::InvalidArgumentError("a wallet seed is 64 hexadecimal characters or 12 to 24 words");
}

bool ScenarioPlan::needs_wallets() const {
  return extra_instances > 0 || spec.has_payments() || spec.has_reconnect() || spec.has_listener_churn() ||
         spec.has_history() || spec.has_sync() || spec.has_collect_garbage() || spec.has_parse() ||
         spec.has_failures() || spec.has_connect_cancel() || spec.has_concurrent() || spec.has_invoke() || spec.has_mix();
}

absl::Status CheckScenario(const ScenarioPlan& plan, const HostCalls& host) {
  const v1::ScenarioSpec& spec = plan.spec;
  if (spec.has_payments()) {
    SEEP_RETURN_IF_ERROR(Need(host, can::kPayments, "payments"));
    SEEP_RETURN_IF_ERROR(Need(host, can::kReceive, "payments"));
  }
  if (spec.has_listener_churn()) SEEP_RETURN_IF_ERROR(Need(host, can::kListeners, "listener_churn"));
  if (spec.has_history()) SEEP_RETURN_IF_ERROR(Need(host, can::kHistory, "history"));
  if (spec.has_sync()) SEEP_RETURN_IF_ERROR(Need(host, can::kSync, "sync"));
  if (spec.has_parse()) SEEP_RETURN_IF_ERROR(Need(host, can::kParse, "parse"));
  if (spec.has_collect_garbage()) SEEP_RETURN_IF_ERROR(Need(host, can::kCollectGarbage, "collect_garbage"));
  if (spec.has_invoke()) SEEP_RETURN_IF_ERROR(Need(host, can::kInvoke, "invoke"));
  if (plan.shared_context) SEEP_RETURN_IF_ERROR(Need(host, can::kSharedContext, "with sdk.shared_context"));
  if (spec.history().prefill() > 0 && !spec.has_payments()) {
    return absl::InvalidArgumentError("scenario.history.prefill needs the settings of payments");
  }
  SEEP_RETURN_IF_ERROR(CheckNamed(spec, host));
  return CheckUse(spec.lifecycle(), host);
}

}  // namespace seep::agent
