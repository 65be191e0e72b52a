#include "storage/stores/stream_store.h"

#include "common/status/status_macros.h"

namespace seep::storage {
namespace {

StreamRow ReadStream(const sqlite::Statement& row) {
  return {StreamNo{row.Integer(0)}, RunNo{row.Integer(1)}, static_cast<std::uint64_t>(row.Integer(2)),
          static_cast<std::uint64_t>(row.Integer(3))};
}

absl::StatusOr<std::vector<v1::Ack>> ReadAcks(sqlite::Statement& select) {
  std::vector<v1::Ack> acks;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return acks;
    v1::Ack& ack = acks.emplace_back();
    ack.mutable_stream()->set_run_id(select.Text(0));
    ack.mutable_stream()->set_agent(select.Text(1));
    ack.mutable_stream()->set_boot_epoch(select.Text(2));
    ack.set_through_sequence(static_cast<std::uint64_t>(select.Integer(3)) - 1);
  }
}

}  // namespace

absl::StatusOr<StreamRow> StreamStore::FindOrCreate(const v1::StreamKey& key) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, key.run_id()));
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.Prepare("SELECT stream_no, run_no, next_sequence, rolled_through FROM stream"
                  " WHERE run_no = ? AND agent = ? AND boot_epoch = ?"));
  select.BindAll(run, key.agent(), key.boot_epoch());
  SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (found) return ReadStream(select);
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT INTO stream (run_no, agent, boot_epoch) VALUES (?, ?, ?)"));
  insert.BindAll(run, key.agent(), key.boot_epoch());
  SEEP_RETURN_IF_ERROR(insert.Run());
  return StreamRow{StreamNo{db_.last_insert_rowid()}, run};
}

absl::StatusOr<std::vector<StreamRow>> StreamStore::ListOfRun(RunNo run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT stream_no, run_no, next_sequence, rolled_through FROM stream"
                                    " WHERE run_no = ? ORDER BY stream_no"));
  select.BindAll(run);
  std::vector<StreamRow> streams;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return streams;
    streams.push_back(ReadStream(select));
  }
}

absl::Status StreamStore::Advance(StreamNo stream, std::uint64_t next_sequence, std::uint64_t stored) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement update,
      db_.Prepare("UPDATE stream SET next_sequence = ?, samples = samples + ?, settled = 0 WHERE stream_no = ?"));
  update.BindAll(next_sequence, stored, stream);
  return update.Run();
}

absl::Status StreamStore::AddGap(StreamNo stream, std::uint64_t from, std::uint64_t to,
                                 const std::string& reason, std::int64_t wall_us) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement insert,
      db_.Prepare("INSERT INTO gap (stream_no, from_sequence, to_sequence, reason, wall_us)"
                  " VALUES (?, ?, ?, ?, ?)"));
  insert.BindAll(stream, from, to, reason.empty() ? "no reason given" : reason, wall_us);
  SEEP_RETURN_IF_ERROR(insert.Run());
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement update,
      db_.Prepare("UPDATE stream SET next_sequence = ?, lost = lost + ? WHERE stream_no = ?"));
  update.BindAll(to + 1, to - from + 1, stream);
  return update.Run();
}

absl::Status StreamStore::SetRolledThrough(StreamNo stream, std::uint64_t sequence) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement update,
                        db_.Prepare("UPDATE stream SET rolled_through = ? WHERE stream_no = ?"));
  update.BindAll(sequence, stream);
  return update.Run();
}

absl::StatusOr<std::vector<v1::Ack>> StreamStore::AcksOfRun(const std::string& run_id) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT r.run_id, s.agent, s.boot_epoch, s.next_sequence FROM stream s"
                                    " JOIN run r USING (run_no) WHERE s.run_no = ? ORDER BY s.stream_no"));
  select.BindAll(run);
  return ReadAcks(select);
}

absl::StatusOr<std::vector<v1::Ack>> StreamStore::AcksOfAgent(const std::string& agent) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.Prepare("SELECT r.run_id, s.agent, s.boot_epoch, s.next_sequence FROM stream s JOIN run r USING (run_no)"
                  " WHERE s.agent = ? AND r.state NOT IN (6, 7, 8) ORDER BY s.stream_no"));
  select.BindAll(agent);
  return ReadAcks(select);
}

absl::StatusOr<std::vector<Gap>> StreamStore::Gaps(const std::string& run_id) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.Prepare("SELECT s.agent, s.boot_epoch, g.from_sequence, g.to_sequence, g.reason, g.wall_us FROM gap g"
                  " JOIN stream s USING (stream_no) WHERE s.run_no = ? ORDER BY g.stream_no, g.from_sequence"));
  select.BindAll(run);
  std::vector<Gap> gaps;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return gaps;
    gaps.push_back({select.Text(0), select.Text(1), static_cast<std::uint64_t>(select.Integer(2)),
                    static_cast<std::uint64_t>(select.Integer(3)), select.Text(4), select.Integer(5)});
  }
}

}  // namespace seep::storage
