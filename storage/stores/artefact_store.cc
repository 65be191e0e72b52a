#include "storage/stores/artefact_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/status/status_macros.h"

namespace seep::storage {
namespace {
constexpr std::size_t kPieceBytes = 256 << 10;
}  // namespace

absl::Status ArtefactStore::CheckRoom(RunNo run, std::size_t bytes) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement sums,
                        db_.Prepare("SELECT count(*), ifnull(sum(size), 0) FROM artefact WHERE run_no = ?"));
  sums.BindAll(run);
  SEEP_ASSIGN_OR_RETURN(const bool row, sums.Step());
  const auto count = static_cast<std::size_t>(row ? sums.Integer(0) : 0);
  const auto held = static_cast<std::size_t>(row ? sums.Integer(1) : 0);
  if (bytes > kMaxArtefactBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("an artefact of ", bytes, " bytes; at most ", kMaxArtefactBytes));
  }
  if (count >= kMaxArtefactsPerRun || held + bytes > kMaxArtefactBytesPerRun) {
    return absl::ResourceExhaustedError(absl::StrCat("the run has ", count, " artefacts of ", held, " bytes already; at most ",
                                                     kMaxArtefactsPerRun, " of ", kMaxArtefactBytesPerRun));
  }
  return absl::OkStatus();
}

absl::Status ArtefactStore::Save(const std::string& agent, const v1::Artefact& artefact, const std::string& data) {
  if (artefact.size() != data.size() || artefact.crc32c() != Crc32c(data)) {
    return absl::DataLossError(absl::StrCat("artefact ", artefact.name(), ": size or checksum do not fit its bytes"));
  }
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, artefact.run_id()));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement known,
                        db_.Prepare("SELECT (SELECT agent FROM run WHERE run_no = ?1),"
                                    " (SELECT count(*) FROM artefact WHERE run_no = ?1 AND key = ?2),"
                                    " (SELECT count(*) FROM artefact WHERE run_no = ?1 AND name = ?3)"));
  known.BindAll(run, artefact.key(), artefact.name());
  SEEP_RETURN_IF_ERROR(known.Step().status());
  if (known.Text(0) != agent) return absl::PermissionDeniedError(absl::StrCat("run ", artefact.run_id(), " is not this agent's"));
  if (known.Integer(1) > 0) return absl::OkStatus();
  if (known.Integer(2) > 0) return absl::AlreadyExistsError(absl::StrCat("the run has another artefact ", artefact.name()));
  SEEP_RETURN_IF_ERROR(CheckRoom(run, data.size()));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT INTO artefact (run_no, key, name, kind, size, format, reason, generation, at_ms,"
                                    " wall_us, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.BindAll(run, artefact.key(), artefact.name(), artefact.kind(), data.size(), artefact.format(), artefact.reason(),
                 artefact.generation(), artefact.at_ms(), artefact.wall_us());
  insert.BindBlob(11, artefact.SerializeAsString());
  SEEP_RETURN_IF_ERROR(insert.Run());
  const std::int64_t number = db_.last_insert_rowid();
  for (std::size_t at = 0, piece = 0; at < data.size(); at += kPieceBytes, ++piece) {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement part,
                          db_.Prepare("INSERT INTO artefact_piece (artefact_no, piece, data) VALUES (?, ?, ?)"));
    part.BindAll(number, piece);
    part.BindBlob(3, std::string_view(data).substr(at, kPieceBytes));
    SEEP_RETURN_IF_ERROR(part.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Artefact>> ArtefactStore::List(const std::string& run_id) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT record FROM artefact WHERE run_no = ? ORDER BY artefact_no"));
  select.BindAll(run);
  std::vector<v1::Artefact> artefacts;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return artefacts;
    const std::string_view record = select.Blob(0);
    if (!artefacts.emplace_back().ParseFromArray(record.data(), static_cast<int>(record.size()))) {
      return absl::DataLossError(absl::StrCat("run ", run_id, ": the record of an artefact cannot be read"));
    }
  }
}

absl::StatusOr<ArtefactPiece> ArtefactStore::Read(const std::string& run_id, const std::string& name, std::uint32_t piece) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT a.record, p.data, (SELECT count(*) FROM artefact_piece WHERE artefact_no = a.artefact_no)"
                                    " FROM artefact a LEFT JOIN artefact_piece p ON p.artefact_no = a.artefact_no AND p.piece = ?3"
                                    " WHERE a.run_no = ?1 AND a.name = ?2"));
  select.BindAll(run, name, piece);
  SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) {
    return absl::NotFoundError(absl::StrCat("run ", run_id, " has no artefact ", name, "; `seep runs artefacts ", run_id, "` lists them"));
  }
  ArtefactPiece read;
  const std::string_view record = select.Blob(0);
  if (!read.artefact.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return absl::DataLossError(absl::StrCat("run ", run_id, ": the record of artefact ", name, " cannot be read"));
  }
  read.data = std::string(select.Blob(1));
  read.last = static_cast<std::int64_t>(piece) + 1 >= select.Integer(2);
  return read;
}

}  // namespace seep::storage
