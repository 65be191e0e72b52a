#include "storage/stores/gauge_store.h"

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/stores/sample_block.h"

namespace seep::storage {
namespace {

std::uint32_t ChecksumOf(std::int64_t gauge_no, std::int64_t run, const v1::GaugeDefinition& gauge) {
  return Crc32c(absl::StrCat(gauge_no, " ", run, " ", gauge.id(), " ", gauge.name(), " ", gauge.unit(), " ",
                             gauge.kind(), " ", gauge.origin(), " ", gauge.operation()));
}

std::uint32_t ChecksumOf(StreamNo stream, std::uint32_t id, std::int64_t gauge_no) {
  return Crc32c(absl::StrCat(static_cast<std::int64_t>(stream), " ", id, " ", gauge_no));
}

// The columns of kGauge, from `at` on, checked.
#define SEEP_GAUGE_COLUMNS " g.gauge_no, g.run_no, g.gauge_id, g.name, g.unit, g.kind, g.origin, g.operation, g.crc32c "
absl::StatusOr<v1::GaugeDefinition> ReadGauge(const sqlite::Statement& row, int at) {
  v1::GaugeDefinition gauge;
  gauge.set_id(static_cast<std::uint32_t>(row.Integer(at + 2)));
  gauge.set_name(row.Text(at + 3));
  gauge.set_unit(row.Text(at + 4));
  gauge.set_kind(static_cast<v1::GaugeKind>(row.Integer(at + 5)));
  gauge.set_origin(static_cast<v1::GaugeOrigin>(row.Integer(at + 6)));
  gauge.set_operation(row.Integer(at + 7) != 0);
  const bool sound = row.IsNull(at + 8) ||
                     row.Integer(at + 8) == ChecksumOf(row.Integer(at), row.Integer(at + 1), gauge);
  if (sound) return gauge;
  return absl::DataLossError(absl::StrCat("gauge ", gauge.id(), ", now '", Printable(gauge.name()),
                                          "', is damaged: its values cannot be told from others'"));
}

}  // namespace

absl::Status GaugeStore::Define(RunNo run, StreamNo stream, const v1::GaugeDefinition& definition,
                                StreamGauges& known) {
  if (const StreamGauge* const found = known.Find(definition.id())) {
    if (found->name == definition.name()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("gauge ", definition.id(), " is '", found->name,
                                                   "', now also '", Printable(definition.name()), "'"));
  }
  if (definition.id() == 0 || definition.id() > StreamGauges::kMaxId || !IsGaugeName(definition.name())) {
    constexpr std::size_t kShown = 80;
    return absl::InvalidArgumentError(
        absl::StrCat("gauge ", definition.id(), " '", Printable(definition.name().substr(0, kShown)),
                     "': ids count from 1 to ", StreamGauges::kMaxId, ", names are [a-z][a-z0-9_.]{0,62}"));
  }
  SEEP_ASSIGN_OR_RETURN(StreamGauge gauge, FindOrInsert(run, definition));
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement insert,
      db_.Prepare("INSERT INTO stream_gauge (stream_no, stream_gauge_id, gauge_no, crc32c) VALUES (?, ?, ?, ?)"));
  insert.BindAll(stream, definition.id(), gauge.gauge_no, ChecksumOf(stream, definition.id(), gauge.gauge_no));
  SEEP_RETURN_IF_ERROR(insert.Run());
  known.Set(definition.id(), std::move(gauge));
  return absl::OkStatus();
}

absl::StatusOr<StreamGauge> GaugeStore::FindOrInsert(RunNo run, const v1::GaugeDefinition& definition) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT gauge_no, gauge_id FROM gauge WHERE run_no = ? AND name = ?"));
  select.BindAll(run, definition.name());
  SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (found) {
    return StreamGauge{select.Integer(0), static_cast<std::uint32_t>(select.Integer(1)), definition.name()};
  }
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement last,
                        db_.Prepare("SELECT ifnull(max(gauge_id), 0) FROM gauge WHERE run_no = ?"));
  last.BindAll(run);
  SEEP_ASSIGN_OR_RETURN(const bool row, last.Step());
  const auto id = static_cast<std::uint32_t>(row ? last.Integer(0) + 1 : 1);
  // Each restart of an agent may bring a stream of other names.
  if (id > kMaxGauges) return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxGauges, " gauges"));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT INTO gauge (run_no, gauge_id, name, unit, kind, origin, operation)"
                                    " VALUES (?, ?, ?, ?, ?, ?, ?)"));
  insert.BindAll(run, id, definition.name(), definition.unit(), definition.kind(), definition.origin(),
                 definition.operation());
  SEEP_RETURN_IF_ERROR(insert.Run());
  const std::int64_t gauge_no = db_.last_insert_rowid();
  v1::GaugeDefinition stored = definition;
  stored.set_id(id);
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement seal, db_.Prepare("UPDATE gauge SET crc32c = ? WHERE gauge_no = ?"));
  seal.BindAll(ChecksumOf(gauge_no, static_cast<std::int64_t>(run), stored), gauge_no);
  SEEP_RETURN_IF_ERROR(seal.Run());
  return StreamGauge{gauge_no, id, definition.name()};
}

absl::StatusOr<StreamGauges> GaugeStore::LoadOfStream(StreamNo stream) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT s.stream_gauge_id, s.crc32c," SEEP_GAUGE_COLUMNS
                                    "FROM stream_gauge s JOIN gauge g USING (gauge_no) WHERE s.stream_no = ?"));
  select.BindAll(stream);
  StreamGauges gauges;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return gauges;
    const auto id = static_cast<std::uint32_t>(select.Integer(0));
    SEEP_ASSIGN_OR_RETURN(const v1::GaugeDefinition gauge, ReadGauge(select, 2));
    const bool sound = select.IsNull(1) || select.Integer(1) == ChecksumOf(stream, id, select.Integer(2));
    if (!sound || id > StreamGauges::kMaxId || gauge.id() > kMaxGauges) {
      return absl::DataLossError(absl::StrCat("which gauge the stream calls ", id, " is damaged"));
    }
    gauges.Set(id, {select.Integer(2), gauge.id(), gauge.name()});
  }
}

absl::StatusOr<std::vector<v1::GaugeDefinition>> GaugeStore::LoadOfRun(RunNo run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT" SEEP_GAUGE_COLUMNS "FROM gauge g WHERE g.run_no = ? ORDER BY g.gauge_id"));
  select.BindAll(run);
  std::vector<v1::GaugeDefinition> gauges;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return gauges;
    SEEP_ASSIGN_OR_RETURN(gauges.emplace_back(), ReadGauge(select, 0));
  }
}

}  // namespace seep::storage
