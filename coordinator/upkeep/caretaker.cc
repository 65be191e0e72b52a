#include "coordinator/upkeep/caretaker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/log/log.h"
#include "storage/upkeep/free_space.h"

namespace seep::coordinator {
namespace {

// R7: goes on within 5 s of space returning.
constexpr absl::Duration kMeasureEvery = absl::Seconds(2);
// The first sweep waits for the fleet to be back.
constexpr absl::Duration kFirstSweepAfter = absl::Seconds(30);
constexpr int kRunsPerLook = 200;
constexpr int kOldestAtOnce = 5;  // then the store is measured again
// A piece of some milliseconds among the writes.
constexpr int kPagesPerPiece = 64;
// Less is not worth the moving of pages: it will be used again.
constexpr std::uint64_t kMuchFree = 64u << 20;

}  // namespace

struct Caretaker::Search {
  Orders orders;
  std::int64_t after = 0;
  bool at_end = false;
  std::function<void(absl::StatusOr<Orders>)> found;
};

Caretaker::Caretaker(EventLoop& loop, storage::SqliteStore& store, const CaretakerOptions& options)
    : loop_(loop), store_(store), policy_(options.retention), sweep_every_(options.sweep_every),
      budget_(options.max_bytes, options.min_free_disk), expiries_(loop, store) {}

Caretaker::~Caretaker() { loop_.Cancel(tick_); }

void Caretaker::Start() {
  next_sweep_ = loop_.clock().Now() + std::min(kFirstSweepAfter, sweep_every_);
  expiries_.Resume();
  Tick();
}

absl::Status Caretaker::TakesCampaigns() const {
  if (budget_.takes_campaigns()) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("no new campaigns now: ", budget_.message().reason()));
}

void Caretaker::Tick() {
  tick_ = TimerId::kNone;
  auto space = std::make_shared<storage::StoreSpace>();
  store_.Inspect(
      [space](sqlite::Database& db) {
        auto measured = storage::MeasureSpace(db);
        if (measured.ok()) *space = *measured;
        return measured.status();
      },
      [this, space, alive = std::weak_ptr(alive_)](absl::Status status) {
        if (alive.expired()) return;
        if (status.ok()) Measured(*space);
        if (tick_ == TimerId::kNone) tick_ = loop_.RunAfter(kMeasureEvery, [this] { Tick(); });
      });
}

void Caretaker::Measured(const storage::StoreSpace& space) {
  const std::string before = budget_.message().reason();
  const auto state = budget_.message().state();
  budget_.Measure(space);
  if (budget_.message().state() != state) {
    const bool room = budget_.message().state() == v1::StoreBudget::STATE_ROOM;
    const std::string words = room ? "there is room again" : budget_.message().reason();
    room ? LogInfo({{"store", "budget"}, {"reason", words}}) : LogWarn({{"store", "budget"}, {"reason", words}});
  }
  if (!sweeping_ && !policy_.empty() && loop_.clock().Now() >= next_sweep_) Sweep();
  if (budget_.wants_expiry() && !thinning_ && expiries_.idle()) ExpireOldest(v1::SAMPLE_TIER_MINUTES);
  const bool much = space.free_bytes > std::max(kMuchFree, space.file_bytes / 4);
  if ((much || (budget_.wants_pages_back() && space.free_bytes > 0)) && expiries_.idle()) {
    ReleaseFreePages([](absl::Status) {});
  }
}

void Caretaker::Sweep() {
  sweeping_ = true;
  next_sweep_ = loop_.clock().Now() + sweep_every_;
  FindExpired([this](absl::StatusOr<Orders> found) {
    sweeping_ = false;
    if (!found.ok()) {
      LogWarn({{"upkeep", "sweep failed"}, {"reason", std::string(found.status().message())}});
      return;
    }
    // More than one look can hold: the rest follows at once.
    if (found->size() >= kMaxSweep) next_sweep_ = loop_.clock().Now();
    if (!expiries_.idle()) return;  // of the sweep before; found again with the next
    for (storage::ExpiryOrder& order : *found) expiries_.Add(std::move(order), [](std::int64_t) {}, [](absl::Status) {});
  });
}

void Caretaker::FindExpired(std::function<void(absl::StatusOr<Orders>)> found) {
  auto search = std::make_shared<Search>();
  search->found = std::move(found);
  if (policy_.empty()) return search->found(Orders());
  FindMore(std::move(search));
}

void Caretaker::FindMore(std::shared_ptr<Search> search) {
  const WallTime now = loop_.clock().WallNow();
  store_.Inspect(
      [this, search, now](sqlite::Database& db) {
        const std::int64_t before = absl::ToUnixMicros(now.time() - policy_.youngest()) + 1;
        auto runs = storage::ListExpirable(db, before, search->after, kRunsPerLook);
        if (!runs.ok()) return runs.status();
        for (const storage::ExpirableRun& run : *runs) {
          search->after = run.number;
          if (auto order = policy_.Decide(run, now)) search->orders.push_back(*std::move(order));
        }
        search->at_end = runs->size() < kRunsPerLook || search->orders.size() >= kMaxSweep;
        return absl::OkStatus();
      },
      [this, search, alive = std::weak_ptr(alive_)](absl::Status status) {
        if (alive.expired()) return;
        if (!status.ok()) return search->found(status);
        if (search->at_end) return search->found(std::move(search->orders));
        FindMore(search);
      });
}

void Caretaker::ExpireOldest(v1::SampleTier keeps) {
  thinning_ = true;
  auto oldest = std::make_shared<std::vector<storage::ExpirableRun>>();
  store_.Inspect(
      [oldest, keeps](sqlite::Database& db) {
        auto runs = storage::ListOldest(db, keeps, kOldestAtOnce);
        if (runs.ok()) *oldest = *std::move(runs);
        return runs.status();
      },
      [this, oldest, keeps, alive = std::weak_ptr(alive_)](absl::Status status) {
        if (alive.expired()) return;
        thinning_ = false;
        if (!status.ok()) return;
        if (oldest->empty()) {
          // Details of all first, then minutes, and whole runs only then.
          if (keeps < v1::SAMPLE_TIER_NONE) ExpireOldest(static_cast<v1::SampleTier>(keeps + 1));
          return;
        }
        for (std::size_t i = 0; i < oldest->size(); ++i) {
          const bool last = i + 1 == oldest->size();
          expiries_.Add({(*oldest)[i].run_id, keeps, "the oldest, and store.max_bytes was nearly reached"}, [](std::int64_t) {},
                        [this, last, alive](absl::Status) {
                          if (alive.expired() || !last) return;
                          loop_.Cancel(std::exchange(tick_, TimerId::kNone));
                          Tick();  // at once: there may be more to let go
                        });
        }
      });
}

void Caretaker::ReleaseFreePages(storage::Done done) {
  releasing_ = true;
  auto more = std::make_shared<bool>(false);
  store_.Maintain(
      [more](storage::Stores& stores) {
        auto released = storage::ReleasePages(stores.database, kPagesPerPiece);
        *more = released.ok() && *released;
        return released.status();
      },
      [this, more, done = std::move(done), alive = std::weak_ptr(alive_)](absl::Status status) mutable {
        if (alive.expired()) return done(absl::CancelledError("the coordinator is stopping"));
        if (status.ok() && *more) return ReleaseFreePages(std::move(done));
        releasing_ = false;
        done(std::move(status));
      });
}

}  // namespace seep::coordinator
