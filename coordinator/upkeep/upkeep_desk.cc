#include "coordinator/upkeep/upkeep_desk.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "coordinator/log/log.h"
#include "coordinator/upkeep/upkeep_stream.h"
#include "storage/upkeep/free_space.h"
#include "storage/upkeep/pins.h"
#include "storage/upkeep/store_backup.h"
#include "storage/upkeep/store_check.h"

namespace seep::coordinator {
namespace {

constexpr std::uint32_t kDefaultFindings = 1000, kMaxFindings = 10'000;

// Tells, hears whether the caller or the coordinator has gone, and nothing else.
template <typename Response>
storage::UpkeepPorts PortsOf(std::shared_ptr<UpkeepStream<Response>> told, const ReadingRoom& room) {
  storage::UpkeepPorts ports;
  ports.progress = [told](const v1::UpkeepProgress& progress) { told->Tell(progress); };
  ports.cancelled = [told, &room] { return told->cancelled() || room.closing(); };
  if constexpr (requires(Response response) { response.add_findings(); }) {
    ports.finding = [told](const v1::StoreFinding& finding) {
      told->Add([&](Response& next) { *next.add_findings() = finding; });
    };
  }
  return ports;
}

// The last message and the end of the stream.
template <typename Response, typename Result>
void Conclude(UpkeepStream<Response>& told, absl::StatusOr<Result> result) {
  if (result.ok()) {
    told.Add([&](Response& next) { *next.mutable_result() = *std::move(result); });
  }
  told.Finish(result.status());
}

std::string DefaultName(WallTime now) {
  return absl::FormatTime("seep-%Y%m%d-%H%M%S.db", now.time(), absl::UTCTimeZone());
}

}  // namespace

UpkeepDesk::UpkeepDesk(EventLoop& loop, storage::SqliteStore& store, Caretaker& caretaker, std::string backup_directory)
    : loop_(loop), store_(store), caretaker_(caretaker), backup_directory_(std::move(backup_directory)),
      room_(std::make_unique<ReadingRoom>(store.database_path())) {}

void UpkeepDesk::CheckStore(const v1::CheckStoreRequest& request, Stream<v1::CheckStoreResponse> stream) {
  if (!request.backup().empty()) {
    if (const absl::Status named = storage::CheckBackupName(request.backup()); !named.ok()) return stream->Finish(named);
  }
  auto told = std::make_shared<UpkeepStream<v1::CheckStoreResponse>>(loop_, stream);
  storage::CheckOptions options;
  options.quick = request.quick();
  options.max_findings = request.max_findings() == 0 ? kDefaultFindings : std::min(request.max_findings(), kMaxFindings);
  const std::string backup = request.backup().empty() ? "" : absl::StrCat(backup_directory_, "/", request.backup());
  const absl::Status admitted = room_->Submit(
      [told, options, backup, &room = *room_, &clock = loop_.clock()](absl::StatusOr<sqlite::Database*> db) {
        if (!db.ok()) return told->Finish(db.status());
        const MonotonicTime began = clock.Now();
        std::unique_ptr<sqlite::Database> copy;
        if (!backup.empty()) {
          auto opened = sqlite::Database::Open(backup, sqlite::Access::kReadOnly);
          if (!opened.ok()) return told->Finish(opened.status());
          copy = *std::move(opened);
        }
        auto result = storage::CheckStore(copy == nullptr ? **db : *copy, options, PortsOf(told, room));
        if (result.ok()) result->set_seconds(absl::ToDoubleSeconds(clock.Now() - began));
        Conclude(*told, std::move(result));
      });
  if (!admitted.ok()) stream->Finish(admitted);
}

void UpkeepDesk::BackUpStore(const v1::BackUpStoreRequest& request, Stream<v1::BackUpStoreResponse> stream) {
  const std::string name = request.name().empty() ? DefaultName(loop_.clock().WallNow()) : request.name();
  if (const absl::Status named = storage::CheckBackupName(name); !named.ok()) return stream->Finish(named);
  auto told = std::make_shared<UpkeepStream<v1::BackUpStoreResponse>>(loop_, stream);
  const absl::Status admitted = room_->Submit(
      [told, name, directory = backup_directory_, &room = *room_, &clock = loop_.clock()](absl::StatusOr<sqlite::Database*> db) {
        if (!db.ok()) return told->Finish(db.status());
        const MonotonicTime began = clock.Now();
        auto result = storage::BackUpStore(**db, directory, name, PortsOf(told, room));
        if (result.ok()) {
          result->set_seconds(absl::ToDoubleSeconds(clock.Now() - began));
          LogInfo({{"store", "backed up"}, {"file", result->path()}, {"bytes", absl::StrCat(result->bytes())}});
        }
        Conclude(*told, std::move(result));
      });
  if (!admitted.ok()) stream->Finish(admitted);
}

void UpkeepDesk::CompactStore(const v1::CompactStoreRequest& request, Stream<v1::CompactStoreResponse> stream) {
  struct Before {
    storage::StoreSpace space;
    std::int64_t open_runs = 0;
  };
  auto before = std::make_shared<Before>();
  store_.Inspect(
      [before](sqlite::Database& db) {
        auto space = storage::MeasureSpace(db);
        auto open = db.QueryInteger("SELECT count(*) FROM run WHERE state NOT IN (6, 7, 8)");
        if (!space.ok() || !open.ok()) return space.ok() ? open.status() : space.status();
        *before = {*space, *open};
        return absl::OkStatus();
      },
      [this, before, rewrite = request.rewrite(), began = loop_.clock().Now(), stream](absl::Status status) {
        if (!status.ok()) return stream->Finish(status);
        if (rewrite && before->open_runs > 0) {
          return stream->Finish(absl::FailedPreconditionError(
              absl::StrCat(before->open_runs, " runs are open, and everything waits while the file is written anew; wait for them, or stop them")));
        }
        caretaker_.ReleaseFreePages([this, before, rewrite, began, stream](absl::Status released) {
          if (!released.ok()) return stream->Finish(released);
          FinishCompaction(rewrite, before->space, began, stream);
        });
      });
}

void UpkeepDesk::FinishCompaction(bool rewrite, storage::StoreSpace before, MonotonicTime began,
                                  Stream<v1::CompactStoreResponse> stream) {
  auto told = std::make_shared<UpkeepStream<v1::CompactStoreResponse>>(loop_, stream);
  const absl::Status admitted = room_->Submit([told, rewrite, before, began, &clock = loop_.clock()](absl::StatusOr<sqlite::Database*> db) {
    if (!db.ok()) return told->Finish(db.status());
    const absl::Status done = rewrite ? storage::Rewrite((*db)->path()) : storage::TruncateWal((*db)->path());
    if (!done.ok()) return told->Finish(done);
    const auto after = storage::MeasureSpace(**db);
    const auto shrinks = storage::CanShrink(**db);
    if (!after.ok() || !shrinks.ok()) return told->Finish(after.ok() ? shrinks.status() : after.status());
    v1::CompactResult result;
    result.set_bytes_before(before.file_bytes + before.wal_bytes);
    result.set_bytes_after(after->file_bytes + after->wal_bytes);
    result.set_free_bytes(after->free_bytes);
    if (!*shrinks) result.set_note("the file was made by an earlier Seep and cannot give space back bit by bit; --rewrite, once, makes it able to");
    result.set_seconds(absl::ToDoubleSeconds(clock.Now() - began));
    Conclude(*told, absl::StatusOr<v1::CompactResult>(std::move(result)));
  });
  if (!admitted.ok()) stream->Finish(admitted);
}

void UpkeepDesk::GetStoreStats(const v1::GetStoreStatsRequest&, Answer<v1::GetStoreStatsResponse> answer) {
  auto shared = std::make_shared<Answer<v1::GetStoreStatsResponse>>(std::move(answer));
  const absl::Status admitted = room_->Submit([this, shared, &loop = loop_](absl::StatusOr<sqlite::Database*> db) {
    auto stats = db.ok() ? storage::MeasureStore(**db) : absl::StatusOr<v1::GetStoreStatsResponse>(db.status());
    loop.Post([this, shared, stats = std::move(stats)]() mutable {
      if (stats.ok()) {
        *stats->mutable_budget() = caretaker_.budget();
        stats->set_backup_directory(backup_directory_);
      }
      (*shared)(std::move(stats));
    });
  });
  if (!admitted.ok()) (*shared)(admitted);
}

void UpkeepDesk::ExpireStore(const v1::ExpireStoreRequest& request, Stream<v1::ExpireStoreResponse> stream) {
  caretaker_.FindExpired([this, dry_run = request.dry_run(), began = loop_.clock().Now(),
                          stream](absl::StatusOr<Caretaker::Orders> found) {
    if (!found.ok()) return stream->Finish(found.status());
    auto told = std::make_shared<UpkeepStream<v1::ExpireStoreResponse>>(loop_, stream);
    auto result = std::make_shared<v1::ExpireResult>();
    result->set_dry_run(dry_run);
    if (!caretaker_.has_rules()) result->set_note("no retention rules are configured: everything is kept");
    auto left = std::make_shared<std::size_t>(found->size() + 1);
    const auto one_less = [this, told, result, left, began](const absl::Status& status) {
      if (!status.ok() && result->note().empty()) result->set_note(std::string(status.message()));
      if (--*left > 0) return;
      result->set_seconds(absl::ToDoubleSeconds(loop_.clock().Now() - began));
      Conclude(*told, absl::StatusOr<v1::ExpireResult>(*result));
    };
    for (storage::ExpiryOrder& order : *found) {
      told->Add([&](v1::ExpireStoreResponse& next) {
        v1::ExpiredRun& run = *next.add_runs();
        run.set_run_id(order.run_id);
        run.set_keeps(order.keeps == v1::SAMPLE_TIER_NONE ? v1::SAMPLE_TIER_UNSPECIFIED : order.keeps);
        run.set_reason(order.reason);
      });
      if (dry_run) {
        result->set_runs(result->runs() + 1);
        one_less(absl::OkStatus());
        continue;
      }
      auto rows = std::make_shared<std::int64_t>(0);
      caretaker_.expiries().Add(std::move(order), [rows](std::int64_t so_far) { *rows = so_far; },
                                [one_less, rows, result](absl::Status status) {
                                  result->set_rows(result->rows() + static_cast<std::uint64_t>(*rows));
                                  if (status.ok()) result->set_runs(result->runs() + 1);
                                  one_less(status);
                                });
    }
    one_less(absl::OkStatus());
  });
}

void UpkeepDesk::PinRun(const v1::PinRunRequest& request, Answer<v1::PinRunResponse> answer) {
  store_.Maintain(
      [request, wall_us = loop_.clock().WallNow().micros()](storage::Stores& stores) {
        return request.unpin() ? storage::Unpin(stores.database, request.run_id())
                               : storage::Pin(stores.database, request.run_id(), request.note(), wall_us);
      },
      [this, run_id = request.run_id(), answer = std::move(answer)](absl::Status status) mutable {
        if (!status.ok()) return answer(status);
        store_.GetRun(run_id, [answer = std::move(answer)](absl::StatusOr<v1::Run> run) mutable {
          if (!run.ok()) return answer(run.status());
          v1::PinRunResponse response;
          *response.mutable_run() = *std::move(run);
          answer(std::move(response));
        });
      });
}

void UpkeepDesk::RemoveRun(const v1::RemoveRunRequest& request, Stream<v1::RemoveRunResponse> stream) {
  auto told = std::make_shared<UpkeepStream<v1::RemoveRunResponse>>(loop_, stream);
  v1::UpkeepProgress progress;
  progress.set_doing(absl::StrCat("removing ", request.run_id()));
  progress.set_unit("rows");
  caretaker_.expiries().Add({request.run_id(), v1::SAMPLE_TIER_NONE, "removed by a person"},
                            [told, progress](std::int64_t rows) mutable {
                              progress.set_done(static_cast<std::uint64_t>(rows));
                              told->Tell(progress);
                            },
                            [told](absl::Status status) {
                              if (status.ok()) {
                                told->Add([](v1::RemoveRunResponse& next) { next.set_removed(true); });
                              }
                              told->Finish(std::move(status));
                            });
}

}  // namespace seep::coordinator
