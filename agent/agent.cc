#include "agent/agent.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/log/log.h"
#include "agent/sampler/linux_proc_reader.h"
#include "agent/sampler/proc_files.h"
#include "agent/supervisor/launch.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kDeliverWithin = absl::Seconds(10);  // after the runs have ended
constexpr std::size_t kMaxPast = 10'000;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// A reason becomes part of a file's name.
std::string WordOf(const std::string& text) {
  std::string word;
  for (const char c : text.substr(0, 32)) word.push_back(absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '-');
  return word.empty() ? "asked-for" : word;
}

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

}  // namespace

Agent::Agent(EpollEventLoop& loop, Configuration configuration, LinkDialer& dialer, Ports ports)
    : loop_(loop), configuration_(std::move(configuration)), dialer_(dialer), ports_(std::move(ports)),
      artefacts_(loop, [this](v1::ArtefactChunk chunk) { return session_ && session_->SendArtefact(std::move(chunk)); }),
      instance_id_(EntropyHex(8)) {}

Agent::~Agent() {
  session_.reset();
  if (sampler_) sampler_->Stop();
}

absl::Status Agent::Start() {
  SEEP_RETURN_IF_ERROR(LockStateDirectory());
  SEEP_ASSIGN_OR_RETURN(spool_, Spool::Open(configuration_.state_directory + "/spool", configuration_.spool_limit));
  sampler_ = std::make_unique<Sampler>(loop_, std::make_unique<LinuxProcReader>(loop_.clock()));
  SEEP_RETURN_IF_ERROR(sampler_->Start());
  const std::string runs = configuration_.state_directory + "/runs";
  SEEP_RETURN_IF_ERROR(MakeDirectories(runs, 0700));
  parts_.reset(new AgentParts{loop_, *spool_, *sampler_, reaper_, configuration_, *this, runs});
  RecoverRuns();
  last_beat_ = loop_.clock().Now();
  session_ = std::make_unique<Session>(loop_, dialer_, *spool_, *this, configuration_.name, Random(EntropySeed()));
  return session_->Start();
}

absl::Status Agent::LockStateDirectory() {
  SEEP_RETURN_IF_ERROR(MakeDirectories(configuration_.state_directory, 0700));
  const std::string path = configuration_.state_directory + "/lock";
  lock_ = UniqueFd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_.valid()) return ErrnoStatus(errno, path);
  if (flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("state directory ", configuration_.state_directory,
                                                    " is used by another seep-agent; give this one its own --state-dir"));
}

// The policy after a kill -9 is `kill`: what is left of the runs goes, and each
// is over; its samples are still delivered.
void Agent::RecoverRuns() {
  for (const std::string& id : RunDirectory::List(parts_->runs_directory)) {
    const RunDirectory directory(parts_->runs_directory, id);
    const auto encoded = directory.LoadStatus();
    v1::RunStatus status;
    if (!encoded.ok() || !status.ParseFromString(*encoded)) {
      (void)directory.Remove();
      continue;
    }
    const int killed = directory.KillLeftovers(RunMark(status.boot_epoch(), id));
    if (killed > 0) LogWarn(absl::StrCat("run=", id, " killed=", killed, " left over from an agent that was killed"));
    (void)directory.RemoveWork();
    if (!status.final()) {
      past_faults_[id] = FaultTable::Unfinished(directory.fault_journal());
      status.set_state(v1::RUN_STATE_FAILED);
      status.set_reason("the agent was killed in mid-run; its target was killed when it came back");
      status.set_final(true);
      status.set_pid(0);
      status.set_ended_wall_us(loop_.clock().WallNow().micros());
      status.set_last_sequence(spool_->LastSequence({status.boot_epoch(), id}));
      (void)directory.SaveStatus(status.SerializeAsString());
    }
    past_[id] = std::move(status);
    artefacts_.Add(id, directory.path());
  }
}

v1::Register Agent::MakeRegister() {
  v1::Register message;
  message.set_agent(configuration_.name);
  message.set_instance_id(instance_id_);
  for (const auto& [key, value] : configuration_.labels) (*message.mutable_labels())[key] = value;
  message.set_slots(draining_ ? 0 : configuration_.slots);
  message.set_release("0.1.0");
  message.set_host(HostName());
  for (const auto& [name, driver] : configuration_.drivers) {
    v1::AgentInfo::DriverInfo* info = message.add_drivers();
    info->set_name(name);
    for (const std::string& version : InstalledVersions(driver)) info->add_versions(version);
    if (driver.versions_directory.empty() && !driver.default_version.empty()) info->add_versions(driver.default_version);
  }
  for (const auto& [name, target] : configuration_.targets) message.add_targets(name);
  for (const auto& [name, load] : configuration_.loads) message.add_loads(name);
  for (const auto& [id, run] : runs_) *message.add_runs() = run->status();
  for (const auto& [id, status] : past_) *message.add_runs() = status;
  return message;
}

v1::Heartbeat Agent::MakeHeartbeat() {
  v1::Heartbeat beat;
  const MonotonicTime now = loop_.clock().Now();
  beat.set_monotonic_us(now.micros());
  beat.set_wall_us(loop_.clock().WallNow().micros());
  beat.set_slots_used(SlotsUsed());
  beat.set_spooled_samples(spool_->unacknowledged());
  beat.set_dropped_samples(spool_->dropped() + sampler_->dropped_readings());
  const double cpu = CpuSeconds();
  const double elapsed = absl::ToDoubleSeconds(now - last_beat_);
  if (elapsed > 0.01) beat.set_cpu_percent(100 * (cpu - last_cpu_seconds_) / elapsed);
  last_cpu_seconds_ = cpu;
  last_beat_ = now;
  beat.set_rss_bytes(ProcFiles(getpid()).ResidentBytes().value_or(0));
  return beat;
}

void Agent::OnWelcome() {
  for (const auto& [id, status] : past_) session_->SendStatus(status);
  for (const auto& [id, faults] : past_faults_) {
    for (const v1::FaultReport& report : faults) session_->SendFault(report);
  }
  for (const auto& [id, run] : runs_) {
    session_->SendStatus(run->status());
    for (const v1::FaultReport& report : run->faults()) session_->SendFault(report);
  }
  artefacts_.OnConnected();
  if (!std::exchange(connected_once_, true) && ports_.first_connected) ports_.first_connected();
}

void Agent::OnMessage(const v1::CoordinatorMessage& message) {
  switch (message.message_case()) {
    case v1::CoordinatorMessage::kAssignment:
      return Assign(message.assignment().spec());
    case v1::CoordinatorMessage::kStopRun:
      return StopRun(message.stop_run());
    case v1::CoordinatorMessage::kFault:
      return Order(message.fault());
    case v1::CoordinatorMessage::kTakeProfiles:
      if (const auto run = runs_.find(message.take_profiles().run_id()); run != runs_.end()) {
        run->second->TakeProfiles(WordOf(message.take_profiles().reason()));
      }
      return;
    case v1::CoordinatorMessage::kArtefact:
      return OnArtefactAck(message.artefact());
    case v1::CoordinatorMessage::kDrain:
      return Drain(message.drain().reason().empty() ? "drained by the coordinator" : message.drain().reason());
    default:
      return;  // of a newer coordinator
  }
}

void Agent::Assign(const v1::RunSpec& spec) {
  const std::string& id = spec.run_id();
  if (!IsRunId(id)) return Refuse(spec, "the run's id is none");
  if (const auto run = runs_.find(id); run != runs_.end()) return session_->SendStatus(run->second->status());
  if (const auto past = past_.find(id); past != past_.end()) return session_->SendStatus(past->second);
  if (draining_) return Refuse(spec, "the agent is draining");
  if (SlotsUsed() >= configuration_.slots) return Refuse(spec, "the agent has no free slot");
  auto run = std::make_unique<Run>(*parts_, spec);
  Run* started = run.get();
  runs_.emplace(id, std::move(run));
  started->Start();
}

void Agent::Refuse(const v1::RunSpec& spec, const std::string& reason) {
  v1::RunStatus status;
  status.set_run_id(spec.run_id());
  status.set_state(v1::RUN_STATE_FAILED);
  status.set_reason(absl::StrCat("refused by agent ", configuration_.name, ": ", reason));
  status.set_boot_epoch(spool_->epoch());
  status.set_final(true);
  LogWarn(absl::StrCat("run=", Printable(spec.run_id()), " refused: ", reason));
  session_->SendStatus(status);
}

void Agent::StopRun(const v1::StopRun& stop) {
  const auto run = runs_.find(stop.run_id());
  if (run != runs_.end()) {
    const bool person = !stop.forget() && !stop.early();
    run->second->Stop(stop.reason().empty() ? "stopped by the coordinator" : stop.reason(), person);
    return;
  }
  if (stop.forget()) return Forget(stop.run_id());
  if (const auto past = past_.find(stop.run_id()); past != past_.end()) {
    session_->SendStatus(past->second);
    return;
  }
  // Never heard of, or forgotten: say so, that nobody waits.
  v1::RunStatus status;
  status.set_run_id(stop.run_id());
  status.set_state(stop.cancel() ? v1::RUN_STATE_CANCELLED : v1::RUN_STATE_FAILED);
  status.set_reason("not on this agent");
  status.set_boot_epoch(spool_->epoch());
  status.set_final(true);
  session_->SendStatus(status);
}

void Agent::OnArtefactAck(const v1::ArtefactAck& ack) {
  artefacts_.OnAck(ack);
  if (!artefacts_.Pending(ack.run_id()) && forget_later_.erase(ack.run_id()) > 0) Forget(ack.run_id());
}

void Agent::Forget(const std::string& run_id) {
  // A profile that was promised comes before the order in the house.
  if (artefacts_.Pending(run_id) && past_.size() <= kMaxPast) {
    forget_later_.insert(run_id);
    return;
  }
  artefacts_.Forget(run_id);
  for (const StreamId& stream : spool_->Streams()) {
    if (stream.run == run_id) session_->Forget(stream);
  }
  past_.erase(run_id);
  past_faults_.erase(run_id);
  if (IsRunId(run_id)) (void)RunDirectory(parts_->runs_directory, run_id).Remove();
}

void Agent::Order(const v1::FaultOrder& order) {
  if (const auto run = runs_.find(order.run_id()); run != runs_.end()) return run->second->Order(order);
  session_->SendFault(SkippedFault(order, "the run is not, or no longer, on this agent"));
}

void Agent::OnStatus(const v1::RunStatus& status) {
  if (session_) session_->SendStatus(status);
  // Not from inside the run that says so.
  if (status.final()) loop_.Post([this] { SweepRuns(); });
}

void Agent::SweepRuns() {
  for (auto run = runs_.begin(); run != runs_.end();) {
    if (!run->second->over()) {
      ++run;
      continue;
    }
    past_[run->first] = run->second->status();
    const auto& faults = run->second->faults();
    if (!faults.empty()) past_faults_[run->first].assign(faults.begin(), faults.end());
    run = runs_.erase(run);
  }
  while (past_.size() > kMaxPast) Forget(past_.begin()->first);
  FinishIfDone();
}

void Agent::OnFault(const v1::FaultReport& report) {
  if (session_) session_->SendFault(report);
}
void Agent::OnLogs(v1::LogBatch logs) {
  if (session_) session_->SendLogs(std::move(logs));
}
void Agent::OnSample(const std::string&, absl::Duration interval) { session_->NoteSample(interval); }

void Agent::OnArtefact(const std::string& run_id, const std::string& run_directory) { artefacts_.Add(run_id, run_directory); }
bool Agent::ArtefactsPending(const std::string& run_id) { return session_ && session_->connected() && artefacts_.Pending(run_id); }

void Agent::OnGivenUp(const std::string& reason) {
  given_up_ = true;
  Drain(reason);
}

std::uint32_t Agent::SlotsUsed() const {
  return static_cast<std::uint32_t>(
      std::count_if(runs_.begin(), runs_.end(), [](const auto& run) { return !run.second->status().final(); }));
}

void Agent::Drain(const std::string& reason) {
  if (std::exchange(draining_, true)) {
    LogWarn("agent=stopping forced");
    for (const auto& [id, run] : runs_) run->Abort("the agent was forced to stop");
    loop_.Cancel(drain_timer_);
    drain_timer_ = loop_.RunAfter(absl::ZeroDuration(), [this] { FinishIfDone(); });
    return;
  }
  LogInfo(absl::StrCat("agent=draining reason=", Printable(reason), " runs=", runs_.size()));
  for (const auto& [id, run] : runs_) run->Stop(absl::StrCat("the agent is stopping: ", reason), true);
  FinishIfDone();
}

// Over when no run is left and all is delivered, or 10 s later: what is still
// spooled then goes with the next start.
void Agent::FinishIfDone() {
  if (!draining_ || finished_ || !runs_.empty()) return;
  if (session_->connected() && !Delivered() && drain_timer_ == TimerId::kNone) {
    session_->Flush();
    const MonotonicTime deadline = loop_.clock().Now() + kDeliverWithin;
    AwaitDelivery(deadline);
    return;
  }
  finished_ = true;
  session_->Stop("agent stopping");
  loop_.RunAfter(absl::Milliseconds(100), [this] { ports_.finished(given_up_); });
}

void Agent::AwaitDelivery(MonotonicTime deadline) {
  drain_timer_ = loop_.RunAfter(absl::Milliseconds(20), [this, deadline] {
    if (session_->connected() && !Delivered() && loop_.clock().Now() < deadline) return AwaitDelivery(deadline);
    FinishIfDone();
  });
}

}  // namespace seep::agent
