#include "storage/sqlite_store.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/check.h"
#include "common/status/status_macros.h"
#include "storage/migrations/migration.h"
#include "storage/queries/curve_reader.h"
#include "storage/queries/leak_reader.h"
#include "storage/queries/sample_reader.h"
#include "storage/queries/tier_reader.h"
#include "storage/queries/views.h"
#include "storage/reader.h"
#include "storage/sqlite/directory_lock.h"
#include "storage/sqlite/wal_check.h"
#include "storage/stores/curve_store.h"
#include "storage/stores/run_facets.h"
#include "storage/writer.h"

namespace seep::storage {
namespace {

constexpr std::size_t kWorkOverhead = 256;

struct Parts {
  sqlite::DirectoryLock lock;
  std::unique_ptr<sqlite::Database> writing;
  std::unique_ptr<sqlite::Database> reading;
  int schema_version = 0;
  std::string damage;
};

class ThreadedSqliteStore : public SqliteStore {
 public:
  ThreadedSqliteStore(Parts parts, EventLoop& loop, const StoreOptions& options)
      : parts_(std::move(parts)),
        loop_(loop),
        stores_(*parts_.writing, options.max_log_bytes_per_source),
        found_(*parts_.reading, options.max_log_bytes_per_source),
        writer_(stores_, loop, options),
        reader_(*parts_.reading, loop, options) {}
  ~ThreadedSqliteStore() override { Stop(); }

  absl::Status Start() override {
    SEEP_RETURN_IF_ERROR(writer_.Start());
    return reader_.Start();
  }
  void Stop() override {
    writer_.Stop();
    reader_.Stop();
  }
  StoreStats stats() const override { return writer_.stats(); }
  const std::string& database_path() const override { return parts_.writing->path(); }
  int schema_version() const override { return parts_.schema_version; }
  const std::string& damage() const override { return parts_.damage; }

  void Maintain(absl::AnyInvocable<absl::Status(Stores&)> piece, Done done) override {
    WriteStatus(true, std::move(done), std::move(piece));
  }
  void Inspect(absl::AnyInvocable<absl::Status(sqlite::Database&)> look, Done done) override {
    reader_.Submit([this, look = std::move(look), done = std::move(done)](absl::Status status) mutable -> Task {
      if (status.ok()) status = look(*parts_.reading);
      return [done = std::move(done), status = std::move(status)]() mutable { done(std::move(status)); };
    });
  }

  void CreateCampaign(NewCampaign campaign, Callback<StoredCampaign> created) override {
    const std::size_t bytes = campaign.campaign.ByteSizeLong() + campaign.runs.size() * kWorkOverhead;
    Write<StoredCampaign>(bytes, false, std::move(created), [campaign = std::move(campaign)](Stores& stores) {
      return stores.campaigns.Create(campaign);
    });
  }

  void CancelCampaign(std::string campaign_id, Done done) override {
    WriteStatus(false, std::move(done), [campaign_id = std::move(campaign_id)](Stores& stores) {
      return stores.campaigns.Cancel(campaign_id);
    });
  }

  void ChangeRun(RunChange change, Callback<std::vector<v1::RunEvent>> changed) override {
    const std::size_t bytes = (change.run ? change.run->ByteSizeLong() : 0) +
                              (change.verdict ? change.verdict->ByteSizeLong() : 0);
    Write<std::vector<v1::RunEvent>>(bytes, false, std::move(changed),
                                     [change = std::move(change), wall_us = WallMicros()](Stores& stores) {
                                       return Apply(stores, change, wall_us);
                                     });
  }

  void AppendSamples(v1::SampleBatch batch, Callback<AppendOutcome> appended) override {
    const std::size_t bytes = batch.block().size();
    Write<AppendOutcome>(bytes, true, std::move(appended),
                         [this, batch = std::move(batch), wall_us = WallMicros()](Stores& stores) {
                           auto outcome = stores.samples.Append(batch, wall_us);
                           if (outcome.ok()) writer_.Count(outcome->stored, outcome->duplicates);
                           return outcome;
                         });
  }

  void RecordGap(v1::StreamKey stream, std::uint64_t through_sequence, std::string reason, Done done) override {
    WriteStatus(false, std::move(done),
                [stream = std::move(stream), through_sequence, reason = std::move(reason),
                 wall_us = WallMicros()](Stores& stores) {
                  return stores.samples.RecordGap(stream, through_sequence, reason, wall_us);
                });
  }

  void AppendLogs(std::string agent, v1::LogBatch logs, Done done) override {
    const std::size_t bytes = logs.ByteSizeLong();
    WriteStatus(true, std::move(done),
                [agent = std::move(agent), logs = std::move(logs), wall_us = WallMicros()](Stores& stores) {
                  return stores.logs.Append(agent, logs, wall_us);
                },
                bytes);
  }

  void SaveArtefact(std::string agent, v1::Artefact artefact, std::string data, Done done) override {
    const std::size_t bytes = data.size();
    WriteStatus(true, std::move(done),
                [agent = std::move(agent), artefact = std::move(artefact), data = std::move(data)](Stores& stores) {
                  return stores.artefacts.Save(agent, artefact, data);
                },
                bytes);
  }

  void SaveAgent(v1::AgentInfo agent, Done done) override {
    WriteStatus(false, std::move(done),
                [agent = std::move(agent)](Stores& stores) { return stores.agents.Save(agent); });
  }

  void GetCampaign(std::string campaign_id, Callback<StoredCampaign> got) override {
    Read<StoredCampaign>(std::move(got), [campaign_id = std::move(campaign_id)](Stores& stores) {
      return stores.campaigns.Load(campaign_id, RunStore::Histograms::kKeep);
    });
  }
  void ListCampaigns(PageRequest page, Callback<CampaignPage> got) override {
    Read<CampaignPage>(std::move(got), [page](Stores& stores) { return stores.campaigns.List(page); });
  }
  void GetRun(std::string run_id, Callback<v1::Run> got) override {
    Read<v1::Run>(std::move(got),
                  [run_id = std::move(run_id)](Stores& stores) { return stores.runs.Load(run_id); });
  }
  void ListRuns(RunFilter filter, PageRequest page, Callback<RunPage> got) override {
    Read<RunPage>(std::move(got),
                  [filter, page](Stores& stores) { return stores.runs.List(filter, page); });
  }
  void ListEvents(std::string run_id, std::uint64_t after_id, std::uint32_t limit,
                  Callback<std::vector<v1::RunEvent>> got) override {
    Read<std::vector<v1::RunEvent>>(std::move(got), [run_id, after_id, limit](Stores& stores) {
      return stores.events.List(run_id, after_id, limit);
    });
  }
  void ListLogs(std::string run_id, std::uint64_t after_id, std::uint32_t limit,
                Callback<std::vector<StoredLog>> got) override {
    Read<std::vector<StoredLog>>(std::move(got), [run_id, after_id, limit](Stores& stores) {
      return stores.logs.List(run_id, after_id, limit);
    });
  }
  void ListArtefacts(std::string run_id, Callback<std::vector<v1::Artefact>> got) override {
    Read<std::vector<v1::Artefact>>(std::move(got), [run_id](Stores& stores) { return stores.artefacts.List(run_id); });
  }
  void ReadArtefact(std::string run_id, std::string name, std::uint32_t piece, Callback<ArtefactPiece> got) override {
    Read<ArtefactPiece>(std::move(got),
                        [run_id, name, piece](Stores& stores) { return stores.artefacts.Read(run_id, name, piece); });
  }
  void ListFaults(std::string run_id, std::uint32_t limit,
                  Callback<std::vector<v1::FaultReport>> got) override {
    Read<std::vector<v1::FaultReport>>(
        std::move(got), [run_id, limit](Stores& stores) { return stores.faults.List(run_id, limit); });
  }
  void ListGenerations(std::string run_id, Callback<std::vector<v1::GenerationInfo>> got) override {
    Read<std::vector<v1::GenerationInfo>>(
        std::move(got), [run_id](Stores& stores) { return stores.generations.List(run_id); });
  }
  void ListGaps(std::string run_id, Callback<std::vector<Gap>> got) override {
    Read<std::vector<Gap>>(std::move(got),
                           [run_id](Stores& stores) { return StreamStore(stores.database).Gaps(run_id); });
  }
  void ListAgents(Callback<std::vector<v1::AgentInfo>> got) override {
    Read<std::vector<v1::AgentInfo>>(std::move(got), [](Stores& stores) { return stores.agents.List(); });
  }
  void AgentStreamAcks(std::string agent, Callback<std::vector<v1::Ack>> got) override {
    Read<std::vector<v1::Ack>>(std::move(got), [agent](Stores& stores) {
      return StreamStore(stores.database).AcksOfAgent(agent);
    });
  }
  void RunStreamAcks(std::string run_id, Callback<std::vector<v1::Ack>> got) override {
    Read<std::vector<v1::Ack>>(std::move(got), [run_id](Stores& stores) {
      return StreamStore(stores.database).AcksOfRun(run_id);
    });
  }
  void ReadSamples(std::string run_id, SampleCursor from, std::uint32_t limit,
                   Callback<SamplePage> got) override {
    Read<SamplePage>(std::move(got), [run_id, from, limit](Stores& stores) {
      return SampleReader(stores.database).Read(run_id, from, limit);
    });
  }
  void ReadTiers(std::string run_id, SampleCursor from, std::uint32_t limit, Callback<SamplePage> got) override {
    Read<SamplePage>(std::move(got), [run_id, from, limit](Stores& stores) {
      return storage::ReadTiers(stores.database, run_id, from, limit);
    });
  }

  void LoadComparable(std::string reference, Callback<ComparableRun> got) override {
    Read<ComparableRun>(std::move(got), [reference = std::move(reference)](Stores& stores) {
      return Comparable(stores, reference);
    });
  }
  void FindLeaks(RunFilter filter, Callback<Sightings> got) override {
    Read<Sightings>(std::move(got),
                    [filter = std::move(filter)](Stores& stores) { return LeakReader(stores.database).Find(filter); });
  }
  void DrawSparks(std::vector<std::string> run_ids, Callback<std::vector<v1::Spark>> got) override {
    Read<std::vector<v1::Spark>>(std::move(got), [run_ids = std::move(run_ids)](Stores& stores) {
      return Sparks(stores, run_ids);
    });
  }
  void SetBaseline(v1::SetBaselineRequest request, Callback<v1::SetBaselineResponse> set) override {
    Write<v1::SetBaselineResponse>(0, false, std::move(set), [request = std::move(request), wall_us = WallMicros()](Stores& stores) {
      return stores.baselines.Set(request, wall_us);
    });
  }
  void RemoveBaseline(v1::RemoveBaselineRequest request, Callback<v1::Baseline> removed) override {
    Write<v1::Baseline>(0, false, std::move(removed), [request = std::move(request), wall_us = WallMicros()](Stores& stores) {
      return stores.baselines.Remove(request, wall_us);
    });
  }
  void ListBaselines(Callback<std::vector<v1::Baseline>> got) override {
    Read<std::vector<v1::Baseline>>(std::move(got), [](Stores& stores) { return stores.baselines.List(); });
  }
  void Annotate(v1::AnnotateRunRequest request, Callback<v1::Annotation> annotated) override {
    const std::size_t bytes = request.text().size();
    Write<v1::Annotation>(bytes, false, std::move(annotated), [request = std::move(request), wall_us = WallMicros()](Stores& stores) {
      return stores.annotations.Add(request, wall_us);
    });
  }
  void ListAnnotations(std::string run_id, Callback<std::vector<v1::Annotation>> got) override {
    Read<std::vector<v1::Annotation>>(std::move(got),
                                      [run_id](Stores& stores) -> absl::StatusOr<std::vector<v1::Annotation>> {
                                        SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(stores.database, run_id));
                                        return stores.annotations.List(run);
                                      });
  }

 private:
  static absl::StatusOr<ComparableRun> Comparable(Stores& stores, const std::string& reference);
  static absl::StatusOr<std::vector<v1::Spark>> Sparks(Stores& stores, const std::vector<std::string>& run_ids);
  static absl::StatusOr<std::vector<v1::RunEvent>> Apply(Stores& stores, const RunChange& change,
                                                         std::int64_t wall_us);

  std::int64_t WallMicros() const { return loop_.clock().WallNow().micros(); }

  template <typename T, typename Apply>
  void Write(std::size_t bytes, bool patient, Callback<T> callback, Apply apply) {
    auto result = std::make_shared<std::optional<T>>();
    Work work;
    work.bytes = bytes + kWorkOverhead;
    work.patient = patient;
    work.apply = [result, apply = std::move(apply)](Stores& stores) -> absl::Status {
      absl::StatusOr<T> outcome = apply(stores);
      if (!outcome.ok()) return outcome.status();
      *result = *std::move(outcome);
      return absl::OkStatus();
    };
    work.finish = [result, callback = std::move(callback)](absl::Status status) mutable {
      if (!status.ok()) return callback(std::move(status));
      callback(std::move(**result));
    };
    writer_.Submit(std::move(work));
  }

  template <typename Apply>
  void WriteStatus(bool patient, Done done, Apply apply, std::size_t bytes = 0) {
    writer_.Submit({std::move(apply), std::move(done), bytes + kWorkOverhead, patient});
  }

  template <typename T, typename Find>
  void Read(Callback<T> got, Find find) {
    reader_.Submit([this, got = std::move(got), find = std::move(find)](absl::Status status) mutable -> Task {
      absl::StatusOr<T> result = status.ok() ? find(found_) : absl::StatusOr<T>(std::move(status));
      return [got = std::move(got), result = std::move(result)]() mutable { got(std::move(result)); };
    });
  }

  Parts parts_;
  EventLoop& loop_;
  Stores stores_;  // of the writer's connection
  Stores found_;   // of the reader's, never written through
  Writer writer_;
  Reader reader_;
};

absl::StatusOr<std::vector<v1::RunEvent>> ThreadedSqliteStore::Apply(Stores& stores, const RunChange& change,
                                                                     std::int64_t wall_us) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(stores.database, change.run_id));
  if (change.run.has_value()) {
    if (change.run->run_id() != change.run_id) {
      return absl::InvalidArgumentError(
          absl::StrCat("change of run ", change.run_id, " carries run '", change.run->run_id(), "'"));
    }
    SEEP_RETURN_IF_ERROR(stores.runs.Update(run, *change.run, wall_us));
    if (IsTerminal(change.run->state())) SEEP_RETURN_IF_ERROR(stores.samples.CloseRun(run));
  }
  if (change.verdict.has_value()) SEEP_RETURN_IF_ERROR(stores.verdicts.Save(run, *change.verdict));
  for (const v1::GenerationInfo& generation : change.generations) {
    SEEP_RETURN_IF_ERROR(stores.generations.Save(run, generation));
  }
  for (const v1::FaultReport& fault : change.faults) SEEP_RETURN_IF_ERROR(stores.faults.Save(run, fault));
  std::vector<v1::RunEvent> events = change.events;
  for (v1::RunEvent& event : events) SEEP_RETURN_IF_ERROR(stores.events.Append(run, event));
  return events;
}

// Before SQLite shortens it. Returns what there is to tell.
absl::StatusOr<std::string> KeepDamagedWal(const std::string& path) {
  SEEP_ASSIGN_OR_RETURN(const sqlite::WalDamage damage, sqlite::CheckWal(path));
  if (damage.frame == 0) return std::string();
  const std::string kept = absl::StrCat(path, "-wal.damaged");
  std::error_code failed;
  std::filesystem::copy_file(path + "-wal", kept, std::filesystem::copy_options::overwrite_existing, failed);
  return absl::StrCat(path, "-wal is damaged from frame ", damage.frame, " on, and ", damage.commits_lost,
                      " transactions in it are lost (one alone may also be a crash in mid-write); agents send again what they still have, gaps tell of the rest. ",
                      failed ? "It could not be copied" : absl::StrCat("A copy is ", kept),
                      ". Suspect the disk; check with `seep store check`");
}

absl::StatusOr<ComparableRun> ThreadedSqliteStore::Comparable(Stores& stores, const std::string& reference) {
  SEEP_ASSIGN_OR_RETURN(const BaselineStore::Target target, stores.baselines.Resolve(reference));
  ComparableRun comparable;
  comparable.baseline = target.baseline;
  SEEP_ASSIGN_OR_RETURN(comparable.run, stores.runs.Load(RunId(target.run)));
  SEEP_ASSIGN_OR_RETURN(comparable.annotations, stores.annotations.List(target.run));
  CurveReader curves(stores.database);
  for (v1::SeriesVerdict& series : *comparable.run.mutable_verdict()->mutable_series()) {
    if (!series.judged()) continue;
    SEEP_ASSIGN_OR_RETURN(*series.mutable_curve(), curves.Read(target.run, series.series()));
  }
  return comparable;
}

absl::StatusOr<std::vector<v1::Spark>> ThreadedSqliteStore::Sparks(Stores& stores, const std::vector<std::string>& run_ids) {
  CurveReader curves(stores.database);
  std::vector<v1::Spark> sparks;
  for (const std::string& run_id : run_ids) {
    SEEP_ASSIGN_OR_RETURN(v1::Spark spark, curves.Spark(run_id, kSparkPoints));
    if (spark.level_size() > 0) sparks.push_back(std::move(spark));
  }
  return sparks;
}

absl::StatusOr<Parts> OpenParts(const StoreOptions& options) {
  SEEP_RETURN_IF_ERROR(MakeDirectories(options.directory, 0700));
  SEEP_ASSIGN_OR_RETURN(sqlite::DirectoryLock lock, sqlite::DirectoryLock::Take(options.directory));
  const std::string path = absl::StrCat(options.directory, "/seep.db");
  SEEP_ASSIGN_OR_RETURN(std::string damage, KeepDamagedWal(path));
  SEEP_ASSIGN_OR_RETURN(auto writing, sqlite::Database::Open(path, sqlite::Access::kReadWrite));
  const absl::StatusOr<MigrationResult> migrated = Migrate(*writing, Migrations(), kViews);
  if (!migrated.ok()) return Annotate(migrated.status(), absl::StrCat("open ", path));
  SEEP_RETURN_IF_ERROR(Annotate(FillFacets(*writing), absl::StrCat("open ", path)));
  SEEP_ASSIGN_OR_RETURN(auto reading, sqlite::Database::Open(path, sqlite::Access::kReadOnly));
  return Parts{std::move(lock), std::move(writing), std::move(reading), migrated->to_version, std::move(damage)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const StoreOptions& options, EventLoop& loop) {
  SEEP_CHECK(options.max_batch > 0 && options.max_queued_writes > 0);
  SEEP_ASSIGN_OR_RETURN(Parts parts, OpenParts(options));
  return std::make_unique<ThreadedSqliteStore>(std::move(parts), loop, options);
}

}  // namespace seep::storage
