// What a run needs before its first generation: the driver, the directory,
// companion services, the faucet. Members of Run.
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/faucet/http_faucet.h"
#include "agent/log/log.h"
#include "agent/runs/run.h"
#include "agent/supervisor/launch.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "sdk/driver_protocol/json_writer.h"

namespace seep::agent {
namespace {

absl::Status NeedObject(const std::string& json, const char* field) {
  if (json.empty()) return absl::OkStatus();
  const auto parsed = driver::Json::Parse(json);
  if (parsed.ok() && parsed->is_object()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, " is no JSON object"));
}

}  // namespace

absl::Status Run::Prepare() {
  SEEP_RETURN_IF_ERROR(directory_.Create());
  if (spec_.duration_ms() == 0) return absl::InvalidArgumentError("duration must be more than 0");
  SEEP_RETURN_IF_ERROR(PrepareFigures());
  if (!drives_sdk()) return PrepareProcess();
  const auto driver = parts_.configuration.drivers.find(spec_.target().driver());
  if (driver == parts_.configuration.drivers.end()) {
    return absl::NotFoundError(absl::StrCat("driver \"", Printable(spec_.target().driver()),
                                            "\" is not on this agent's allow list; add it to the agent's `drivers:`"));
  }
  driver_ = &driver->second;
  SEEP_ASSIGN_OR_RETURN(version_, ResolveVersion(*driver_, spec_.target().version()));
  SEEP_RETURN_IF_ERROR(NeedObject(spec_.target().settings_json(), "sdk.settings"));
  SEEP_RETURN_IF_ERROR(NeedObject(spec_.target().connect_settings_json(), "sdk.connect_settings"));
  return PrepareHosts();
}

Async<absl::Status> Run::StartServices() {
  if (driver_ == nullptr) co_return absl::OkStatus();
  for (const ServiceCommand& service : driver_->services) {
    const absl::Status started = co_await StartService(service);
    if (!started.ok()) co_return started;
    if (stop_asked_ || aborted_) co_return absl::CancelledError(stop_reason_);
  }
  co_return absl::OkStatus();
}

Async<absl::Status> Run::StartService(const ServiceCommand& service) {
  const std::string& epoch = parts_.spool.epoch();
  const std::string mark = ServiceMark(epoch, id(), service.name);
  const ChildOptions command = CompanionCommand(*driver_, service, {RunMark(epoch, id()), mark}, directory_.work());
  absl::Status failed;
  CallbackAwaiter<absl::StatusOr<Companion::Endpoints>> ready(
      [&](std::function<void(absl::StatusOr<Companion::Endpoints>)> done) {
        Companion::Ports ports;
        ports.done = done;
        ports.ended = [this](std::string why) { events_.Push({Event::Kind::kServiceLost, 0, std::move(why), {}}); };
        ports.error_output = [this](std::string_view bytes) { log_.AddBytes("stderr", bytes); };
        auto companion = Companion::Start(parts_.loop, parts_.reaper, service.name, command, mark, std::move(ports));
        if (companion.ok()) {
          (void)directory_.NoteProcess((*companion)->process().pid(), (*companion)->process().start_time_ticks());
          services_.push_back(*std::move(companion));
        } else {
          parts_.loop.Post([done, status = companion.status()] { done(status); });
        }
      });
  const absl::StatusOr<Companion::Endpoints> endpoints = co_await ready;
  if (!endpoints.ok()) co_return endpoints.status();
  for (const auto& [name, address] : *endpoints) endpoints_[name] = address;
  co_return absl::OkStatus();
}

Async<void> Run::StopService(Companion& service) {
  co_await service.Stop();
}

absl::Status Run::PrepareFaucet() {
  if (driver_ == nullptr) return absl::OkStatus();
  std::string address = spec_.faucet().url();
  if (address.empty()) {
    const auto endpoint = endpoints_.find(driver_->faucet_from_service);
    if (endpoint != endpoints_.end()) address = endpoint->second;
  }
  if (address.empty()) return absl::OkStatus();
  SEEP_ASSIGN_OR_RETURN(Url url, ParseUrl(address));
  FaucetCredentials credentials;
  if (!spec_.faucet().username_ref().empty() && !spec_.faucet().password_ref().empty()) {
    const auto username = ReadSecret(parts_.configuration, spec_.faucet().username_ref());
    const auto password = ReadSecret(parts_.configuration, spec_.faucet().password_ref());
    if (username.ok() && password.ok()) credentials = {*username, *password};
    else log_.AddLine("agent", "the faucet is asked without credentials: they are not both set on this agent");
  }
  faucet_ = std::make_unique<HttpFaucet>(parts_.loop, std::move(url), std::move(credentials));
  for (const auto& part : parts_of_processes_) part->faucet = std::make_unique<FaucetShare>(parts_.loop, *faucet_);
  return absl::OkStatus();
}

// The spec's settings, and the endpoints of services where it does not say
// otherwise.
std::string Run::InitializeSettings() const {
  if (driver_ == nullptr) return "{}";
  driver::JsonWriter json;
  json.BeginObject();
  std::set<std::string> given;
  const auto settings = driver::Json::Parse(spec_.target().settings_json());
  if (settings.ok() && settings->object() != nullptr) {
    for (const auto& [name, value] : *settings->object()) {
      if (given.insert(name).second) json.Key(name).Raw(value.ToText());
    }
  }
  for (const auto& [setting, endpoint] : driver_->settings_from_services) {
    const auto address = endpoints_.find(endpoint);
    if (address != endpoints_.end() && given.insert(setting).second) json.Key(setting).String(address->second);
  }
  json.EndObject();
  return json.Take();
}

}  // namespace seep::agent
