// seep runs pin|unpin|rm
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/render/store_listings.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

ExitCode SetPins(Session& session, bool unpin) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  for (const std::string& run_id : session.invocation.objects) {
    v1::PinRunRequest request;
    request.set_run_id(run_id);
    request.set_unpin(unpin);
    request.set_note(session.invocation.note);
    const auto pinned = connection->client().PinRun(request);
    if (!pinned.ok()) return Fail(session, pinned.status());
    session.console.Out(ShowRun(pinned->run(), session.invocation.format, session.console.out_style));
  }
  return ExitCode::kClean;
}

// Whether the person at the terminal wants it; nobody there is no.
absl::Status Confirm(Session& session, const std::vector<v1::Run>& runs) {
  if (session.invocation.yes) return absl::OkStatus();
  if (isatty(STDIN_FILENO) == 0) {
    return absl::InvalidArgumentError("runs are removed for good; say --yes where nobody can be asked");
  }
  for (const v1::Run& run : runs) {
    session.console.ErrLine(fmt::format("{}  {}  {} samples", Printable(run.run_id()), Printable(run.spec().name()), run.samples()));
  }
  session.console.Err(fmt::format("Remove {} for good, with everything that hangs on {}? [y/N] ", runs.size() == 1 ? "it" : "them",
                                  runs.size() == 1 ? "it" : "them"));
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes" ? absl::OkStatus() : absl::CancelledError("nothing was removed");
}

}  // namespace

ExitCode RunsPin(Session& session) { return SetPins(session, false); }
ExitCode RunsUnpin(Session& session) { return SetPins(session, true); }

ExitCode RunsRemove(Session& session) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  std::vector<v1::Run> runs;
  for (const std::string& run_id : session.invocation.objects) {
    const auto run = connection->client().GetRun(run_id);
    if (!run.ok()) return Fail(session, run.status());
    runs.push_back(run->run());
  }
  if (const absl::Status wanted = Confirm(session, runs); !wanted.ok()) return Fail(session, wanted);
  for (const v1::Run& run : runs) {
    v1::RemoveRunRequest request;
    request.set_run_id(run.run_id());
    const absl::Status removed = connection->client().RemoveRun(request, [&](const v1::RemoveRunResponse& response) {
      if (response.has_progress()) session.console.Progress(Printable(ProgressLine(response.progress())));
      return absl::OkStatus();
    });
    if (!removed.ok()) return Fail(session, removed);
    session.console.Out(fmt::format("removed {}\n", Printable(run.run_id())));
  }
  return ExitCode::kClean;
}

}  // namespace seep::cli
