// The SDK hosts of a run: how many, what each is to do, where it works. Members
// of Run.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/runs/run.h"
#include "agent/supervisor/launch.h"
#include "common/os/files.h"
#include "common/os/random.h"
#include "common/status/status_macros.h"

namespace seep::agent {
namespace {

constexpr std::uint32_t kMaxProcesses = 32;

// The first process has the run's own seed: alone it does what it always did.
std::uint64_t SeedOf(std::uint64_t run, std::size_t index) {
  return index == 0 ? run : Random(run).Fork(absl::StrCat("process ", index + 1)).Next() >> 1;
}

// Secrets that the spec names are the same in every process, in directories of
// their own; drawn ones differ.
absl::StatusOr<WalletSecret> SecretOf(const Configuration& configuration, const v1::RunSpec& spec, std::uint64_t seed, int index,
                                      const char* role) {
  if (spec.seed_refs_size() <= index) return DrawWalletSecret(seed, role);
  SEEP_ASSIGN_OR_RETURN(const std::string text, ReadSecret(configuration, spec.seed_refs(index)));
  auto secret = ReadWalletSecret(text);
  if (!secret.ok()) return Annotate(secret.status(), "secret " + Printable(spec.seed_refs(index)));
  return secret;
}

std::map<std::string, std::string> WishedVariables(const v1::TargetSpec& target) {
  return {target.environment().begin(), target.environment().end()};
}

}  // namespace

absl::Status Run::PrepareHosts() {
  const std::uint32_t processes = std::max(1u, spec_.target().processes());
  if (processes > kMaxProcesses) {
    return absl::InvalidArgumentError(absl::StrCat("sdk.processes is ", processes, "; at most ", kMaxProcesses, " are driven in one run"));
  }
  while (parts_of_processes_.size() < processes) parts_of_processes_.push_back(std::make_unique<ProcessPart>());
  for (std::size_t i = 0; i < processes; ++i) {
    ScenarioPlan& plan = parts_of_processes_[i]->plan;
    plan.spec = spec_.scenario();
    plan.pace = spec_.pace();
    plan.run_id = id();
    if (!spec_.target().network().empty()) plan.network = spec_.target().network();
    plan.connect_settings_json = spec_.target().connect_settings_json();
    plan.extra_instances = std::min(spec_.target().extra_instances(), 64u);
    plan.shared_context = spec_.target().shared_context();
    plan.seed = SeedOf(spec_.seed(), i);
    SEEP_ASSIGN_OR_RETURN(plan.alice, SecretOf(parts_.configuration, spec_, plan.seed, 0, "alice"));
    SEEP_ASSIGN_OR_RETURN(plan.bob, SecretOf(parts_.configuration, spec_, plan.seed, 1, "bob"));
  }
  // What the agent refuses is refused before anything is started.
  return TargetCommand(*driver_, version_, {directory_.work(), WishedVariables(spec_.target()), {}}).status();
}

absl::StatusOr<std::string> Run::WorkDirectory(std::size_t index, std::uint32_t number) const {
  std::string work = directory_.work();
  if (process_count() > 1) absl::StrAppend(&work, "/process-", index + 1);
  if (spec_.target().fresh_directory()) absl::StrAppend(&work, "/generation-", number);
  SEEP_RETURN_IF_ERROR(MakeDirectories(work, 0700));
  return work;
}

absl::StatusOr<std::unique_ptr<LivingTarget>> Run::MakeTarget(std::uint32_t number) {
  const std::uint32_t whose = process_count() > 1 ? 0 : number;
  LivingTarget::Ports ports{[this, whose](std::string why) { events_.Push({Event::Kind::kEnded, whose, std::move(why), {}}); },
                            [this, whose] { events_.Push({Event::Kind::kScenarioDone, whose, "", {}}); }};
  if (!drives_sdk()) return MakeProcess(number, std::move(ports));
  if (process_count() > 1) {
    std::unique_ptr<HostGroup> group = MakeGroup(std::move(ports));
    group_ = group.get();
    return group;
  }
  HostGroup::HostPorts host{std::move(ports), nullptr, std::nullopt};
  host.told = [this, number](const Reading& reading, std::optional<std::vector<GaugeValue>> inside) {
    samples_.Record(reading, number, inside ? &*inside : nullptr, parts_of_processes_[0]->counters);
  };
  return MakeHost(0, number, std::move(host));
}

absl::StatusOr<std::unique_ptr<Generation>> Run::MakeHost(std::size_t index, std::uint32_t number, HostGroup::HostPorts ports) {
  ProcessPart& part = *parts_of_processes_[index];
  SEEP_ASSIGN_OR_RETURN(part.plan.work_directory, WorkDirectory(index, number));
  const bool several = process_count() > 1;
  const std::string mark = TargetMark(parts_.spool.epoch(), id(), number, several ? index + 1 : 0);
  HostSurroundings around{part.plan.work_directory, WishedVariables(spec_.target()), {RunMark(parts_.spool.epoch(), id()), mark}};
  // So that a host can tell which one it is.
  if (several) around.marks.push_back(absl::StrCat("SEEP_PROCESS=", index + 1));
  SEEP_ASSIGN_OR_RETURN(ChildOptions command, TargetCommand(*driver_, version_, around));
  Generation::Setting setting{parts_, part.plan, spec_.sampling(), part.counters, log_, part.faucet.get(), number, mark, std::move(command),
                              std::move(ports.told), several ? absl::StrCat("process ", index + 1) : "", ports.sampled_from};
  return std::make_unique<Generation>(std::move(setting), std::move(ports.ports));
}

std::unique_ptr<HostGroup> Run::MakeGroup(LivingTarget::Ports ports) {
  const auto make = [this](std::size_t index, std::uint32_t number, HostGroup::HostPorts host) {
    return MakeHost(index, number, std::move(host));
  };
  const auto record = [this](const std::vector<std::optional<Told>>& told) {
    std::vector<ScenarioCounters*> counters;
    for (const auto& part : parts_of_processes_) counters.push_back(&part->counters);
    samples_.RecordSeveral(told, group_->number(), counters);
  };
  return std::make_unique<HostGroup>(parts_.loop, process_count(), make, record, std::move(ports));
}

std::vector<LivingTarget*> Run::LivingOnes() {
  std::vector<LivingTarget*> living;
  if (generation_ == nullptr) return living;
  if (group_ == nullptr) return {generation_.get()};
  for (std::size_t i = 0; i < group_->size(); ++i) {
    if (group_->process(i) != nullptr) living.push_back(group_->process(i));
  }
  return living;
}

LivingTarget* Run::StruckBy(std::uint32_t process) {
  if (group_ == nullptr || process == 0) return process <= 1 ? generation_.get() : nullptr;
  return process <= group_->size() ? group_->process(process - 1) : nullptr;
}

}  // namespace seep::agent
