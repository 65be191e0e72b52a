#include "sdk/driver_host/instance_calls.h"

#include <sys/stat.h>

#include <algorithm>
#include <exception>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sdk/driver_host/params.h"
#include "sdk/driver_host/result_text.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host {
namespace {

using driver::ErrorKind;
using driver::Json;
using driver::JsonWriter;
using driver::MakeCallError;
namespace method = driver::method;

constexpr std::size_t kSeedHexCharacters = 64;

bool IsDirectory(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// complaints about secrets say what is wrong, never what was there.
void CheckSecrets(const ConnectOptions& options, Params& params) {
  const std::string& seed = options.seed_hex;
  if (seed.empty() == options.mnemonic.empty()) {
    params.Refuse("seed", "or params.mnemonic: exactly one of the two is needed");
  }
  const bool hex = std::all_of(seed.begin(), seed.end(),
                               [](unsigned char c) { return absl::ascii_isxdigit(c); });
  if (!seed.empty() && (seed.size() != kSeedHexCharacters || !hex)) {
    params.Refuse("seed", "is not 64 hexadecimal characters");
  }
}

ConnectOptions ReadConnectOptions(const std::string& name, Params& params) {
  ConnectOptions options;
  options.instance = name;
  options.network = params.Word("network", {"regtest", "mainnet", "local"});
  options.storage_dir = params.Text("storage_dir");
  if (!options.storage_dir.empty() &&
      (options.storage_dir[0] != '/' || !IsDirectory(options.storage_dir))) {
    params.Refuse("storage_dir", "is not the absolute path of an existing directory");
  }
  options.seed_hex = params.OptionalText("seed");
  options.mnemonic = params.OptionalText("mnemonic");
  options.settings = params.OptionalObject("settings");
  options.context = params.OptionalText("context");
  if (!options.context.empty() && !driver::IsInstanceName(options.context)) {
    params.Refuse("context", "is not 1 to 64 of A-Z, a-z, 0-9, '_', '.', '-'");
  }
  options.network_down = params.OptionalBool("network_down", false);
  if (const auto limit = params.OptionalInteger("deadline_ms", 1)) {
    options.deadline = absl::Now() + absl::Milliseconds(*limit);
  }
  CheckSecrets(options, params);
  return options;
}

}  // namespace

driver::CallError ErrorOf(const absl::Status& status) {
  const std::string words(status.message());
  return MakeCallError(ErrorKindOf(status.code()), words, words);
}

bool InstanceCalls::IsAlone(std::string_view name) {
  return name == method::kConnect || name == method::kDisconnect || name == method::kDestroy;
}

Outcome InstanceCalls::Call(const driver::Request& request) {
  try {
    return Dispatch(request);
  } catch (const std::exception& failure) {
    return MakeCallError(ErrorKind::kInternalError, absl::StrCat("the SDK threw: ", failure.what()),
                         failure.what());
  } catch (...) {
    return MakeCallError(ErrorKind::kInternalError,
                         "the SDK threw something that is no std::exception");
  }
}

Outcome InstanceCalls::Dispatch(const driver::Request& request) {
  const std::string& name = request.method;
  if (name == method::kConnect) return Connect(request.params);
  if (!exists()) {
    return MakeCallError(ErrorKind::kUnknownInstance,
                         absl::StrCat("no instance is called ", name_));
  }
  if (name == method::kDestroy) return Destroy();
  if (name == method::kDisconnect) return Disconnect();
  if (name == method::kRemoveListener) return RemoveListener(request.params);
  if (!connected_) {
    return MakeCallError(ErrorKind::kNotConnected,
                         absl::StrCat("instance ", name_, " is disconnected"));
  }
  if (name == method::kAddListener) return AddListener(request.params);
  if (name == method::kReceive) return Receive(request.params);
  if (name == method::kPrepareSend) return PrepareSend(request.params);
  if (name == method::kSend) return Send(request.params);
  if (name == method::kListPayments) return ListPayments(request.params);
  if (name == method::kSync) return Sync();
  if (name == method::kGetInfo) return GetInfo(request.params);
  if (name == method::kParse) return Parse(request.params);
  if (name == method::kInvoke) return Invoke(request.params);
  return MakeCallError(ErrorKind::kInternalError,
                       absl::StrCat(request.method, " takes no instance"));
}

Outcome InstanceCalls::Connect(const Json& json) {
  if (exists()) {
    return MakeCallError(ErrorKind::kInstanceExists,
                         absl::StrCat("an instance called ", name_, " exists"));
  }
  Params params(json);
  const ConnectOptions options = ReadConnectOptions(name_, params);
  if (params.error()) return *params.error();
  auto instance = sdk_.Connect(options);
  if (!instance.ok()) return ErrorOf(instance.status());
  if (absl::Now() > options.deadline) {  // nobody waits for it any more
    (void)(*instance)->Disconnect();
    return MakeCallError(ErrorKind::kDeadlineExceeded, "the connect ended after its deadline and was taken down");
  }
  instance_ = *std::move(instance);
  connected_ = true;
  JsonWriter result;
  result.BeginObject();
  if (const std::string identity = instance_->identity(); !identity.empty()) {
    result.Key("identity").String(identity);
  }
  return result.EndObject().Take();
}

Outcome InstanceCalls::Disconnect() {
  if (!connected_) return std::string("{}");
  if (const absl::Status status = instance_->Disconnect(); !status.ok()) return ErrorOf(status);
  connected_ = false;
  tokens_.Clear();
  return std::string("{}");
}

Outcome InstanceCalls::Destroy() {
  tokens_.Clear();
  connected_ = false;
  instance_.reset();
  return std::string("{}");
}

void InstanceCalls::Close() {
  try {
    if (exists()) (void)Disconnect();
    (void)Destroy();
  } catch (...) {  // the process ends next; there is nobody left to tell
  }
}

Outcome InstanceCalls::AddListener(const Json& json) {
  Params params(json);
  const bool capture = params.OptionalBool("capture_instance", false);
  if (params.error()) return *params.error();
  const auto listener = instance_->AddListener(capture);
  if (!listener.ok()) return ErrorOf(listener.status());
  return JsonWriter().BeginObject().Key("listener").String(*listener).EndObject().Take();
}

Outcome InstanceCalls::RemoveListener(const Json& json) {
  Params params(json);
  const std::string listener = params.Text("listener");
  if (params.error()) return *params.error();
  const auto removed = instance_->RemoveListener(listener);
  if (!removed.ok()) return ErrorOf(removed.status());
  return JsonWriter().BeginObject().Key("removed").Bool(*removed).EndObject().Take();
}

Outcome InstanceCalls::Receive(const Json& json) {
  Params params(json);
  ReceiveOptions options;
  options.method = params.Word(
      "method", {"spark_address", "spark_invoice", "bolt11_invoice", "bitcoin_address"});
  options.amount_sats = params.OptionalInteger("amount_sats", 0);
  options.description = params.OptionalText("description");
  if (params.error()) return *params.error();
  const auto received = instance_->Receive(options);
  if (!received.ok()) return ErrorOf(received.status());
  JsonWriter result;
  result.BeginObject().Key("payment_request").String(received->payment_request);
  return result.Key("fee_sats").Integer(received->fee_sats).EndObject().Take();
}

Outcome InstanceCalls::PrepareSend(const Json& json) {
  Params params(json);
  PrepareOptions options;
  options.destination = params.Text("destination");
  options.amount_sats = params.OptionalInteger("amount_sats", 0);
  options.fees_included =
      params.OptionalWord("fee_policy", {"fees_excluded", "fees_included"}) == "fees_included";
  if (params.error()) return *params.error();
  auto prepared = instance_->PrepareSend(options);
  if (!prepared.ok()) return ErrorOf(prepared.status());
  JsonWriter result;
  result.BeginObject().Key("prepared").String(tokens_.Keep(std::move(prepared->payment)));
  result.Key("amount_sats").Integer(prepared->amount_sats);
  return result.Key("fee_sats").Integer(prepared->fee_sats).EndObject().Take();
}

Outcome InstanceCalls::Send(const Json& json) {
  Params params(json);
  const std::string token = params.Text("prepared");
  const std::string key = params.OptionalText("idempotency_key");
  if (params.error()) return *params.error();
  const auto payment = tokens_.Take(token);
  if (payment == nullptr) {
    params.Refuse("prepared",
                  absl::StrCat("is no token of this instance, or was used, or was among more than ",
                               driver::kMaxPreparedPayments, " unused ones"));
    return *params.error();
  }
  const auto sent = instance_->Send(*payment, key);
  if (!sent.ok()) return ErrorOf(sent.status());
  JsonWriter result;
  result.BeginObject().Key("payment");
  WritePayment(*sent, result);
  return result.EndObject().Take();
}

Outcome InstanceCalls::ListPayments(const Json& json) {
  Params params(json);
  ListOptions options;
  options.limit = params.OptionalInteger("limit", 0).value_or(0);
  options.offset = params.OptionalInteger("offset", 0).value_or(0);
  options.destroy_response = params.OptionalBool("destroy_response", true);
  options.include = params.OptionalBool("include", false);
  if (params.error()) return *params.error();
  const auto list = instance_->ListPayments(options);
  if (!list.ok()) return ErrorOf(list.status());
  JsonWriter result;
  result.BeginObject().Key("count").Integer(list->count);
  if (options.include) {
    result.Key("payments").BeginArray();
    for (const Payment& payment : list->payments) WritePayment(payment, result);
    result.EndArray();
  }
  return result.EndObject().Take();
}

Outcome InstanceCalls::Sync() {
  const absl::Status status = instance_->Sync();
  if (!status.ok()) return ErrorOf(status);
  return std::string("{}");
}

Outcome InstanceCalls::GetInfo(const Json& json) {
  Params params(json);
  const bool ensure_synced = params.OptionalBool("ensure_synced", false);
  if (params.error()) return *params.error();
  const auto info = instance_->GetInfo(ensure_synced);
  if (!info.ok()) return ErrorOf(info.status());
  JsonWriter result;
  result.BeginObject();
  if (!info->identity.empty()) result.Key("identity").String(info->identity);
  result.Key("balance_sats").Integer(info->balance_sats);
  if (info->listeners) result.Key("listeners").Integer(*info->listeners);
  return result.EndObject().Take();
}

Outcome InstanceCalls::Parse(const Json& json) { return ParseText(sdk_, json); }

Outcome InstanceCalls::Invoke(const Json& json) {
  return InvokeOperation(json, [this](const std::string& operation, const Json& arguments) {
    return instance_->Invoke(operation, arguments);
  });
}

}  // namespace seep::driver_host
