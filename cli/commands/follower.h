// Follows runs to their ends and prints their lines on stderr.
//
// With an embedded fleet the first Ctrl-C stops the runs gracefully and goes
// on following; the second gives up. With a server Ctrl-C detaches: the runs
// belong to the fleet.
//
// Threads: main only.
// Failure: kCancelled: given up or detached; kInternal: the embedded fleet
//          broke; kUnavailable: the server stayed away.
#ifndef SEEP_CLI_COMMANDS_FOLLOWER_H_
#define SEEP_CLI_COMMANDS_FOLLOWER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/commands/connection.h"
#include "cli/commands/session.h"
#include "cli/render/live_lines.h"

namespace seep::cli {

class Follower {
 public:
  struct Options {
    LivePace pace;
    bool from_start = true;
    bool prefix = false;  // each line begins with its run's name
  };
  Follower(Session& session, Connection& connection, Options options);

  absl::Status Follow(const std::vector<v1::Run>& runs);
  bool interrupted() const { return interrupted_; }

 private:
  // More at once than this would only blur; the others are followed from their
  // starts when these have ended.
  static constexpr std::size_t kWatchedAtOnce = 32;

  struct Watched {
    std::string run_id, label;
    LiveLines lines;
    std::unique_ptr<RunWatch> watch;
    absl::Time retry_at = absl::InfinitePast();
    absl::Time silent_since = absl::InfiniteFuture();
    bool over = false;
  };

  absl::Status Step();
  absl::Status Interrupt();
  absl::Status TakeUpdates(Watched& watched);
  absl::Status AfterEnd(Watched& watched, const absl::Status& ended);
  void OpenWatches();
  void Say(const Watched& watched, const std::string& line);
  bool AllOver() const;

  Session& session_;
  Connection& connection_;
  const Options options_;
  Wakeup wakeup_;
  std::vector<std::unique_ptr<Watched>> watched_;
  int interruptions_seen_;
  bool interrupted_ = false;
  absl::Time give_up_at_ = absl::InfiniteFuture();
};

}  // namespace seep::cli

#endif  // SEEP_CLI_COMMANDS_FOLLOWER_H_
