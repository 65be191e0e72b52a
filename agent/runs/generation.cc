#include "agent/runs/generation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/log/log.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::agent {
namespace {

namespace method = driver::method;

constexpr absl::Duration kMinInterval = absl::Milliseconds(20);
constexpr absl::Duration kDefaultInterval = absl::Seconds(30);
// How long before a sample the host is asked for its figures.
constexpr absl::Duration kMaxLead = absl::Milliseconds(200);
constexpr absl::Duration kFreshWithin = absl::Seconds(1);
constexpr absl::Duration kCollectedWithin = absl::Seconds(5);
constexpr absl::Duration kDumpWithin = absl::Seconds(60);
constexpr absl::Duration kExitWithin = absl::Seconds(10);

absl::Duration IntervalOf(const v1::SamplingSpec& sampling) {
  if (sampling.interval_ms() == 0) return kDefaultInterval;
  return std::max(absl::Milliseconds(sampling.interval_ms()), kMinInterval);
}

Async<void> Ignore(Async<CallOutcome> call) { co_await call; }

Async<CallOutcome> Ask(HostCalls& host, HostCall call) {
  CallbackAwaiter<CallOutcome> answer(
      [&host, &call](std::function<void(CallOutcome)> done) { host.Call(call, std::move(done)); });
  co_return co_await answer;
}

}  // namespace

Generation::Generation(Setting setting, Ports ports)
    : setting_(std::move(setting)), ports_(std::move(ports)), loop_(setting_.parts.loop),
      interval_(IntervalOf(setting_.sampling)), conversation_(loop_, ConversationPorts()), tasks_(loop_), gone_(loop_) {}

Generation::~Generation() {
  if (tree_) setting_.parts.sampler.Remove(*tree_);
  loop_.Cancel(ask_timer_);
  loop_.Cancel(pulse_timer_);
}

HostConversation::Ports Generation::ConversationPorts() {
  return {[this](std::string bytes) { process_->Write(std::move(bytes)); },
          [this](std::string reason) { End("broken host: " + reason); },
          [this](const driver::Notification& notification) { OnNotification(notification); }};
}

TargetProcess::Ports Generation::ProcessPorts() {
  TargetProcess::Ports ports;
  ports.output = [this](std::string_view bytes) { conversation_.Receive(bytes); };
  ports.error_output = [this](std::string_view bytes) { setting_.log.AddBytes(Source("stderr"), bytes); };
  ports.exited = [this](ExitStatus status) { OnExited(status); };
  ports.output_ended = [this](std::string why) {
    // Most often the process is about to end; its exit status tells more.
    loop_.RunAfter(absl::Seconds(1), [this, gone = std::weak_ptr<int>(lives_), why] {
      if (!gone.expired()) End("broken host: " + why);
    });
  };
  return ports;
}

Async<absl::Status> Generation::Start() {
  oom_kills_before_ = OomKills();
  auto started = TargetProcess::Start(loop_, setting_.parts.reaper, setting_.command, setting_.mark, ProcessPorts());
  if (!started.ok()) co_return started.status();
  process_ = *std::move(started);
  SampledTree tree{process_->pid(), setting_.mark, interval_, absl::Milliseconds(setting_.sampling.detailed_interval_ms()),
                   setting_.sampled_from};
  tree_ = setting_.parts.sampler.Add(std::move(tree), [this](const Reading& reading) { OnReading(reading); });
  co_return absl::OkStatus();
}

Async<absl::Status> Generation::Initialize(std::string settings_json) {
  struct Answer {
    CallOutcome outcome;
    HostIdentity identity;
  };
  CallbackAwaiter<Answer> answered([&](std::function<void(Answer)> done) {
    conversation_.Initialize(settings_json, [done = std::move(done)](CallOutcome outcome, HostIdentity identity) {
      done({std::move(outcome), std::move(identity)});
    });
  });
  Answer answer = co_await answered;
  if (!answer.outcome.ok()) {
    const driver::CallError& error = *answer.outcome.error;
    const std::string text = absl::StrCat("initialize: ", error.kind, ": ", Printable(error.message));
    co_return error.kind == "invalid_params" ? absl::InvalidArgumentError(text) : absl::UnavailableError(text);
  }
  identity_ = std::move(answer.identity);
  initialized_ = true;
  sleeping_.emplace(process_->pid());
  AskMetrics();
  FeelPulse();
  co_return absl::OkStatus();
}

Async<absl::Status> Generation::Setup() {
  engine_.emplace(loop_, conversation_, setting_.plan, setting_.counters, setting_.faucet,
                  [this](std::string note) { setting_.log.AddLine(Source("scenario"), note); });
  if (!why_ended_.empty()) co_return absl::UnavailableError(why_ended_);
  co_return co_await engine_->Setup();
}

void Generation::BeginScenario() { tasks_.Add(RunScenario()); }

Async<void> Generation::RunScenario() {
  co_await engine_->Run();
  if (why_ended_.empty() && ports_.scenario_done) ports_.scenario_done();
}

Async<bool> Generation::Drain(absl::Duration limit) {
  if (!engine_) co_return true;
  ports_.scenario_done = nullptr;
  engine_->Stop();
  if (setting_.faucet != nullptr) setting_.faucet->Cancel();
  const MonotonicTime deadline = loop_.clock().Now() + limit;
  while (tasks_.running() > 0 && loop_.clock().Now() < deadline && why_ended_.empty()) {
    co_await gone_.Sleep(absl::Milliseconds(5));
  }
  co_return tasks_.running() == 0;
}

Async<void> Generation::TakeSample() {
  co_await FinishedWithin(loop_, tasks_, kFreshWithin * 2, TakeFreshSample());
}

Async<void> Generation::TakeCollectedSample() {
  if (initialized_ && why_ended_.empty() && conversation_.Can(driver::capability::kCollectGarbage)) {
    HostCall call{method::kCollectGarbage, "", "{}", kCollectedWithin};
    Async<CallOutcome> collected = Ask(conversation_, std::move(call));
    co_await FinishedWithin(loop_, tasks_, kCollectedWithin, Ignore(std::move(collected)));
  }
  co_await TakeSample();
}

Async<void> Generation::TakeFreshSample() {
  if (!tree_ || !why_ended_.empty()) co_return;
  if (initialized_) {
    HostCall call{method::kMetrics, "", "{}", kFreshWithin};
    const CallOutcome outcome = co_await Ask(conversation_, std::move(call));
    if (outcome.ok()) inside_ = InsideGauges(outcome.Result(), identity_.gauges);
  }
  CallbackAwaiter<std::optional<Reading>> sampled([this](std::function<void(std::optional<Reading>)> done) {
    setting_.parts.sampler.SampleNow(*tree_, std::move(done));
  });
  const std::optional<Reading> reading = co_await sampled;
  if (reading) OnReading(*reading);
}

Async<absl::StatusOr<LivingTarget::HeapDump>> Generation::DumpHeap(std::string directory) {
  if (!initialized_ || !conversation_.Can(driver::capability::kHeapProfile)) {
    co_return absl::UnimplementedError(absl::StrCat("the driver of ", identity_.sdk_name, " does not declare heap_profile"));
  }
  HostCall call{method::kHeapProfile, "", driver::JsonWriter().BeginObject().Key("directory").String(directory).EndObject().Take(), kDumpWithin};
  const CallOutcome outcome = co_await Ask(conversation_, std::move(call));
  if (!outcome.ok()) co_return absl::UnavailableError(Printable(outcome.error->message));
  HeapDump dump;
  dump.path = std::string(outcome.Result().FindString("path").value_or(""));
  dump.format = std::string(outcome.Result().FindString("format").value_or(""));
  co_return dump;
}

Async<bool> Generation::Teardown(absl::Duration limit) {
  if (!engine_ || !why_ended_.empty()) co_return false;
  co_return co_await FinishedWithin(loop_, tasks_, limit, engine_->Teardown());
}

Async<bool> Generation::Shutdown() {
  expected_end_ = true;
  if (initialized_ && why_ended_.empty()) {
    HostCall call{method::kShutdown, ""};
    tasks_.Add(Ignore(Ask(conversation_, std::move(call))));
  } else if (process_) {
    process_->CloseInput();
  }
  if (process_ && !process_->ended()) co_await gone_.Sleep(kExitWithin);
  co_return !process_ || process_->ended().has_value();
}

Async<bool> Generation::Terminate(absl::Duration grace) {
  expected_end_ = true;
  if (process_ && !process_->ended()) {
    process_->Terminate();
    co_await gone_.Sleep(grace);
  }
  co_return !process_ || process_->ended().has_value();
}

void Generation::Kill(const std::string& why) {
  expected_end_ = true;
  End(why);
  if (process_) process_->KillTree();
}

Async<void> Generation::Close() {
  expected_end_ = true;
  if (tree_) setting_.parts.sampler.Remove(*std::exchange(tree_, std::nullopt));
  End("closed");
  if (process_) process_->KillTree();
  if (setting_.faucet != nullptr) setting_.faucet->Cancel();
  co_await tasks_.Join();
}

void Generation::OnExited(ExitStatus status) {
  End(ClassifyEnd(status, OomKills() > oom_kills_before_));
}

// Whatever waits for the host learns at once that it waits in vain.
void Generation::End(std::string why) {
  gone_.Stop();
  if (engine_) engine_->Stop();
  conversation_.Close(why);
  if (!why_ended_.empty()) return;
  why_ended_ = std::move(why);
  loop_.Cancel(ask_timer_);
  loop_.Cancel(pulse_timer_);
  if (!expected_end_ && ports_.ended) ports_.ended(why_ended_);
}

void Generation::OnNotification(const driver::Notification& notification) {
  const auto params = notification.Params();
  if (!params.ok()) return;
  if (notification.method == driver::notification::kEvent) {
    ++setting_.counters.events;
  } else if (notification.method == driver::notification::kLog) {
    setting_.log.AddLine(Source("host"), params->FindString("message").value_or(""));
  } else if (notification.method == driver::notification::kOutOfBandError) {
    setting_.counters.CountError("out_of_band");
    setting_.log.AddLine(Source("host"), params->FindString("message").value_or("out of band error"));
    if (const auto instance = params->FindString("instance")) conversation_.Poison(std::string(*instance));
  }
}

void Generation::OnReading(const Reading& reading) {
  setting_.told(reading, std::exchange(inside_, std::nullopt));
  AskMetricsAhead();
}

std::string Generation::Source(const char* source) const {
  return setting_.name.empty() ? source : absl::StrCat(setting_.name, " ", source);
}

// So early that a prompt host has answered when the sample is taken, and a slow
// one bends nothing: its figures are then absent.
void Generation::AskMetricsAhead() {
  loop_.Cancel(ask_timer_);
  const absl::Duration lead = std::min(interval_ / 2, kMaxLead);
  ask_timer_ = loop_.RunAfter(interval_ - lead, [this] { AskMetrics(); });
}

void Generation::FeelPulse() {
  if (!why_ended_.empty()) return;
  const bool heard = std::exchange(heard_, conversation_.heard()) != conversation_.heard();
  switch (pulse_.Tick(heard, conversation_.owed(), [this] { return sleeping_->Asleep(); })) {
    case HostPulse::Finding::kNothing:
      break;
    case HostPulse::Finding::kAskIt:
      conversation_.Call({method::kMetrics, ""}, [](const CallOutcome&) {});
      break;
    case HostPulse::Finding::kHung:
      return End("hang: no word for 2 s though answers are due, `metrics` among them, and all its threads sleep");
  }
  pulse_timer_ = loop_.RunAfter(HostPulse::kEvery, [this] { FeelPulse(); });
}

void Generation::AskMetrics() {
  if (asking_ || !initialized_ || !why_ended_.empty()) return;
  asking_ = true;
  const auto ask = [this] {
    conversation_.Call({method::kMetrics, ""}, [this](CallOutcome outcome) {
      asking_ = false;
      if (outcome.ok()) inside_ = InsideGauges(outcome.Result(), identity_.gauges);
      else if (outcome.failed_as("deadline_exceeded")) End("hang: no answer to `metrics` within 30 s");
    });
  };
  if (!setting_.sampling.force_collection() || !conversation_.Can(driver::capability::kCollectGarbage)) return ask();
  conversation_.Call({method::kCollectGarbage, ""}, [ask](CallOutcome) { ask(); });
}

}  // namespace seep::agent
