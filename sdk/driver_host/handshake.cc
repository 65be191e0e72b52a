#include "sdk/driver_host/handshake.h"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "sdk/driver_host/result_text.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host {

using driver::ErrorKind;
using driver::Json;
using driver::JsonWriter;
using driver::MakeCallError;
namespace method = driver::method;

namespace {

void WriteTexts(const std::vector<std::string>& texts, JsonWriter& out) {
  out.BeginArray();
  for (const std::string& text : texts) out.String(text);
  out.EndArray();
}

std::string DescriptionText(const SdkDescription& description, int minor) {
  JsonWriter out;
  out.BeginObject();
  out.Key("protocol").BeginObject().Key("major").Integer(driver::kProtocolMajor);
  out.Key("minor").Integer(minor).EndObject();
  out.Key("host").BeginObject().Key("name").String(description.host_name);
  out.Key("version").String(description.host_version).EndObject();
  out.Key("sdk").BeginObject().Key("name").String(description.sdk_name);
  out.Key("version").String(description.sdk_version).EndObject();
  out.Key("language").String(description.language);
  out.Key("capabilities");
  WriteTexts(description.capabilities, out);
  out.Key("gauges").BeginArray();
  for (const Gauge& gauge : description.gauges) {
    out.BeginObject().Key("name").String(gauge.name).Key("unit").String(gauge.unit);
    out.Key("kind").String(gauge.kind).EndObject();
  }
  out.EndArray();
  out.Key("operations");
  WriteTexts(description.operations, out);
  return out.EndObject().Take();
}

Outcome CollectGarbage(Sdk& sdk) {
  const auto live_bytes = sdk.CollectGarbage();
  if (!live_bytes.ok()) return ErrorOf(live_bytes.status());
  JsonWriter result;
  result.BeginObject();
  if (*live_bytes) result.Key("live_bytes").Integer(**live_bytes);
  return result.EndObject().Take();
}

Outcome WriteHeapProfile(Sdk& sdk, const Json& json) {
  Params params(json);
  const std::string directory = params.Text("directory");
  struct stat info;
  if (!params.error() && (directory.empty() || directory[0] != '/' ||
                          ::stat(directory.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))) {
    params.Refuse("directory", "is not the absolute path of an existing directory");
  }
  if (params.error()) return *params.error();
  const auto profile = sdk.WriteHeapProfile(directory);
  if (!profile.ok()) return ErrorOf(profile.status());
  JsonWriter result;
  return result.BeginObject()
      .Key("path")
      .String(profile->path)
      .Key("format")
      .String(profile->format)
      .EndObject()
      .Take();
}

}  // namespace

void CheckDescription(const SdkDescription& description) {
  SEEP_CHECK(description.gauges.size() <= driver::kMaxGauges) << description.gauges.size();
  for (const Gauge& gauge : description.gauges) {
    SEEP_CHECK(driver::IsGaugeName(gauge.name)) << gauge.name;
    SEEP_CHECK(gauge.kind == "gauge" || gauge.kind == "counter")
        << gauge.name << ": " << gauge.kind;
  }
}

bool HasCapability(const SdkDescription& description, std::string_view capability) {
  const auto& has = description.capabilities;
  return capability.empty() || std::find(has.begin(), has.end(), capability) != has.end();
}

void CheckOperation(const SdkDescription& description, Params& params) {
  const std::string operation = params.Text("operation");
  const auto& known = description.operations;
  if (!params.error() && std::find(known.begin(), known.end(), operation) == known.end()) {
    params.Refuse("operation", "is none that `initialize` listed in `operations`");
  }
}

bool TakesInstance(std::string_view name, const Json& params) {
  if (name == method::kCollectGarbage || name == method::kHeapProfile) return false;
  if (name == method::kParse || name == method::kInvoke) {
    const Json* instance = params.Find("instance");
    return instance != nullptr && !instance->is_null();
  }
  return true;
}

Outcome Greet(const SdkDescription& description, const Json& json,
              const std::function<absl::Status(const Json& settings)>& start) {
  Params params(json);
  const Json& protocol = params.OptionalObject("protocol");
  if (!params.error() && json.Find("protocol") == nullptr) params.Refuse("protocol", "is missing");
  const Json& settings = params.OptionalObject("settings");
  (void)params.OptionalObject("client");
  if (params.error()) return *params.error();

  Params version(protocol);
  const std::int64_t major = version.Integer("major", 0);
  const std::int64_t minor = version.Integer("minor", 0);
  if (version.error()) return *version.error();
  if (major != driver::kProtocolMajor) {
    params.Refuse("protocol", absl::StrCat("asks for major version ", major, "; this host speaks ",
                                           driver::kProtocolMajor, ".", driver::kProtocolMinor));
    return *params.error();
  }
  const absl::Status started = start(settings);
  if (absl::IsInvalidArgument(started)) {
    params.Refuse("settings", std::string(started.message()));
    return *params.error();
  }
  if (!started.ok()) return ErrorOf(started);
  return DescriptionText(description,
                         static_cast<int>(std::min<std::int64_t>(minor, driver::kProtocolMinor)));
}

Outcome CallWithoutInstance(Sdk& sdk, const driver::Request& request) {
  if (request.method == method::kCollectGarbage) return CollectGarbage(sdk);
  if (request.method == method::kHeapProfile) return WriteHeapProfile(sdk, request.params);
  if (request.method == method::kParse) return ParseText(sdk, request.params);
  if (request.method == method::kInvoke) {
    return InvokeOperation(request.params,
                           [&sdk](const std::string& operation, const Json& arguments) {
                             return sdk.Invoke(operation, arguments);
                           });
  }
  return MakeCallError(ErrorKind::kInternalError,
                       absl::StrCat("nobody carries out ", request.method));
}

Outcome MetricsText(const std::vector<std::pair<std::string, std::optional<double>>>& values) {
  JsonWriter out;
  out.BeginObject().Key("values").BeginObject();
  for (const auto& [name, value] : values) {
    out.Key(name);
    // Whole numbers as integers: counts and bytes stay exact and short.
    if (value && std::abs(*value) < 9e15 && *value == std::floor(*value)) {
      out.Integer(static_cast<std::int64_t>(*value));
    } else if (value) {
      out.Number(*value);
    } else {
      out.Null();
    }
  }
  return out.EndObject().EndObject().Take();
}

}  // namespace seep::driver_host
