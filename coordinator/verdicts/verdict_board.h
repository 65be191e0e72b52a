// The running verdict of each live run, and the final one of each that ended.
//
// Both read the samples from the store: the same path serves a live run, one
// that a restarted coordinator finds, and one of last year, and gives the same
// answer. Judging happens on `worker`, off the coordinator's loop.
//
// A live run is looked at each LookEverySeconds of its own time (the samples',
// not the wall's, so that the same samples are looked at alike), and every look
// goes through the run's EarlyStop. That outlives its feed: a fault that becomes
// known late, or an agent that is away, costs a feed but no alarm. After a
// restart it goes on from the stored verdict; if nobody looked for a fifth of
// the planned run, its alarms begin anew.
//
// Threads: coordinator loop only. Borrows both loops and the store.
// Owns:    a feed (about 100 KB a series) for each live run, an EarlyStop for
//          each open one that was ever live.
// Failure: a reading that fails is tried again at the next turn; JudgeFinally
//          hands the store's error on.
#ifndef SEEP_COORDINATOR_VERDICTS_VERDICT_BOARD_H_
#define SEEP_COORDINATOR_VERDICTS_VERDICT_BOARD_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analysis/verdict/early_stop.h"
#include "common/event_loop/event_loop.h"
#include "coordinator/verdicts/run_feed.h"
#include "storage/store.h"

namespace seep::coordinator {

class VerdictBoard {
 public:
  struct Ports {
    std::function<std::vector<std::string>()> live_runs;
    std::function<const v1::Run*(const std::string&)> find;
    std::function<void(const std::string& run_id, const v1::RunVerdict& verdict)> provisional;
    // A threshold with abort_on_fail is missed; told at every turn.
    std::function<void(const std::string& run_id, const v1::ThresholdAbort& abort)> missed = nullptr;
  };
  using Judged = absl::AnyInvocable<void(absl::StatusOr<v1::RunVerdict>)>;

  VerdictBoard(EventLoop& loop, EventLoop& worker, storage::Store& store, absl::Duration every)
      : loop_(loop), worker_(worker), store_(store), every_(every) {}
  ~VerdictBoard();

  void Start(Ports ports);
  // Reads everything stored of the run and judges it for good. `ended` has the
  // state and reason that it ends with.
  void JudgeFinally(const v1::Run& ended, Judged judged);

 private:
  struct Live {
    std::shared_ptr<RunFeed> feed;
    storage::SampleCursor cursor;
    bool busy = false;
    MonotonicTime not_before;   // after a costly rebuild
  };
  using Context = std::pair<std::vector<v1::FaultReport>, std::vector<storage::Gap>>;
  void Turn();
  void Refresh(const std::string& run_id);
  void Feed(const std::string& run_id, Context context);
  void LookIfDue(const std::string& run_id);
  struct Look {
    analysis::RunVerdict verdict;
    v1::RunVerdict measures;
  };
  void Finish(std::shared_ptr<RunFeed> feed, const v1::Run& ended, absl::Status read, Judged judged);
  void TakeLook(const std::string& run_id, double elapsed_s, const Look& look);
  void ReadContext(const std::string& run_id, absl::AnyInvocable<void(absl::StatusOr<Context>)> read);

  EventLoop& loop_;
  EventLoop& worker_;
  storage::Store& store_;
  const absl::Duration every_;
  Ports ports_;
  std::map<std::string, Live> live_;
  std::map<std::string, analysis::EarlyStop> stops_;
  TimerId turn_ = TimerId::kNone;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_VERDICTS_VERDICT_BOARD_H_
