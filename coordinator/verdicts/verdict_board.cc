#include "coordinator/verdicts/verdict_board.h"

#include <algorithm>
#include <optional>

#include "coordinator/log/log.h"
#include "coordinator/verdicts/confirmation.h"
#include "coordinator/verdicts/judge_policy.h"
#include "coordinator/verdicts/sample_pump.h"
#include "proto/verdict/verdict_messages.h"

namespace seep::coordinator {
namespace {
constexpr std::uint32_t kMaxFaults = 100'000;
// Reading a run anew may take at most this share of the time.
constexpr int kRebuildPause = 20;
}  // namespace

VerdictBoard::~VerdictBoard() { loop_.Cancel(turn_); }

void VerdictBoard::Start(Ports ports) {
  ports_ = std::move(ports);
  turn_ = loop_.RunAfter(every_, [this] { Turn(); });
}

void VerdictBoard::Turn() {
  const std::vector<std::string> runs = ports_.live_runs();
  std::erase_if(live_, [&](const auto& entry) {
    return !entry.second.busy && std::find(runs.begin(), runs.end(), entry.first) == runs.end();
  });
  std::erase_if(stops_, [&](const auto& entry) { return ports_.find(entry.first) == nullptr; });
  for (const std::string& run_id : runs) Refresh(run_id);
  turn_ = loop_.RunAfter(every_, [this] { Turn(); });
}

void VerdictBoard::ReadContext(const std::string& run_id, absl::AnyInvocable<void(absl::StatusOr<Context>)> read) {
  store_.ListFaults(run_id, kMaxFaults, [this, run_id, read = std::move(read), alive = std::weak_ptr(alive_)](
                                            absl::StatusOr<std::vector<v1::FaultReport>> faults) mutable {
    if (alive.expired()) return;
    if (!faults.ok()) return read(faults.status());
    store_.ListGaps(run_id, [faults = *std::move(faults), read = std::move(read)](
                                absl::StatusOr<std::vector<storage::Gap>> gaps) mutable {
      if (!gaps.ok()) return read(gaps.status());
      read(Context{std::move(faults), *std::move(gaps)});
    });
  });
}

void VerdictBoard::Refresh(const std::string& run_id) {
  Live& live = live_[run_id];
  const v1::Run* run = ports_.find(run_id);
  if (live.busy || run == nullptr || loop_.clock().Now() < live.not_before) return;
  if (!live.feed) live.feed = std::make_shared<RunFeed>(*run);
  live.busy = true;
  ReadContext(run_id, [this, run_id, alive = std::weak_ptr(alive_)](absl::StatusOr<Context> context) {
    if (alive.expired()) return;
    if (!context.ok()) {
      live_[run_id].busy = false;
      return;
    }
    Feed(run_id, *std::move(context));
  });
}

void VerdictBoard::Feed(const std::string& run_id, Context context) {
  Live& live = live_[run_id];
  const v1::Run* run = ports_.find(run_id);
  if (run == nullptr) {
    live.busy = false;
    return;
  }
  // Nobody else touches the feed while `busy`: the worker is between pages.
  const bool rebuilt = !live.feed->KnowsTargetOf(*run) || !live.feed->SetFaults(context.first);
  if (rebuilt) {
    live.feed = std::make_shared<RunFeed>(*run);
    live.feed->SetFaults(context.first);
    live.cursor = {};
  }
  live.feed->SetGaps(std::move(context.second));
  const MonotonicTime began = loop_.clock().Now();
  SamplePump::Start(
      loop_, worker_, store_, run_id, live.cursor,
      [feed = live.feed](const storage::SamplePage& page) { feed->Add(page); },
      [this, run_id, rebuilt, began, alive = std::weak_ptr(alive_)](absl::Status status, storage::SampleCursor cursor) {
        if (alive.expired()) return;
        if (!status.ok()) LogWarn({{"run", run_id}, {"verdict", "waiting"}, {"reason", status.ToString()}});
        const MonotonicTime now = loop_.clock().Now();
        if (rebuilt) live_[run_id].not_before = now + kRebuildPause * (now - began);
        live_[run_id].cursor = cursor;
        LookIfDue(run_id);
      });
}

// Judging is what costs; a run that has no news since the last look has none.
void VerdictBoard::LookIfDue(const std::string& run_id) {
  const v1::Run* run = ports_.find(run_id);
  if (run == nullptr) {
    live_[run_id].busy = false;
    return;
  }
  const analysis::EarlyStop& stop = stops_.try_emplace(run_id, EarlyStopOf(*run)).first->second;
  const double last_s = stop.state().last_look_s;
  const double due_s = last_s < 0 ? 0 : last_s + LookEverySeconds(PlannedSeconds(*run));
  worker_.Post([this, &loop = loop_, run_id, due_s, feed = live_[run_id].feed, alive = std::weak_ptr(alive_)] {
    std::optional<Look> look;
    const double elapsed_s = feed->last_s();
    std::optional<v1::ThresholdAbort> missed = feed->Aborting();
    if (feed->samples() > 0 && elapsed_s >= due_s) {
      look.emplace(Look{feed->Provisional(), v1::RunVerdict()});
      feed->WriteMeasures(look->measures);
    }
    // `alive` is asked on the loop, where this object lives and ends.
    loop.Post([this, run_id, elapsed_s, look = std::move(look), missed = std::move(missed), alive] {
      if (alive.expired()) return;
      live_[run_id].busy = false;
      if (look) TakeLook(run_id, elapsed_s, *look);
      if (missed && ports_.missed) ports_.missed(run_id, *missed);
    });
  });
}

void VerdictBoard::TakeLook(const std::string& run_id, double elapsed_s, const Look& look) {
  const auto stop = stops_.find(run_id);
  if (stop == stops_.end()) return;
  stop->second.Look(elapsed_s, look.verdict);
  v1::RunVerdict message = ToMessage(look.verdict);
  message.MergeFrom(look.measures);
  SetConfirmation(stop->second, message);
  ports_.provisional(run_id, message);
}

void VerdictBoard::JudgeFinally(const v1::Run& ended, Judged judged) {
  ReadContext(ended.run_id(), [this, ended, judged = std::move(judged), alive = std::weak_ptr(alive_)](
                                  absl::StatusOr<Context> context) mutable {
    if (alive.expired()) return;
    auto feed = std::make_shared<RunFeed>(ended);
    if (!context.ok()) return Finish(feed, ended, context.status(), std::move(judged));
    feed->SetFaults(context->first);
    feed->SetGaps(std::move(context->second));
    SamplePump::Start(
        loop_, worker_, store_, ended.run_id(), {}, [feed](const storage::SamplePage& page) { feed->Add(page); },
        [this, ended, feed, judged = std::move(judged), alive](absl::Status status, storage::SampleCursor) mutable {
          if (alive.expired()) return;
          Finish(feed, ended, std::move(status), std::move(judged));
        });
  });
}

// Damage gives a verdict too: without it the last provisional one would stand,
// drawn from what could still be read then.
void VerdictBoard::Finish(std::shared_ptr<RunFeed> feed, const v1::Run& ended, absl::Status read, Judged judged) {
  if (!read.ok() && !absl::IsDataLoss(read)) return judged(std::move(read));
  if (!read.ok()) LogError({{"run", ended.run_id()}, {"samples", "damaged"}, {"reason", read.ToString()}});
  worker_.Post([&loop = loop_, ended, feed, read = std::move(read), judged = std::move(judged)]() mutable {
    if (!read.ok()) feed->MarkDamaged(std::string(read.message()));
    loop.Post([verdict = feed->Final(ended), judged = std::move(judged)]() mutable { judged(std::move(verdict)); });
  });
}

}  // namespace seep::coordinator
