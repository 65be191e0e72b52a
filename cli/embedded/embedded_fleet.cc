#include "cli/embedded/embedded_fleet.h"

#include <signal.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/embedded/agent_configuration.h"
#include "cli/embedded/janitor.h"
#include "common/os/files.h"
#include "common/os/process_tree.h"
#include "common/os/system_clock.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr char kPrefix[] = "seep-run";
constexpr int kShownLines = 5;  // of a member's last words; -v shows them all
constexpr absl::Duration kStartLimit = absl::Seconds(30);
// sockaddr_un.sun_path holds 108 bytes with its end.
constexpr std::size_t kMaxSocketPath = 107;

absl::Status CheckExecutable(const std::string& path) {
  if (access(path.c_str(), X_OK) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("an embedded run needs ", path, ", which is not there; build it, or give --server"));
}

}  // namespace

EmbeddedFleet::EmbeddedFleet(const EmbeddedOptions& options, const Environment& environment, Interruption& interruption,
                             TempDirectory directory)
    : options_(options), environment_(environment), interruption_(interruption), directory_(std::move(directory)),
      address_(absl::StrCat("unix:", directory_.path(), "/coordinator.sock")), drain_(options.verbose) {}

absl::StatusOr<std::unique_ptr<EmbeddedFleet>> EmbeddedFleet::Start(const EmbeddedOptions& options,
                                                                    const Environment& environment,
                                                                    Interruption& interruption) {
  SEEP_RETURN_IF_ERROR(CheckExecutable(options.binary_directory + "/seep-coordinator"));
  SEEP_RETURN_IF_ERROR(MakeDirectories(options.data_directory, 0700));
  TempDirectory::RemoveAbandoned(kPrefix);
  SEEP_ASSIGN_OR_RETURN(TempDirectory directory, TempDirectory::Create(kPrefix));
  auto fleet = std::unique_ptr<EmbeddedFleet>(new EmbeddedFleet(options, environment, interruption, std::move(directory)));
  SEEP_RETURN_IF_ERROR(fleet->StartJanitor());
  SEEP_RETURN_IF_ERROR(fleet->StartCoordinator());
  return fleet;
}

EmbeddedFleet::~EmbeddedFleet() { Stop(absl::Seconds(10)); }

absl::Status EmbeddedFleet::StartJanitor() {
  ChildOptions janitor;
  janitor.argv = {options_.binary_directory + "/seep", kJanitorCommand, directory_.path()};
  janitor.standard_input = Stdio::kPipe;
  janitor.standard_output = Stdio::kNull;
  janitor.standard_error = Stdio::kNull;
  janitor.die_with_parent = false;  // it is there for the parent's death
  SEEP_RETURN_IF_ERROR(CheckExecutable(janitor.argv[0]));
  SEEP_ASSIGN_OR_RETURN(ChildProcess process, ChildProcess::Start(janitor));
  janitor_ = std::make_unique<ChildProcess>(std::move(process));
  return absl::OkStatus();
}

absl::Status EmbeddedFleet::StartCoordinator() {
  if (address_.size() - 5 > kMaxSocketPath) {
    return absl::FailedPreconditionError(absl::StrCat(directory_.path(), " is too long a path for a socket; set TMPDIR to a shorter one"));
  }
  std::vector<std::string> argv = {options_.binary_directory + "/seep-coordinator", "--listen", address_, "--data-dir",
                                   options_.data_directory, "--ready-line", "--exit-with-stdin"};
  if (!options_.backup_directory.empty()) argv.insert(argv.end(), {"--backup-dir", options_.backup_directory});
  return StartMember("coordinator", std::move(argv));
}

absl::Status EmbeddedFleet::AddAgent(const EmbeddedAgent& agent, const std::vector<std::string>& secrets) {
  const std::string binary = options_.binary_directory + "/seep-agent";
  SEEP_RETURN_IF_ERROR(CheckExecutable(binary));
  const std::string home = absl::StrCat(directory_.path(), "/", agent.name);
  SEEP_RETURN_IF_ERROR(MakeDirectories(home, 0700));
  std::vector<std::string> drivers_files = {options_.drivers_file};
  if (!options_.own_drivers.empty()) {
    drivers_files.push_back(directory_.path() + "/own-drivers.yaml");
    SEEP_RETURN_IF_ERROR(WriteFileAtomically(drivers_files.back(), OwnDriversFile(options_.own_drivers), 0600));
  }
  const std::string configuration = home + ".yaml";
  SEEP_RETURN_IF_ERROR(WriteFileAtomically(
      configuration, AgentConfiguration(agent, address_, home, drivers_files, secrets), 0600));
  return StartMember("agent " + agent.name, {binary, "--config", configuration, "--ready-line", "--exit-with-stdin"}, agent.own.passed);
}

absl::Status EmbeddedFleet::StartMember(std::string name, std::vector<std::string> argv, const std::vector<std::string>& passed) {
  ChildOptions child;
  child.argv = std::move(argv);
  child.environment = MemberEnvironment(passed);
  child.standard_input = Stdio::kPipe;
  child.standard_output = Stdio::kPipe;
  child.standard_error = Stdio::kPipe;
  // Should the CLI be killed, the end of standard input lets them end in
  // order; a SIGKILL here would orphan their targets.
  child.die_with_parent = false;
  SEEP_ASSIGN_OR_RETURN(ChildProcess process, ChildProcess::Start(child));
  Member& member = members_.emplace_back();
  member.name = std::move(name);
  member.process = std::make_unique<ChildProcess>(std::move(process));
  member.output = drain_.Add(member.name, std::move(member.process->standard_output()), std::move(member.process->standard_error()));
  TellJanitor(*janitor_, *member.process);
  return WaitUntilReady(member);
}

absl::Status EmbeddedFleet::WaitUntilReady(Member& member) {
  const int before = interruption_.Count();
  const SystemClock clock;
  const MonotonicTime deadline = clock.Now() + kStartLimit;
  while (clock.Now() < deadline) {
    if (drain_.WaitReady(member.output, absl::Milliseconds(200))) return absl::OkStatus();
    // WaitReady also returns when its output ended; the process may take a
    // moment longer.
    if (member.process->WaitFor(absl::Milliseconds(20))) return Ended(member);
    if (interruption_.Count() > before) return absl::CancelledError("interrupted");
  }
  return absl::FailedPreconditionError(absl::StrCat("the embedded ", member.name, " was not ready after ",
                                                    absl::FormatDuration(kStartLimit), "\n",
                                                    absl::StrJoin(drain_.LastErrors(member.output), "\n")));
}

absl::Status EmbeddedFleet::Ended(Member& member) {
  drain_.WaitClosed(member.output, absl::Seconds(1));  // its last words may still be in the pipe
  const auto status = member.process->TryWait();
  std::vector<std::string> errors = drain_.LastErrors(member.output);
  if (errors.size() > kShownLines) errors.erase(errors.begin(), errors.end() - kShownLines);
  return absl::FailedPreconditionError(
      absl::StrCat("the embedded ", member.name, " ended (", status ? status->ToString() : "unknown", ")",
                   errors.empty() ? "" : "; it said:\n  ", absl::StrJoin(errors, "\n  ")));
}

absl::Status EmbeddedFleet::Health() {
  for (Member& member : members_) {
    if (!member.process->running()) return Ended(member);
  }
  return absl::OkStatus();
}

std::vector<std::string> EmbeddedFleet::MemberEnvironment(const std::vector<std::string>& passed) const {
  // What an agent may hand on is decided by its configuration; what it gets is
  // this little, so that nothing of the caller's leaks into a target.
  std::vector<std::string> kept;
  for (const char* name : {"PATH", "HOME", "TMPDIR", "TZ", "LANG", "FAUCET_USERNAME", "FAUCET_PASSWORD", "ALICE_SEED",
                           "BOB_SEED", "SEEP_LOG_LEVEL"}) {
    if (environment_.Has(name)) kept.push_back(absl::StrCat(name, "=", environment_.Get(name)));
  }
  for (const std::string& name : passed) kept.push_back(absl::StrCat(name, "=", environment_.Get(name)));
  return kept;
}

void EmbeddedFleet::Stop(absl::Duration grace) {
  while (!members_.empty()) {  // agents before the coordinator that takes their last samples
    Member& member = members_.back();
    const pid_t pid = member.process->pid();
    if (member.process->running()) {
      member.process->standard_input().reset();
      if (!member.process->WaitFor(grace)) KillProcessTree(pid, "", absl::Seconds(5));
    }
    members_.pop_back();
  }
  DismissJanitor();
}

void EmbeddedFleet::Kill() {
  while (!members_.empty()) {
    if (members_.back().process->running()) KillProcessTree(members_.back().process->pid(), "", absl::Seconds(5));
    members_.pop_back();
  }
  DismissJanitor();
}

void EmbeddedFleet::DismissJanitor() {
  if (!janitor_) return;
  janitor_->standard_input().reset();  // it removes the directory and ends
  janitor_->WaitFor(absl::Seconds(5));
  janitor_.reset();
}

absl::StatusOr<std::string> DataDirectory(const std::string& flag, const Environment& environment) {
  if (!flag.empty()) return flag;
  for (const auto& [variable, below] : {std::pair("SEEP_DATA_DIR", ""), std::pair("XDG_DATA_HOME", "/seep"),
                                        std::pair("HOME", "/.local/share/seep")}) {
    const std::string base = environment.Get(variable);
    if (!base.empty() && base[0] == '/') return base + below;
  }
  return absl::InvalidArgumentError("there is no home directory to keep results in; give --data-dir");
}

absl::StatusOr<std::string> DriversFile(const std::string& flag, const Environment& environment, const std::string& binary_directory) {
  std::string path = !flag.empty() ? flag : environment.Get("SEEP_DRIVERS");
  const bool chosen = !path.empty();
  if (!chosen) path = binary_directory + "/../share/seep/drivers.yaml";
  if (FileExists(path)) return path;
  return absl::InvalidArgumentError(absl::StrCat("no drivers file ", Printable(path), chosen ? "" : "; give --drivers or set SEEP_DRIVERS"));
}

}  // namespace seep::cli
