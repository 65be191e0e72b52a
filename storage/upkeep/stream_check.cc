#include "storage/upkeep/stream_check.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/transaction.h"

namespace seep::storage {
namespace {

struct RunFacts {
  std::string id;
  bool expired = false;  // raw samples have left, or are leaving
  bool leaving = false;  // the run itself: streams may have gone already
  std::uint64_t samples_expired = 0;
};

struct StreamFacts {
  std::int64_t number = 0;
  std::string place;  // for findings
  std::uint64_t next_sequence = 1, samples = 0, lost = 0, rolled_through = 0;
};

struct Piece {  // of the sequence: a tail, a chunk or a gap
  std::string kind;
  std::uint64_t first = 0, count = 0;
};

std::uint64_t Unsigned(const sqlite::Statement& row, int column) { return static_cast<std::uint64_t>(row.Integer(column)); }

absl::StatusOr<RunFacts> LoadRun(sqlite::Database& db, std::int64_t run_no) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare("SELECT r.run_id, e.keeps, e.samples FROM run r LEFT JOIN run_expiry e"
                                   " USING (run_no) WHERE r.run_no = ?"));
  select.BindAll(run_no);
  SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return absl::NotFoundError("removed meanwhile");
  return RunFacts{select.Text(0), !select.IsNull(1), select.Integer(1) >= v1::SAMPLE_TIER_NONE, Unsigned(select, 2)};
}

absl::StatusOr<std::vector<StreamFacts>> LoadStreams(sqlite::Database& db, std::int64_t run_no) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db.Prepare("SELECT stream_no, agent, boot_epoch, next_sequence, samples, lost, rolled_through"
                                   " FROM stream WHERE run_no = ? ORDER BY stream_no"));
  select.BindAll(run_no);
  std::vector<StreamFacts> streams;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return streams;
    streams.push_back({select.Integer(0), absl::StrCat("agent ", Printable(select.Text(1)), ", boot ", Printable(select.Text(2))),
                       Unsigned(select, 3), Unsigned(select, 4), Unsigned(select, 5), Unsigned(select, 6)});
  }
}

// Sequence order; SQLite merges the three indexes.
constexpr char kPieces[] =
    "SELECT 'batch', first_sequence, count FROM tail WHERE stream_no = ?1"
    " UNION ALL SELECT 'chunk', first_sequence, count FROM chunk WHERE stream_no = ?1"
    " UNION ALL SELECT 'gap', from_sequence, to_sequence - from_sequence + 1 FROM gap WHERE stream_no = ?1"
    " ORDER BY 2, 1";

class SequenceCheck {
 public:
  SequenceCheck(const RunFacts& run, const StreamFacts& stream, Findings& findings)
      : run_(run), stream_(stream), findings_(findings) {}

  void Take(const Piece& piece) {
    const std::uint64_t last = piece.first + piece.count - 1;
    // Expired samples are counted (see below), not listed.
    if (piece.first > next_ && !run_.expired) {
      Say(SampleRange(next_, piece.first - 1), "are neither stored nor in a gap",
          "acknowledged samples are missing: restore a backup beside this store, or re-run");
    } else if (piece.first < next_) {
      Say(SampleRange(piece.first, std::min(last, next_ - 1)), absl::StrCat("are there twice; the second time in a ", piece.kind), "");
    }
    next_ = std::max(next_, last + 1);
    (piece.kind == "gap" ? lost_ : stored_) += piece.count;
  }

  void End() {
    if (next_ < stream_.next_sequence && !run_.expired) {
      Say(SampleRange(next_, stream_.next_sequence - 1), "were acknowledged and are not there",
          "acknowledged samples are missing: restore a backup beside this store, or re-run");
    } else if (next_ > stream_.next_sequence) {
      Say(SampleRange(stream_.next_sequence, next_ - 1), "are stored beyond the end that the stream states", "");
    }
    if (lost_ != stream_.lost) {
      findings_.Add("count", run_.id, stream_.place,
                    absl::StrCat("the stream states ", stream_.lost, " lost samples, its gaps have ", lost_));
    }
    if (stream_.rolled_through >= stream_.next_sequence) {
      findings_.Add("count", run_.id, stream_.place,
                    absl::StrCat("minutes are gathered up to sample ", stream_.rolled_through, ", beyond the last, ",
                                 stream_.next_sequence - 1));
    }
  }
  std::uint64_t stored() const { return stored_; }
  std::uint64_t lost() const { return lost_; }

 private:
  void Say(const std::string& range, std::string what, std::string advice) {
    findings_.Add("sequence", run_.id, absl::StrCat(stream_.place, ", ", range), std::move(what), std::move(advice));
  }
  const RunFacts& run_;
  const StreamFacts& stream_;
  Findings& findings_;
  std::uint64_t next_ = 1, stored_ = 0, lost_ = 0;
};

}  // namespace

absl::Status CheckStreamsOfRun(sqlite::Database& db, std::int64_t run_no, Findings& findings, v1::CheckResult& result) {
  SEEP_ASSIGN_OR_RETURN(auto snapshot, sqlite::Transaction::Begin(db, sqlite::Transaction::Kind::kRead));
  const absl::StatusOr<RunFacts> run = LoadRun(db, run_no);
  if (absl::IsNotFound(run.status())) return absl::OkStatus();
  SEEP_RETURN_IF_ERROR(run.status());
  SEEP_ASSIGN_OR_RETURN(const std::vector<StreamFacts> streams, LoadStreams(db, run_no));
  std::uint64_t stated = 0, stored = 0;
  for (const StreamFacts& stream : streams) {
    SEEP_RETURN_IF_ERROR(findings.GoOn());
    SequenceCheck check(*run, stream, findings);
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement pieces, db.Prepare(kPieces));
    pieces.BindAll(stream.number);
    while (true) {
      SEEP_ASSIGN_OR_RETURN(const bool row, pieces.Step());
      if (!row) break;
      check.Take({pieces.Text(0), Unsigned(pieces, 1), Unsigned(pieces, 2)});
      if (pieces.Text(0) == "gap") result.set_gaps(result.gaps() + 1);
    }
    check.End();
    stated += stream.samples;
    stored += check.stored();
    result.set_samples_lost(result.samples_lost() + check.lost());
  }
  if (stored + run->samples_expired != stated && !run->leaving) {
    findings.Add("count", run->id, "all its streams",
                 absl::StrCat(stated, " samples are stated, ", stored, " are there and ", run->samples_expired, " have expired"));
  }
  result.set_streams(result.streams() + streams.size());
  result.set_samples_expired(result.samples_expired() + run->samples_expired);
  return absl::OkStatus();
}

}  // namespace seep::storage
