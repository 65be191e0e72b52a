// seep leaks, seep baseline set|ls|rm, seep runs annotate
#include <unistd.h>

#include <fmt/format.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands/commands.h"
#include "cli/commands/connection.h"
#include "cli/commands/embedded_agents.h"
#include "cli/render/across_listings.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

// "ada@lab-3", as far as the machine tells.
std::string Author(const Environment& environment) {
  std::string user = environment.Get("SEEP_USER");
  if (!user.empty()) return user;
  user = environment.Get("USER");
  char host[256] = "";
  if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  if (user.empty()) user = fmt::format("uid {}", getuid());
  return host[0] == '\0' ? user : absl::StrCat(user, "@", host);
}

template <typename Act>
ExitCode WithCoordinator(Session& session, Act act) {
  auto connection = Connection::Open(session, Connection::Purpose::kRead);
  if (!connection.ok()) return Fail(session, EmbeddedTrouble(session, connection.status()));
  const absl::Status status = act(connection->client());
  return status.ok() ? ExitCode::kClean : Fail(session, status);
}

}  // namespace

ExitCode Leaks(Session& session) {
  const AcrossFlags& flags = session.invocation.across;
  return WithCoordinator(session, [&](ControlClient& client) -> absl::Status {
    v1::ListLeaksRequest request;
    std::vector<std::string> words = flags.filter;
    words.insert(words.end(), flags.where.begin(), flags.where.end());
    if (!flags.since.empty()) words.push_back("since:" + flags.since);
    request.set_filter(absl::StrJoin(words, " "));
    request.set_limit(session.invocation.limit);
    SEEP_ASSIGN_OR_RETURN(const v1::ListLeaksResponse response, client.ListLeaks(request));
    session.console.Out(PrintedLeaks(response, session.invocation.format, session.console.out_style));
    if (response.leaks_size() == 0) session.console.ErrLine("note: no run that fits leaked");
    if (response.truncated()) session.console.ErrLine("note: there are more; --limit or a narrower filter shows them");
    return absl::OkStatus();
  });
}

ExitCode BaselineSet(Session& session) {
  return WithCoordinator(session, [&](ControlClient& client) -> absl::Status {
    v1::SetBaselineRequest request;
    request.set_name(session.invocation.across.name);
    request.set_run_id(session.invocation.object);
    request.set_note(session.invocation.across.note);
    request.set_by(Author(session.environment));
    SEEP_ASSIGN_OR_RETURN(const v1::SetBaselineResponse response, client.SetBaseline(request));
    const Format format = session.invocation.format;
    if (format != Format::kTable && format != Format::kWide) {
      session.console.Out(ListBaselines({response.baseline()}).Text(format, session.console.out_style));
    } else {
      session.console.Out(fmt::format("baseline {} is {}{}\n", Printable(response.baseline().name()), Printable(response.baseline().run_id()),
                                      response.previous_run_id().empty() ? "" : fmt::format(", was {}", Printable(response.previous_run_id()))));
    }
    return absl::OkStatus();
  });
}

ExitCode BaselineList(Session& session) {
  return WithCoordinator(session, [&](ControlClient& client) -> absl::Status {
    SEEP_ASSIGN_OR_RETURN(const v1::ListBaselinesResponse response, client.ListBaselines());
    session.console.Out(ListBaselines({response.baselines().begin(), response.baselines().end()})
                            .Text(session.invocation.format, session.console.out_style));
    return absl::OkStatus();
  });
}

ExitCode BaselineRemove(Session& session) {
  return WithCoordinator(session, [&](ControlClient& client) -> absl::Status {
    v1::RemoveBaselineRequest request;
    request.set_name(session.invocation.across.name);
    request.set_by(Author(session.environment));
    SEEP_ASSIGN_OR_RETURN(const v1::RemoveBaselineResponse response, client.RemoveBaseline(request));
    session.console.Out(fmt::format("baseline {} is gone; it was {}\n", Printable(response.removed().name()), Printable(response.removed().run_id())));
    return absl::OkStatus();
  });
}

ExitCode RunsAnnotate(Session& session) {
  v1::AnnotateRunRequest request;
  request.set_run_id(session.invocation.object);
  request.set_text(session.invocation.across.text);
  request.set_author(Author(session.environment));
  if (!session.invocation.across.at.empty()) {
    const auto at = ParseDuration(session.invocation.across.at);
    if (!at.ok()) return Fail(session, Annotate(at.status(), "--at"));
    request.set_has_time(true);
    request.set_at_ms(static_cast<std::uint64_t>(absl::ToInt64Milliseconds(*at)));
  }
  return WithCoordinator(session, [&](ControlClient& client) -> absl::Status {
    SEEP_ASSIGN_OR_RETURN(const v1::AnnotateRunResponse response, client.AnnotateRun(request));
    session.console.Out(NoteLine(response.annotation()));
    return absl::OkStatus();
  });
}

}  // namespace seep::cli
