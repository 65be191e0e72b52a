#include "coordinator/upkeep/expiry_queue.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/log/log.h"

namespace seep::coordinator {
namespace {
// A full disk or a busy store: deletion is in no hurry.
constexpr absl::Duration kRetryAfter = absl::Seconds(2);
}  // namespace

ExpiryQueue::ExpiryQueue(EventLoop& loop, storage::SqliteStore& store)
    : loop_(loop), store_(store), expiry_(loop.clock(), {}) {}

void ExpiryQueue::Add(storage::ExpiryOrder order, Progress progress, storage::Done done) {
  if (waiting_.size() >= kMaxOrders) {
    return done(absl::ResourceExhaustedError(absl::StrCat(kMaxOrders, " runs wait to leave already; ask again later")));
  }
  waiting_.push_back({std::move(order), false, 0, std::move(progress), std::move(done)});
  Pump();
}

void ExpiryQueue::Resume() {
  auto found = std::make_shared<std::vector<std::string>>();
  store_.Inspect(
      [found](sqlite::Database& db) {
        auto unfinished = storage::Expiry::Unfinished(db);
        if (unfinished.ok()) *found = *std::move(unfinished);
        return unfinished.status();
      },
      [this, found, alive = std::weak_ptr(alive_)](absl::Status status) {
        if (alive.expired()) return;
        if (!status.ok()) LogWarn({{"upkeep", "cannot look for unfinished expiries"}, {"reason", std::string(status.message())}});
        for (const std::string& run : *found) {
          LogInfo({{"run", run}, {"upkeep", "expiry goes on"}});
          waiting_.push_back({{run, {}, ""}, true, 0, [](std::int64_t) {}, [](absl::Status) {}});
        }
        Pump();
      });
}

void ExpiryQueue::Pump() {
  if (busy_ || waiting_.empty()) return;
  busy_ = true;
  waiting_.front().begun ? Step() : Begin();
}

void ExpiryQueue::Begin() {
  store_.Maintain([this, order = waiting_.front().order](storage::Stores& stores) { return expiry_.Begin(stores, order); },
                  [this, alive = std::weak_ptr(alive_)](absl::Status status) {
                    if (alive.expired()) return;
                    if (!status.ok()) return Finish(std::move(status));
                    waiting_.front().begun = true;
                    Step();
                  });
}

void ExpiryQueue::Step() {
  auto piece = std::make_shared<storage::Expiry::Piece>();
  store_.Maintain(
      [this, piece, run = waiting_.front().order.run_id](storage::Stores& stores) -> absl::Status {
        auto stepped = expiry_.Step(stores, run);
        if (stepped.ok()) *piece = *stepped;
        return stepped.status();
      },
      [this, piece, alive = std::weak_ptr(alive_)](absl::Status status) {
        if (alive.expired()) return;
        const bool later = absl::IsResourceExhausted(status);
        if (!status.ok() && !later) return Finish(std::move(status));
        Order& order = waiting_.front();
        order.rows += piece->rows;
        order.progress(order.rows);
        if (piece->done) return Finish(absl::OkStatus());
        if (!later) return Step();
        loop_.RunAfter(kRetryAfter, [this, alive] {
          if (!alive.expired()) Step();
        });
      });
}

void ExpiryQueue::Finish(absl::Status status) {
  Order order = std::move(waiting_.front());
  waiting_.pop_front();
  busy_ = false;
  if (status.ok()) {
    ++expired_;
    LogInfo({{"run", order.order.run_id}, {"upkeep", "expired"}, {"rows", absl::StrCat(order.rows)}, {"reason", order.order.reason}});
  }
  order.done(std::move(status));
  Pump();
}

}  // namespace seep::coordinator
