// The coordinator that a command talks to: that of --server, or one of this
// machine's own for as long as the command lasts.
//
// Threads: main only.
// Owns:    the client and, without --server, the embedded fleet, which ends
//          with it.
#ifndef SEEP_CLI_COMMANDS_CONNECTION_H_
#define SEEP_CLI_COMMANDS_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cli/commands/session.h"
#include "cli/control/control_client.h"
#include "cli/embedded/embedded_fleet.h"

namespace seep::cli {

class Connection {
 public:
  enum class Purpose { kRead, kRun };

  // For kRead without a server, an embedded run that is under way on the same
  // data directory is asked instead of refused by its lock.
  // `backup_directory` is where an embedded coordinator would write backups; empty:
  // in the data directory.
  static absl::StatusOr<Connection> Open(Session& session, Purpose purpose, const std::string& backup_directory = "");
  ~Connection();
  Connection(Connection&&) = default;
  Connection& operator=(Connection&&) = default;

  ControlClient& client() { return *client_; }
  EmbeddedFleet* fleet() { return fleet_.get(); }  // null with a server

  // Ends an embedded fleet; agents have `grace` to take their leave.
  void Close(absl::Duration grace = absl::Seconds(20));
  void Kill();

 private:
  Connection() = default;
  void Withdraw();

  std::unique_ptr<EmbeddedFleet> fleet_;
  std::unique_ptr<ControlClient> client_;
  std::string announcement_;  // file that tells readers where our coordinator is
};

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_CONNECTION_H_
