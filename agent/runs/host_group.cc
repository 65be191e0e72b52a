#include "agent/runs/host_group.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

std::string Named(std::size_t index, const std::string& what) { return absl::StrCat("process ", index + 1, ": ", what); }

}  // namespace

HostGroup::HostGroup(EpollEventLoop& loop, std::size_t processes, Make make, GatheredReadings::Complete record, Ports ports)
    : loop_(loop), make_(std::move(make)), ports_(std::move(ports)), sampled_from_(loop.clock().Now()), hosts_(processes),
      readings_(processes, std::move(record)) {}

HostGroup::~HostGroup() = default;

bool HostGroup::AnyLost() const {
  return std::any_of(hosts_.begin(), hosts_.end(), [](const Host& host) { return !host.life || !host.life->why_ended().empty(); });
}

bool HostGroup::AnyWorking() const {
  return std::any_of(hosts_.begin(), hosts_.end(),
                     [](const Host& host) { return host.stage == Stage::kWorking && host.life->why_ended().empty(); });
}

std::vector<pid_t> HostGroup::pids() const {
  std::vector<pid_t> pids;
  for (const Host& host : hosts_) pids.push_back(host.life ? host.life->pid() : 0);
  return pids;
}

std::uint64_t HostGroup::start_time_ticks() const { return hosts_.front().life ? hosts_.front().life->start_time_ticks() : 0; }

const std::string& HostGroup::why_ended() const {
  why_ended_.clear();
  for (std::size_t i = 0; i < hosts_.size() && why_ended_.empty(); ++i) {
    if (hosts_[i].life && !hosts_[i].life->why_ended().empty()) why_ended_ = Named(i, hosts_[i].life->why_ended());
  }
  return why_ended_;
}

absl::StatusOr<std::unique_ptr<Generation>> HostGroup::MakeLife(std::size_t index) {
  HostPorts ports;
  ports.ports.ended = [this, index](std::string why) {
    readings_.SetLives(index, false);
    ports_.ended(Named(index, why));
  };
  ports.ports.scenario_done = [this, index] { OnScenarioDone(index); };
  ports.told = [this, index](const Reading& reading, std::optional<std::vector<GaugeValue>> inside) {
    readings_.Tell(index, {reading, std::move(inside)});
  };
  ports.sampled_from = sampled_from_;
  return make_(index, number_, std::move(ports));
}

Async<absl::Status> HostGroup::Start() {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    Host& host = hosts_[i];
    if (host.life) continue;
    auto made = MakeLife(i);
    if (!made.ok()) co_return made.status();
    host.life = *std::move(made);
    host.scenario_done = false;
    readings_.SetLives(i, true);
    const absl::Status started = co_await host.life->Start();
    if (!started.ok()) co_return absl::Status(started.code(), Named(i, std::string(started.message())));
    host.stage = Stage::kStarted;
  }
  co_return absl::OkStatus();
}

Async<void> HostGroup::InitializeOne(std::size_t index, std::string settings_json, absl::Status& all) {
  const absl::Status status = co_await hosts_[index].life->Initialize(std::move(settings_json));
  if (status.ok()) hosts_[index].stage = Stage::kInitialized;
  else if (all.ok()) all = absl::Status(status.code(), Named(index, std::string(status.message())));
}

Async<absl::Status> HostGroup::Initialize(std::string settings_json) {
  TaskGroup together(loop_);
  absl::Status all;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i].stage == Stage::kStarted) together.Add(InitializeOne(i, settings_json, all));
  }
  co_await together.Join();
  if (all.ok()) identity_ = hosts_.front().life->identity();
  co_return all;
}

Async<void> HostGroup::SetUpOne(std::size_t index, absl::Status& all) {
  const absl::Status status = co_await hosts_[index].life->Setup();
  if (status.ok()) hosts_[index].stage = Stage::kReady;
  else if (all.ok()) all = absl::Status(status.code(), Named(index, std::string(status.message())));
}

Async<absl::Status> HostGroup::Setup() {
  TaskGroup together(loop_);
  absl::Status all;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i].stage == Stage::kInitialized) together.Add(SetUpOne(i, all));
  }
  co_await together.Join();
  co_return all;
}

void HostGroup::BeginScenario() {
  for (Host& host : hosts_) {
    if (host.stage != Stage::kReady) continue;
    host.stage = Stage::kWorking;
    host.life->BeginScenario();
  }
}

void HostGroup::OnScenarioDone(std::size_t index) {
  hosts_[index].scenario_done = true;
  const bool all = std::all_of(hosts_.begin(), hosts_.end(), [](const Host& host) { return host.scenario_done; });
  if (all && ports_.scenario_done) ports_.scenario_done();
}

Async<void> HostGroup::StepOf(Generation& host, const Step& step, bool& all) {
  // Named: g++ 12 makes a trap of this coroutine's end otherwise.
  const bool good = co_await step(host);
  all = all && good;
}

Async<bool> HostGroup::Everywhere(Step step) {
  TaskGroup together(loop_);
  bool all = true;
  for (Host& host : hosts_) {
    if (host.life) together.Add(StepOf(*host.life, step, all));
  }
  co_await together.Join();
  co_return all;
}

Async<bool> HostGroup::Drain(absl::Duration limit) {
  ports_.scenario_done = nullptr;
  Step drain = [limit](Generation& host) { return host.Drain(limit); };
  co_return co_await Everywhere(std::move(drain));
}

Async<void> HostGroup::Sample(bool collected) {
  const auto sample = [](Generation& host, bool after_collection) -> Async<bool> {
    if (after_collection) co_await host.TakeCollectedSample();
    else co_await host.TakeSample();
    co_return true;
  };
  readings_.Hold();
  Step step = [&sample, collected](Generation& host) { return sample(host, collected); };
  co_await Everywhere(std::move(step));
  readings_.Flush();
}

Async<void> HostGroup::TakeSample() { co_await Sample(false); }
Async<void> HostGroup::TakeCollectedSample() { co_await Sample(true); }

Async<absl::StatusOr<LivingTarget::HeapDump>> HostGroup::DumpHeap(std::string directory) {
  if (!hosts_.front().life) co_return absl::UnavailableError("process 1 does not live");
  co_return co_await hosts_.front().life->DumpHeap(std::move(directory));
}

Async<bool> HostGroup::Teardown(absl::Duration limit) {
  Step down = [limit](Generation& host) { return host.Teardown(limit); };
  co_return co_await Everywhere(std::move(down));
}

Async<bool> HostGroup::Shutdown() {
  Step shut = [](Generation& host) { return host.Shutdown(); };
  co_return co_await Everywhere(std::move(shut));
}

Async<bool> HostGroup::Terminate(absl::Duration grace) {
  Step terminate = [grace](Generation& host) { return host.Terminate(grace); };
  co_return co_await Everywhere(std::move(terminate));
}

void HostGroup::Kill(const std::string& why) {
  for (Host& host : hosts_) {
    if (host.life) host.life->Kill(why);
  }
}

void HostGroup::GiveUpStarting(const std::string& why) {
  for (Host& host : hosts_) {
    if (host.life && host.stage != Stage::kWorking) host.life->Kill(why);
  }
}

// Its coroutines are over; tasks it has posted run before this one.
void HostGroup::Bury(Host& host) {
  loop_.Post([life = std::shared_ptr<Generation>(std::move(host.life))] {});
  host.stage = Stage::kNone;
}

Async<void> HostGroup::CloseLost() {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    Host& host = hosts_[i];
    if (!host.life || (host.stage == Stage::kWorking && host.life->why_ended().empty())) continue;
    readings_.SetLives(i, false);
    co_await host.life->Close();
    Bury(host);
  }
}

Async<void> HostGroup::Close() {
  Kill("closed");
  for (Host& host : hosts_) {
    if (!host.life) continue;
    co_await host.life->Close();
    Bury(host);
  }
}

}  // namespace seep::agent
