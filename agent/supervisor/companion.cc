#include "agent/supervisor/companion.h"

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "sdk/driver_protocol/json.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kReadyWithin = absl::Seconds(30);
constexpr absl::Duration kStopWithin = absl::Seconds(3);

absl::StatusOr<Companion::Endpoints> ReadReadyLine(const std::string& name, std::string_view text) {
  const auto line = driver::Json::Parse(text);
  const driver::Json* endpoints = line.ok() ? line->Find("endpoints") : nullptr;
  if (!line.ok() || line->FindBool("ready") != true || endpoints == nullptr || endpoints->object() == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("service ", name, ": its first line is no ready line: ",
                                                   Printable(text.substr(0, 200))));
  }
  Companion::Endpoints read;
  for (const auto& [endpoint, value] : *endpoints->object()) {
    if (value.string() != nullptr) read[endpoint] = *value.string();
  }
  return read;
}

}  // namespace

Companion::Companion(EpollEventLoop& loop, std::string name, Ports ports)
    : loop_(loop), name_(std::move(name)), ports_(std::move(ports)) {}

Companion::~Companion() { loop_.Cancel(timer_); }

absl::StatusOr<std::unique_ptr<Companion>> Companion::Start(EpollEventLoop& loop, OrphanReaper& reaper,
                                                            const std::string& name, const ChildOptions& options,
                                                            const std::string& mark, Ports ports) {
  std::unique_ptr<Companion> companion(new Companion(loop, name, std::move(ports)));
  Companion* self = companion.get();
  TargetProcess::Ports process_ports;
  process_ports.output = [self](std::string_view bytes) { self->Read(bytes); };
  process_ports.error_output = [self](std::string_view bytes) {
    if (self->ports_.error_output) self->ports_.error_output(bytes);
  };
  process_ports.exited = [self](ExitStatus status) {
    self->gone_.Stop();
    const std::string why = absl::StrCat("service ", self->name_, " ended: ", status.ToString());
    if (!self->answered_) self->Answer(absl::UnavailableError(why));
    else if (self->ports_.ended) self->ports_.ended(why);
  };
  auto process = TargetProcess::Start(loop, reaper, options, mark, std::move(process_ports));
  if (!process.ok()) return Annotate(process.status(), "service " + name);
  companion->process_ = *std::move(process);
  companion->timer_ = loop.RunAfter(kReadyWithin, [self] {
    self->Answer(absl::DeadlineExceededError(absl::StrCat("service ", self->name_, " was not ready within 30 s")));
  });
  return companion;
}

Async<void> Companion::Stop() {
  ports_.ended = nullptr;
  if (!process_->ended()) {
    process_->CloseInput();
    process_->Terminate();
    co_await gone_.Sleep(kStopWithin);
  }
  process_->KillTree();
}

void Companion::Read(std::string_view bytes) {
  lines_.Append(bytes);
  while (auto line = lines_.Next()) {
    if (!answered_) Answer(ReadReadyLine(name_, line->text));
  }
}

void Companion::Answer(absl::StatusOr<Endpoints> result) {
  if (answered_) return;
  answered_ = true;
  loop_.Cancel(timer_);
  loop_.Post([done = ports_.done, result = std::move(result)] { done(result); });
}

}  // namespace seep::agent
