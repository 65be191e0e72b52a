#include "cli/commands/connection.h"

#include <unistd.h>

#include "absl/strings/match.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

constexpr char kAnnouncement[] = "/embedded-coordinator";

std::unique_ptr<ControlClient> ConnectToAnnounced(const std::string& data_directory, Session& session) {
  const auto address = ReadFile(data_directory + kAnnouncement, 256);
  if (!address.ok() || !absl::StartsWith(*address, "unix:/") || !FileExists(address->substr(5))) return nullptr;
  auto client = ControlClient::Connect({*address, {}}, session.interruption, absl::Seconds(3));
  return client.ok() ? *std::move(client) : nullptr;
}

}  // namespace

absl::StatusOr<Connection> Connection::Open(Session& session, Purpose purpose, const std::string& backup_directory) {
  const Invocation& invocation = session.invocation;
  Connection connection;
  if (!invocation.server.empty()) {
    if (!invocation.own_drivers.empty()) {
      return absl::InvalidArgumentError("--driver is for embedded runs; agents of a fleet start what their own drivers files name");
    }
    SEEP_ASSIGN_OR_RETURN(const ServerAddress address, ParseServerAddress(invocation.server, invocation.tls));
    SEEP_ASSIGN_OR_RETURN(connection.client_, ControlClient::Connect(address, session.interruption));
    return connection;
  }
  EmbeddedOptions options;
  options.binary_directory = session.binary_directory;
  options.verbose = invocation.verbose;
  options.backup_directory = backup_directory;
  SEEP_ASSIGN_OR_RETURN(options.data_directory, DataDirectory(invocation.data_dir, session.environment));
  if (purpose == Purpose::kRun) {
    SEEP_ASSIGN_OR_RETURN(options.drivers_file, DriversFile(invocation.drivers, session.environment, options.binary_directory));
    for (const std::string& text : invocation.own_drivers) {
      SEEP_ASSIGN_OR_RETURN(OwnDriver own, ParseOwnDriver(text, session.environment.Get("PATH")));
      options.own_drivers.push_back(std::move(own));
    }
  } else if ((connection.client_ = ConnectToAnnounced(options.data_directory, session)) != nullptr) {
    return connection;
  }
  SEEP_ASSIGN_OR_RETURN(connection.fleet_, EmbeddedFleet::Start(options, session.environment, session.interruption));
  SEEP_ASSIGN_OR_RETURN(connection.client_,
                        ControlClient::Connect({connection.fleet_->address(), {}}, session.interruption));
  if (purpose == Purpose::kRun) {
    const std::string path = options.data_directory + kAnnouncement;
    // Without it others cannot look on; the run itself does not need it.
    if (WriteFileAtomically(path, connection.fleet_->address(), 0600).ok()) connection.announcement_ = path;
  }
  return connection;
}

Connection::~Connection() { Close(); }

void Connection::Withdraw() {
  if (!announcement_.empty()) unlink(announcement_.c_str());
  announcement_.clear();
}

void Connection::Close(absl::Duration grace) {
  Withdraw();
  client_.reset();
  if (fleet_) fleet_->Stop(grace);
  fleet_.reset();
}

void Connection::Kill() {
  Withdraw();
  client_.reset();
  if (fleet_) fleet_->Kill();
  fleet_.reset();
}

}  // namespace seep::cli
