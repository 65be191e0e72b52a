// A run whose target is no SDK host: the entries of the agent's own lists, the
// life of its process, the load beside it; and, for all kinds, figures and
// profiles that are fetched. Members of Run.
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/log/log.h"
#include "agent/runs/process_generation.h"
#include "agent/runs/run.h"
#include "agent/supervisor/launch.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kFirstAppearance = absl::Seconds(10);
constexpr absl::Duration kReappearance = absl::Minutes(1);
constexpr absl::Duration kLoadAgainAfter = absl::Seconds(1);
constexpr absl::Duration kDefaultLoadDelay = absl::Milliseconds(500);
constexpr absl::Duration kProfilesWithin = absl::Seconds(35);
constexpr absl::Duration kDeliverWithin = absl::Seconds(10);
constexpr absl::Duration kLookEvery = absl::Milliseconds(20);

template <typename Entry>
absl::StatusOr<const Entry*> FindEntry(const std::map<std::string, Entry>& list, const std::string& name, const char* key) {
  const auto found = list.find(name);
  if (found != list.end()) return &found->second;
  return absl::NotFoundError(absl::StrCat("\"", Printable(name), "\" is not on this agent's list; add it to the agent's `", key, ":`"));
}

SpecWishes WishesOf(const v1::TargetSpec& target) {
  return {{target.parameters().begin(), target.parameters().end()}, {target.environment().begin(), target.environment().end()}};
}

SpecWishes WishesOf(const v1::LoadSpec& load) { return {{load.parameters().begin(), load.parameters().end()}, {}}; }

}  // namespace

bool Run::drives_sdk() const {
  return spec_.target().kind() != v1::TARGET_KIND_PROCESS && spec_.target().kind() != v1::TARGET_KIND_ATTACH;
}

// Everything that could be refused is refused here, before anything is started.
absl::Status Run::PrepareProcess() {
  const v1::TargetSpec& target = spec_.target();
  SEEP_ASSIGN_OR_RETURN(process_entry_, FindEntry(parts_.configuration.targets, target.entry(), "targets"));
  const bool attach = target.kind() == v1::TARGET_KIND_ATTACH;
  if (attach != process_entry_->attach.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("target ", target.entry(), attach ? " is started by the agent, not attached to: use target.process"
                                                                                    : " is attached to, not started: use target.attach"));
  }
  const std::string what = absl::StrCat("target ", target.entry());
  const Placeholders placeholders{directory_.work(), 1};
  SEEP_RETURN_IF_ERROR(AllowedProcess(what, process_entry_->start, WishesOf(target), placeholders, {}).status());
  if (!target.has_load()) return absl::OkStatus();
  SEEP_ASSIGN_OR_RETURN(load_entry_, FindEntry(parts_.configuration.loads, target.load().entry(), "loads"));
  return AllowedProcess("load " + target.load().entry(), *load_entry_, WishesOf(target.load()), placeholders, {}).status();
}

absl::Status Run::PrepareFigures() {
  for (const v1::MetricsEndpoint& endpoint : spec_.metrics()) {
    SEEP_RETURN_IF_ERROR(CheckEndpoint(endpoint.url(), parts_.configuration.endpoints));
  }
  const std::string& pprof = spec_.profiles().pprof_url();
  if (!pprof.empty()) SEEP_RETURN_IF_ERROR(CheckEndpoint(pprof, parts_.configuration.endpoints));
  figures_ = std::make_unique<RunFigures>(parts_.loop, absl::Milliseconds(spec_.sampling().interval_ms()), log_);
  samples_.AddFigures([this] { return figures_->Take(); });
  samples_.set_counts_scenario(drives_sdk());
  RunProfiles::Ports ports;
  ports.now_ms = [this] { return NowMs(); };
  ports.note = [this](const std::string& note) { log_.AddLine("agent", note); };
  ports.kept = [this] { parts_.listener.OnArtefact(id(), directory_.path()); };
  profiles_ = std::make_unique<RunProfiles>(parts_.loop, id(), directory_.path(), pprof, std::move(ports));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LivingTarget>> Run::MakeProcess(std::uint32_t number, LivingTarget::Ports ports) {
  SEEP_ASSIGN_OR_RETURN(const std::string work, WorkDirectory(0, number));
  const std::string mark = TargetMark(parts_.spool.epoch(), id(), number);
  const Placeholders placeholders{work, number};
  const std::string what = absl::StrCat("target ", spec_.target().entry());
  ProcessGeneration::Setting setting{parts_, spec_.sampling(), parts_of_processes_[0]->counters, samples_, log_, number, mark,
                                     spec_.target().entry(), process_entry_->attach, {}, "",
                                     number == 1 ? kFirstAppearance : kReappearance};
  SEEP_ASSIGN_OR_RETURN(const Arguments parameters, FillParameters(what, process_entry_->start, WishesOf(spec_.target()).parameters));
  setting.ready = FilledIn(process_entry_->ready, parameters, placeholders);
  if (!setting.attach) {
    const std::vector<std::string> marks{RunMark(parts_.spool.epoch(), id()), mark};
    SEEP_ASSIGN_OR_RETURN(setting.command, AllowedProcess(what, process_entry_->start, WishesOf(spec_.target()), placeholders, marks));
  }
  return std::make_unique<ProcessGeneration>(std::move(setting), std::move(ports));
}

void Run::BeginBeside() {
  figures_->Scrape({spec_.metrics().begin(), spec_.metrics().end()}, [this](const std::string& note) { log_.AddLine("agent", note); });
  if (!spec_.target().has_load() || load_) return;
  load_ = std::make_unique<LoadCommand>(parts_.loop, parts_.reaper, log_, spec_.target().load().entry());
  figures_->set_load(load_.get());
  const auto after = absl::Milliseconds(spec_.target().load().after_ms());
  load_timer_ = parts_.loop.RunAfter(after > absl::ZeroDuration() ? after : kDefaultLoadDelay, [this] { StartLoad(); });
}

void Run::StartLoad() {
  const std::string name = load_->status().entry();
  const std::string mark = ServiceMark(parts_.spool.epoch(), id(), "load-" + name);
  auto command = AllowedProcess("load " + name, *load_entry_, WishesOf(spec_.target().load()), {directory_.work(), status_.generation()},
                                {RunMark(parts_.spool.epoch(), id()), mark});
  absl::Status started = command.status();
  if (started.ok()) started = load_->Start(*command, mark, [this](bool success) { OnLoadEnded(success); });
  if (!started.ok()) {
    return events_.Push({Event::Kind::kLoadFailed, 0, absl::StrCat("load ", name, " did not start: ", std::string(started.message())), {}});
  }
  (void)directory_.NoteProcess(load_->pid(), load_->start_time_ticks());
  PublishLoad();
}

void Run::OnLoadEnded(bool success) {
  load_ended_ms_ = NowMs();
  const std::string text = absl::StrCat("load ", load_->status().entry(), " ended: ", load_->status().last_end());
  const bool repeats = spec_.target().load().at_end() == v1::LoadSpec::AT_END_REPEAT;
  if (!success || !repeats) log_.AddLine("agent", text);
  PublishLoad();
  switch (spec_.target().load().at_end()) {
    case v1::LoadSpec::AT_END_REPEAT:
      load_timer_ = parts_.loop.RunAfter(kLoadAgainAfter, [this] { StartLoad(); });
      return;
    case v1::LoadSpec::AT_END_CONTINUE:
      return;
    default:
      events_.Push({success ? Event::Kind::kLoadEnded : Event::Kind::kLoadFailed, 0, text, {}});
  }
}

void Run::StopLoad() {
  parts_.loop.Cancel(load_timer_);
  if (!load_) return;
  load_->Stop();
  PublishLoad();
}

void Run::PublishLoad() {
  *status_.mutable_load() = load_->status();
  status_.mutable_load()->set_ended_at_ms(load_ended_ms_);
  Publish();
}

void Run::TakeProfiles(const std::string& reason) {
  if (!profiles_ || !profiles_->has_endpoint() || !working_since_ || !generation_) return;
  profiles_->Take(reason, generation_->number());
}

// The last profiles, while everything is still as the soak left it.
Async<void> Run::KeepProfilesOfTheEnd() {
  const std::uint32_t number = generation_->number();
  if (profiles_->has_endpoint() && generation_->why_ended().empty()) {
    Async<void> taken = profiles_->TakeAndWait("end", number);
    co_await FinishedWithin(parts_.loop, beside_, kProfilesWithin, std::move(taken));
  }
  if (!spec_.profiles().heap_dump() || !generation_->why_ended().empty()) co_return;
  const std::string directory = directory_.work() + "/heap-dump";
  if (const absl::Status made = MakeDirectories(directory, 0700); !made.ok()) co_return;
  for (LivingTarget* target : LivingOnes()) {
    const auto dump = co_await target->DumpHeap(directory);
    if (dump.ok()) profiles_->KeepDump(*dump, directory, number);
    else log_.AddLine("agent", absl::StrCat("no heap dump: ", std::string(dump.status().message())));
  }
}

// So that whoever sees the end of the run finds its artefacts there.
Async<void> Run::AwaitArtefacts() {
  const MonotonicTime deadline = parts_.loop.clock().Now() + kDeliverWithin;
  StopSignal pause(parts_.loop);
  while (!aborted_ && parts_.listener.ArtefactsPending(id()) && parts_.loop.clock().Now() < deadline) co_await pause.Sleep(kLookEvery);
}

}  // namespace seep::agent
