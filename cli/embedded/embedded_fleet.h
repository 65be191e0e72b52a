// A coordinator and its agents for one invocation of the CLI: the real
// binaries, on unix sockets in a private directory.
//
// What ends them, in the order of how much went wrong: Stop (graceful), the
// destructor, and, should the CLI be killed, the end of their standard inputs;
// the janitor then removes the directory. The data directory (database) stays.
//
// Threads: main only (a process that is started must not outlive the thread
//          that started it). One thread inside drains the children's output.
// Owns:    processes, private directory, the drain thread.
// Failure: kFailedPrecondition with what the process itself said.
#ifndef SEEP_CLI_EMBEDDED_EMBEDDED_FLEET_H_
#define SEEP_CLI_EMBEDDED_EMBEDDED_FLEET_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/console/environment.h"
#include "cli/console/interruption.h"
#include "cli/embedded/output_drain.h"
#include "cli/embedded/own_driver.h"
#include "cli/spec/process_flags.h"
#include "common/os/child_process.h"
#include "common/os/temp_directory.h"

namespace seep::cli {

struct EmbeddedOptions {
  std::string binary_directory;  // of seep, seep-coordinator, seep-agent
  std::string data_directory;
  std::string backup_directory;  // absolute; empty: in the data directory
  std::string drivers_file;
  std::vector<OwnDriver> own_drivers;  // hide those of the file that have the same name
  bool verbose = false;          // children's logs to stderr
};

struct EmbeddedAgent {
  std::string name;
  std::map<std::string, std::string> labels;
  int slots = 4;
  OwnProcesses own;  // what the command line itself names
};

class EmbeddedFleet {
 public:
  // Starts the coordinator. Removes what killed invocations left behind.
  static absl::StatusOr<std::unique_ptr<EmbeddedFleet>> Start(const EmbeddedOptions& options, const Environment& environment,
                                                              Interruption& interruption);
  ~EmbeddedFleet();

  // Starts an agent and waits until it is connected. `secrets` are names of
  // environment variables that it may use by reference.
  absl::Status AddAgent(const EmbeddedAgent& agent, const std::vector<std::string>& secrets);

  const std::string& address() const { return address_; }  // "unix:/..."

  // OK while all of them live; else who ended and what it said last.
  absl::Status Health();

  // Agents first, then the coordinator; each may take `grace` to end by
  // itself. Leaves no process of theirs and no private directory.
  void Stop(absl::Duration grace);
  // At once, with every process below them.
  void Kill();

 private:
  struct Member {
    std::string name;
    std::unique_ptr<ChildProcess> process;
    OutputDrain::Source output = 0;
  };

  EmbeddedFleet(const EmbeddedOptions& options, const Environment& environment, Interruption& interruption,
                TempDirectory directory);
  absl::Status StartCoordinator();
  absl::Status StartJanitor();
  absl::Status StartMember(std::string name, std::vector<std::string> argv, const std::vector<std::string>& passed = {});
  absl::Status WaitUntilReady(Member& member);
  absl::Status Ended(Member& member);
  std::vector<std::string> MemberEnvironment(const std::vector<std::string>& passed) const;
  void DismissJanitor();

  const EmbeddedOptions options_;
  const Environment environment_;
  Interruption& interruption_;
  TempDirectory directory_;
  std::string address_;
  OutputDrain drain_;
  std::unique_ptr<ChildProcess> janitor_;
  std::vector<Member> members_;  // coordinator first
};

// --data-dir > SEEP_DATA_DIR > $XDG_DATA_HOME/seep > ~/.local/share/seep.
absl::StatusOr<std::string> DataDirectory(const std::string& flag, const Environment& environment);
// --drivers > SEEP_DRIVERS > ../share/seep/drivers.yaml beside the binaries.
absl::StatusOr<std::string> DriversFile(const std::string& flag, const Environment& environment, const std::string& binary_directory);

}  // namespace seep::cli

#endif  // SEEP_CLI_EMBEDDED_EMBEDDED_FLEET_H_
