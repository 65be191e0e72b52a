#include "cli/commands/follower.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/os/system_clock.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

// A coordinator that restarts is back within seconds; agents hold their
// samples meanwhile.
constexpr absl::Duration kSilenceLimit = absl::Minutes(5);
constexpr absl::Duration kRetryAfter = absl::Seconds(1);
// A stop: cool-down, disconnects (settling, perhaps of many instances), last
// samples stored.
constexpr absl::Duration kStopLimit = absl::Seconds(120);

// Monotonic, as an absl::Time so that the infinities are at hand.
absl::Time Now() { return absl::UnixEpoch() + SystemClock().Now().since_boot(); }

}  // namespace

Follower::Follower(Session& session, Connection& connection, Options options)
    : session_(session), connection_(connection), options_(options), interruptions_seen_(session.interruption.Count()) {}

absl::Status Follower::Follow(const std::vector<v1::Run>& runs) {
  std::size_t longest = 0;
  for (const v1::Run& run : runs) longest = std::max(longest, run.spec().name().size());
  for (const v1::Run& run : runs) {
    auto watched = std::make_unique<Watched>(Watched{run.run_id(), {}, LiveLines(options_.pace), nullptr, {}, absl::InfiniteFuture(), false});
    watched->retry_at = absl::InfinitePast();
    if (options_.prefix) watched->label = fmt::format("{:<{}}  ", Printable(run.spec().name()), longest);
    watched_.push_back(std::move(watched));
  }
  while (!AllOver()) SEEP_RETURN_IF_ERROR(Step());
  session_.console.Progress("");
  return absl::OkStatus();
}

absl::Status Follower::Step() {
  OpenWatches();
  for (auto& watched : watched_) {
    if (watched->watch) SEEP_RETURN_IF_ERROR(TakeUpdates(*watched));
  }
  if (session_.interruption.Count() > interruptions_seen_) SEEP_RETURN_IF_ERROR(Interrupt());
  if (connection_.fleet() != nullptr) {
    const absl::Status health = connection_.fleet()->Health();
    if (!health.ok()) return absl::InternalError(health.message());
  }
  if (Now() > give_up_at_) return absl::DeadlineExceededError("the runs did not stop in time; ending them by force");
  if (AllOver()) return absl::OkStatus();
  const auto active = std::find_if(watched_.begin(), watched_.end(), [](const auto& w) { return w->watch != nullptr; });
  if (active != watched_.end()) session_.console.Progress((*active)->lines.Progress());
  wakeup_.Wait(session_.interruption, absl::Milliseconds(500));
  return absl::OkStatus();
}

void Follower::OpenWatches() {
  std::size_t open = 0;
  for (auto& watched : watched_) {
    if (watched->over || open == kWatchedAtOnce) continue;
    ++open;
    if (watched->watch || Now() < watched->retry_at) continue;
    // A resumed watch replays; LiveLines prints only what is new.
    const bool from_start = options_.from_start || watched->lines.has_run();
    watched->watch = connection_.client().Watch(watched->run_id, from_start, wakeup_);
  }
}

absl::Status Follower::TakeUpdates(Watched& watched) {
  while (const auto update = watched.watch->Take()) {
    if (watched.silent_since != absl::InfiniteFuture()) Say(watched, "the coordinator is back");
    watched.silent_since = absl::InfiniteFuture();
    for (const std::string& line : watched.lines.Take(*update)) Say(watched, line);
  }
  if (const auto ended = watched.watch->Ended()) {
    watched.watch.reset();
    return AfterEnd(watched, *ended);
  }
  return absl::OkStatus();
}

absl::Status Follower::AfterEnd(Watched& watched, const absl::Status& ended) {
  if (watched.lines.has_run() && IsOver(watched.lines.run().state())) {
    watched.over = true;
    return absl::OkStatus();
  }
  const bool transient = ended.ok() || ended.code() == absl::StatusCode::kUnavailable || ended.code() == absl::StatusCode::kCancelled;
  if (!transient) return Annotate(ended, absl::StrCat("watching ", watched.run_id));
  if (watched.silent_since == absl::InfiniteFuture()) {
    watched.silent_since = Now();
    if (!ended.ok()) Say(watched, "lost the coordinator; the run goes on, trying again");
  }
  if (Now() - watched.silent_since > kSilenceLimit) return absl::UnavailableError("the coordinator stayed away; giving up");
  watched.retry_at = Now() + kRetryAfter;
  return absl::OkStatus();
}

absl::Status Follower::Interrupt() {
  interruptions_seen_ = session_.interruption.Count();
  const bool again = std::exchange(interrupted_, true);
  if (connection_.fleet() == nullptr) {
    for (const auto& watched : watched_) {
      if (watched->over) continue;
      session_.console.ErrLine(fmt::format("detached from {0}, which goes on; `seep runs watch {0}` looks on again, `seep runs stop {0}` ends it",
                                           Printable(watched->run_id)));
    }
    return absl::CancelledError("detached");
  }
  if (again) return absl::CancelledError("forced");
  session_.console.ErrLine("stopping: last sample, disconnects, report (Ctrl-C again ends it by force)");
  give_up_at_ = Now() + kStopLimit;
  for (const auto& watched : watched_) {
    if (watched->over) continue;
    const auto stopped = connection_.client().StopRun(watched->run_id, "interrupted");
    // It may have ended meanwhile; the watch says so.
    if (!stopped.ok() && stopped.status().code() == absl::StatusCode::kCancelled) return stopped.status();
  }
  return absl::OkStatus();
}

void Follower::Say(const Watched& watched, const std::string& line) { session_.console.ErrLine(watched.label + line); }

bool Follower::AllOver() const {
  return std::all_of(watched_.begin(), watched_.end(), [](const auto& watched) { return watched->over; });
}

}  // namespace seep::cli
