#include "sdk/conformance/trial.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::conformance {

using driver::ErrorKind;
using driver::Json;

namespace {

constexpr char kSeed[] = "5eed0000000000000000000000000000000000000000000000000000c0ffee01";
constexpr char kSecondSeed[] = "5eed0000000000000000000000000000000000000000000000000000c0ffee02";

bool Lists(const Json& introduction, const char* member, const std::string& word) {
  const Json* list = introduction.Find(member);
  if (list == nullptr || list->array() == nullptr) return false;
  return std::any_of(list->array()->begin(), list->array()->end(),
                     [&](const Json& item) { return item.string() && *item.string() == word; });
}

std::string NameOf(ErrorKind kind) {
  return absl::StrCat("error ", static_cast<int>(kind), " ", std::string(driver::ErrorKindName(kind)));
}

}  // namespace

Trial::Trial(HostCommand command, TempDirectory directory) : command_(std::move(command)), directory_(std::move(directory)) {
  traffic_.AddSecret(kSeed);
  traffic_.AddSecret(kSecondSeed);
}

std::string Trial::InitializeParams() const {
  return absl::StrCat(R"({"protocol":{"major":1,"minor":0},"client":{"name":"seep-driver-check","version":"0.1.0"},"settings":)",
                      command_.settings_json, "}");
}

Problem Trial::Introduce() {
  no_host_ = "the host does not initialize: see R-3.1";
  auto host = HostSession::Start(command_, traffic_);
  if (!host.ok()) return Failure("the command can be started", command_.argv[0], std::string(host.status().message()));
  const std::int64_t id = (*host)->Send("initialize", InitializeParams());
  (*host)->WaitUntil([&] { return (*host)->HasAnswer(id); }, Limit(driver::kStartDeadline));
  const Json* answer = (*host)->HasAnswer(id) ? (*host)->Wait(id) : nullptr;
  const Json* result = answer ? answer->Find("result") : nullptr;
  if (result == nullptr || !result->is_object()) {
    return (*host)->Fail(absl::StrCat("a result of `initialize` within ", absl::FormatDuration(Limit(driver::kStartDeadline))), answer);
  }
  introduction_ = *result;
  shared_ = *std::move(host);
  no_host_.clear();
  return std::nullopt;
}

HostSession* Trial::Shared() {
  if (!shared_) shared_ = Fresh();
  return shared_.get();
}

std::unique_ptr<HostSession> Trial::Uninitialized() {
  if (!no_host_.empty()) return nullptr;
  auto host = HostSession::Start(command_, traffic_);
  return host.ok() ? *std::move(host) : nullptr;
}

std::unique_ptr<HostSession> Trial::Fresh() {
  auto host = Uninitialized();
  if (host && !ExpectResult(*host, "initialize", InitializeParams())) return host;
  no_host_ = "the host did not initialize again: see R-3.1";
  traffic_.Remark("R-3.1", host ? host->Fail("the host initializes every time it is started") : Failure("the host starts again", "", ""));
  return nullptr;
}

void Trial::Tidy() {
  if (shared_ && !shared_->healthy()) shared_.reset();
  if (shared_) shared_->ForgetAnswersWithoutId();
}

bool Trial::Can(const std::string& capability) const { return Lists(introduction_, "capabilities", capability); }
bool Trial::Offers(const std::string& operation) const { return Can("invoke") && Lists(introduction_, "operations", operation); }

bool Trial::HasGauge(const std::string& gauge) const {
  const Json* list = introduction_.Find("gauges");
  if (list == nullptr || list->array() == nullptr) return false;
  return std::any_of(list->array()->begin(), list->array()->end(), [&](const Json& item) { return item.FindString("name") == gauge; });
}

std::string Trial::NewName() { return absl::StrCat("check-", ++names_); }

std::string Trial::NewDirectory() {
  const std::string path = absl::StrCat(directory_.path(), "/", ++names_);
  MakeDirectories(path, 0700).IgnoreError();  // the host will complain about it by name
  return path;
}

std::string Trial::ConnectParams(const std::string& instance, bool second_seed) {
  return OnInstance(instance, absl::StrCat(R"("network":"local","storage_dir":)", Quoted(NewDirectory()), R"(,"seed":")",
                                           second_seed ? kSecondSeed : kSeed, "\""));
}

Problem Trial::Connect(HostSession& host, const std::string& instance, bool second_seed, Json* result) {
  return ExpectResult(host, "connect", ConnectParams(instance, second_seed), result);
}

std::string Quoted(const std::string& text) {
  std::string quoted;
  driver::AppendJsonString(text, quoted);
  return quoted;
}

std::string OnInstance(const std::string& instance) { return absl::StrCat("{\"instance\":", Quoted(instance), "}"); }
std::string OnInstance(const std::string& instance, const std::string& more) {
  return absl::StrCat("{\"instance\":", Quoted(instance), ",", more, "}");
}

std::optional<ErrorKind> KindOf(const Json* answer) {
  const Json* error = answer ? answer->Find("error") : nullptr;
  const auto code = error ? error->FindInteger("code") : std::nullopt;
  return code ? driver::ErrorKindFromCode(*code) : std::nullopt;
}

Problem ExpectResultOf(HostSession& host, std::int64_t id, const std::string& what, Json* result) {
  const Json* answer = host.Wait(id);
  const Json* found = answer ? answer->Find("result") : nullptr;
  if (found == nullptr || !found->is_object()) return host.Fail(absl::StrCat("a result of ", what), answer);
  if (result != nullptr) *result = *found;
  return std::nullopt;
}

Problem ExpectErrorOf(HostSession& host, std::int64_t id, const std::string& what, ErrorKind kind) {
  const Json* answer = host.Wait(id);
  if (KindOf(answer) != kind) return host.Fail(absl::StrCat(NameOf(kind), " from ", what), answer);
  return std::nullopt;
}

Problem ExpectResult(HostSession& host, const std::string& method, const std::string& params, Json* result) {
  return ExpectResultOf(host, host.Send(method, params), absl::StrCat("`", method, "`"), result);
}

Problem ExpectError(HostSession& host, const std::string& method, const std::string& params, ErrorKind kind) {
  return ExpectErrorOf(host, host.Send(method, params), absl::StrCat("`", method, "`"), kind);
}

Problem ExpectAlive(HostSession& host, const std::string& after) {
  const std::int64_t id = host.Send("metrics", "{}");
  return ExpectResultOf(host, id, absl::StrCat("`metrics` after ", after));
}

Problem ResultOrSkip(HostSession& host, const std::string& method, const std::string& params, Json* result) {
  const std::int64_t id = host.Send(method, params);
  const auto kind = KindOf(host.Wait(id));
  if (kind && *kind >= ErrorKind::kSdkError && *kind <= ErrorKind::kNotSupported) {
    return Skip(absl::StrCat("the SDK answers ", method, " with ", std::string(driver::ErrorKindName(*kind)), " here"));
  }
  return ExpectResultOf(host, id, absl::StrCat("`", method, "`"), result);
}

}  // namespace seep::conformance
