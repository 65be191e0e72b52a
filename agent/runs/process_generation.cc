#include "agent/runs/process_generation.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/log/log.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kMinInterval = absl::Milliseconds(20);
constexpr absl::Duration kSampleWithin = absl::Seconds(2);
constexpr absl::Duration kStopWithin = absl::Seconds(10);
constexpr absl::Duration kReadyWithin = absl::Seconds(30);
constexpr int kConnectMs = 5;  // holds the loop
constexpr absl::Duration kLookEvery = absl::Milliseconds(50);
// A command that cannot begin says so by ending at once.
constexpr absl::Duration kSurvives = absl::Milliseconds(250);

absl::Duration IntervalOf(const v1::SamplingSpec& sampling) {
  if (sampling.interval_ms() == 0) return absl::Seconds(30);
  return std::max(absl::Milliseconds(sampling.interval_ms()), kMinInterval);
}

// Loopback answers at once, accepted or refused; a full backlog may not.
bool Accepts(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  int port = 0;
  if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port)) return false;
  if (host == "localhost") host = "127.0.0.1";
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  sockaddr_in four{};
  sockaddr_in6 six{};
  four.sin_family = AF_INET;
  six.sin6_family = AF_INET6;
  four.sin_port = six.sin6_port = htons(static_cast<std::uint16_t>(port));
  const bool is_four = inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1;
  if (!is_four && inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) != 1) return false;
  const UniqueFd peer(socket(is_four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int connected = is_four ? connect(peer.get(), reinterpret_cast<sockaddr*>(&four), sizeof four)
                                : connect(peer.get(), reinterpret_cast<sockaddr*>(&six), sizeof six);
  if (connected == 0 || errno != EINPROGRESS) return connected == 0;
  pollfd waiting{peer.get(), POLLOUT, 0};
  int error = 0;
  socklen_t length = sizeof error;
  return poll(&waiting, 1, kConnectMs) == 1 && getsockopt(peer.get(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

}  // namespace

ProcessGeneration::ProcessGeneration(Setting setting, Ports ports)
    : setting_(std::move(setting)), ports_(std::move(ports)), loop_(setting_.parts.loop), tasks_(loop_), gone_(loop_) {
  identity_.sdk_name = setting_.entry;
}

ProcessGeneration::~ProcessGeneration() {
  if (tree_) setting_.parts.sampler.Remove(*tree_);
}

pid_t ProcessGeneration::pid() const { return process_ ? process_->pid() : attached_ ? attached_->identity().pid : 0; }

std::uint64_t ProcessGeneration::start_time_ticks() const {
  return process_ ? process_->start_time_ticks() : attached_ ? attached_->identity().start_time_ticks : 0;
}

Async<absl::Status> ProcessGeneration::Start() {
  absl::Status started;
  if (setting_.attach) {
    started = co_await FindIt();
  } else {
    started = StartProcess();
  }
  if (!started.ok()) co_return started;
  SampledTree tree{pid(), setting_.attach ? "" : setting_.mark, IntervalOf(setting_.sampling),
                   absl::Milliseconds(setting_.sampling.detailed_interval_ms())};
  tree_ = setting_.parts.sampler.Add(std::move(tree), [this](const Reading& reading) {
    setting_.samples.Record(reading, setting_.number, nullptr, setting_.counters);
  });
  co_return absl::OkStatus();
}

absl::Status ProcessGeneration::StartProcess() {
  oom_kills_before_ = OomKills();
  TargetProcess::Ports ports;
  ports.output = [this](std::string_view bytes) { setting_.log.AddBytes("stdout", bytes); };
  ports.error_output = [this](std::string_view bytes) { setting_.log.AddBytes("stderr", bytes); };
  ports.exited = [this](ExitStatus status) { End(ClassifyEnd(status, OomKills() > oom_kills_before_)); };
  SEEP_ASSIGN_OR_RETURN(process_, TargetProcess::Start(loop_, setting_.parts.reaper, setting_.command, setting_.mark, std::move(ports)));
  return absl::OkStatus();
}

Async<absl::Status> ProcessGeneration::FindIt() {
  const MonotonicTime deadline = loop_.clock().Now() + setting_.appear_within;
  while (true) {
    auto found = FindProcess(*setting_.attach);
    if (found.ok()) {
      auto watched = AttachedProcess::Watch(loop_, *found, [this] { End("the attached process ended"); });
      if (watched.ok()) {
        attached_ = *std::move(watched);
        LogInfo(absl::StrCat("target=", setting_.entry, " attached pid=", attached_->identity().pid));
        co_return absl::OkStatus();
      }
      found = watched.status();
    }
    if (!absl::IsNotFound(found.status()) || loop_.clock().Now() >= deadline) co_return found.status();
    const bool slept = co_await gone_.Sleep(kLookEvery);
    if (!slept) co_return absl::CancelledError(why_ended_);
  }
}

Async<absl::Status> ProcessGeneration::Initialize(std::string) {
  const MonotonicTime deadline = loop_.clock().Now() + kReadyWithin;
  if (setting_.ready.empty() && !setting_.attach) co_await gone_.Sleep(kSurvives);
  while (!setting_.ready.empty() && why_ended_.empty() && !Accepts(setting_.ready)) {
    if (loop_.clock().Now() >= deadline) {
      co_return absl::UnavailableError(absl::StrCat(setting_.entry, " did not accept connections on ", setting_.ready, " within 30 s"));
    }
    co_await gone_.Sleep(kLookEvery);
  }
  if (!why_ended_.empty()) co_return absl::UnavailableError(why_ended_);
  co_return absl::OkStatus();
}

Async<absl::Status> ProcessGeneration::Setup() { co_return absl::OkStatus(); }
Async<bool> ProcessGeneration::Drain(absl::Duration) { co_return true; }
Async<bool> ProcessGeneration::Teardown(absl::Duration) { co_return true; }
// There is nothing that was taken down, so no residual either.
Async<void> ProcessGeneration::TakeCollectedSample() { co_return; }

Async<absl::StatusOr<LivingTarget::HeapDump>> ProcessGeneration::DumpHeap(std::string) {
  co_return absl::UnimplementedError("a process target has no driver that could dump its heap; give profiles.pprof");
}

Async<void> ProcessGeneration::TakeSample() { co_await FinishedWithin(loop_, tasks_, kSampleWithin, TakeFreshSample()); }

Async<void> ProcessGeneration::TakeFreshSample() {
  if (!tree_ || !why_ended_.empty()) co_return;
  CallbackAwaiter<std::optional<Reading>> sampled([this](std::function<void(std::optional<Reading>)> done) {
    setting_.parts.sampler.SampleNow(*tree_, std::move(done));
  });
  const std::optional<Reading> reading = co_await sampled;
  if (reading) setting_.samples.Record(*reading, setting_.number, nullptr, setting_.counters);
}

bool ProcessGeneration::gone() const {
  return process_ ? process_->ended().has_value() : attached_ ? attached_->ended() : true;
}

Async<bool> ProcessGeneration::Shutdown() {
  expected_end_ = true;
  if (!owned()) co_return true;  // it goes on without us
  co_return co_await Terminate(kStopWithin);
}

Async<bool> ProcessGeneration::Terminate(absl::Duration grace) {
  expected_end_ = true;
  if (!gone()) {
    if (process_) process_->Terminate();
    else if (setting_.attach->may_kill) attached_->Signal(SIGTERM);
    co_await gone_.Sleep(grace);
  }
  co_return gone();
}

void ProcessGeneration::Kill(const std::string& why) {
  expected_end_ = true;
  End(why);
  if (process_) process_->KillTree();
}

void ProcessGeneration::Strike() {
  if (attached_ && setting_.attach->may_kill) attached_->Signal(SIGKILL);
  Kill("fault");
}

Async<void> ProcessGeneration::Close() {
  expected_end_ = true;
  if (tree_) setting_.parts.sampler.Remove(*std::exchange(tree_, std::nullopt));
  End("closed");
  if (process_) process_->KillTree();
  co_await tasks_.Join();
}

void ProcessGeneration::End(std::string why) {
  gone_.Stop();
  if (!why_ended_.empty()) return;
  why_ended_ = std::move(why);
  if (!expected_end_ && ports_.ended) ports_.ended(why_ended_);
}

}  // namespace seep::agent
