#include "storage/stores/gauge_store.h"

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/stores/sample_block.h"

namespace seep::storage {

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
      db_.Prepare("INSERT INTO stream_gauge (stream_no, stream_gauge_id, gauge_no) VALUES (?, ?, ?)"));
  insert.BindAll(stream, definition.id(), gauge.gauge_no);
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
  return StreamGauge{db_.last_insert_rowid(), id, definition.name()};
}

absl::StatusOr<StreamGauges> GaugeStore::LoadOfStream(StreamNo stream) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT s.stream_gauge_id, g.gauge_no, g.gauge_id, g.name"
                                    " FROM stream_gauge s JOIN gauge g USING (gauge_no) WHERE s.stream_no = ?"));
  select.BindAll(stream);
  StreamGauges gauges;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return gauges;
    gauges.Set(static_cast<std::uint32_t>(select.Integer(0)),
               {select.Integer(1), static_cast<std::uint32_t>(select.Integer(2)), select.Text(3)});
  }
}

absl::StatusOr<std::vector<v1::GaugeDefinition>> GaugeStore::LoadOfRun(RunNo run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT gauge_id, name, unit, kind, origin, operation FROM gauge"
                                    " WHERE run_no = ? ORDER BY gauge_id"));
  select.BindAll(run);
  std::vector<v1::GaugeDefinition> gauges;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return gauges;
    v1::GaugeDefinition& gauge = gauges.emplace_back();
    gauge.set_id(static_cast<std::uint32_t>(select.Integer(0)));
    gauge.set_name(select.Text(1));
    gauge.set_unit(select.Text(2));
    gauge.set_kind(static_cast<v1::GaugeKind>(select.Integer(3)));
    gauge.set_origin(static_cast<v1::GaugeOrigin>(select.Integer(4)));
    gauge.set_operation(select.Integer(5) != 0);
  }
}

}  // namespace seep::storage
