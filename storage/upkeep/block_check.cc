#include "storage/upkeep/block_check.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/transaction.h"
#include "storage/stores/stored_blocks.h"

namespace seep::storage {
namespace {

constexpr char kAdvice[] = "these samples cannot be trusted: restore them from a backup, or remove the run";

// One of the two tables that hold samples.
struct BlockTable {
  StoredBlock::Kind kind;
  const char* last;    // its greatest number
  const char* select;  // number, run, agent, boot, stream, first, count, crc, times, bytes
  const char* doing;
  int rows;  // a transaction: some milliseconds
};

#define SEEP_BLOCK_COLUMNS \
  ", ifnull(r.run_id, ''), ifnull(s.agent, ''), ifnull(s.boot_epoch, ''), b.stream_no, b.first_sequence, b.count," \
  " b.crc32c, b.first_us, b.last_us, "
#define SEEP_BLOCK_JOINS " b LEFT JOIN stream s USING (stream_no) LEFT JOIN run r USING (run_no) WHERE "

constexpr BlockTable kTables[] = {
    // Tails first: one that becomes a chunk meanwhile is then seen as that.
    {StoredBlock::Kind::kTail, "SELECT ifnull(max(tail_no), 0) FROM tail",
     "SELECT b.tail_no" SEEP_BLOCK_COLUMNS "b.block FROM tail" SEEP_BLOCK_JOINS "b.tail_no > ? ORDER BY b.tail_no LIMIT ?",
     "checksums of batches", 256},
    {StoredBlock::Kind::kChunk, "SELECT ifnull(max(chunk_no), 0) FROM chunk",
     "SELECT b.chunk_no" SEEP_BLOCK_COLUMNS "b.data FROM chunk" SEEP_BLOCK_JOINS "b.chunk_no > ? ORDER BY b.chunk_no LIMIT ?",
     "checksums of chunks", 32},
};

// What is wrong with the row that `select` is on, or "".
std::string Fault(const StoredBlock& block, const sqlite::Statement& select, const StreamGauges& gauges) {
  std::vector<v1::Sample> samples;
  const absl::Status read = ReadBlock(block, gauges, samples);
  if (!read.ok()) return std::string(read.message());
  const auto [first, last] = std::minmax_element(samples.begin(), samples.end(), [](const v1::Sample& a, const v1::Sample& b) {
    return a.monotonic_us() < b.monotonic_us();
  });
  const bool times = !samples.empty() && first->monotonic_us() == select.Integer(8) && last->monotonic_us() == select.Integer(9);
  return times ? "" : "the row states other times than its samples have";
}

struct Progress {
  std::int64_t after = 0;  // number of the last row
  std::int64_t gauges_of = 0;
  StreamGauges gauges;
};

// Some rows more; false: there were none left.
absl::StatusOr<bool> CheckSome(sqlite::Database& db, const BlockTable& table, Progress& at, Findings& findings,
                               v1::CheckResult& result) {
  SEEP_ASSIGN_OR_RETURN(auto snapshot, sqlite::Transaction::Begin(db, sqlite::Transaction::Kind::kRead));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare(table.select));
  select.BindAll(at.after, table.rows);
  at.gauges_of = 0;  // of another snapshot
  for (int rows = 0;; ++rows) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return rows == table.rows;
    at.after = select.Integer(0);
    if (at.gauges_of != select.Integer(4)) {
      at.gauges_of = select.Integer(4);
      SEEP_ASSIGN_OR_RETURN(at.gauges, GaugeStore(db).LoadOfStream(StreamNo{at.gauges_of}));
    }
    const StoredBlock block{table.kind, static_cast<std::uint64_t>(select.Integer(5)), static_cast<std::uint64_t>(select.Integer(6)),
                            static_cast<std::uint32_t>(select.Integer(7)), select.Blob(10)};
    if (const std::string fault = Fault(block, select, at.gauges); !fault.empty()) {
      findings.Add("checksum", select.Text(1),
                   absl::StrCat("agent ", Printable(select.Text(2)), ", boot ", Printable(select.Text(3)), ", ",
                                SampleRange(block.first_sequence, block.last_sequence())),
                   fault, kAdvice);
    }
    result.set_batches(result.batches() + 1);
    result.set_samples(result.samples() + block.count);
  }
}

}  // namespace

absl::Status CheckBlocks(sqlite::Database& db, Findings& findings, v1::CheckResult& result) {
  for (const BlockTable& table : kTables) {
    SEEP_ASSIGN_OR_RETURN(const std::int64_t last, db.QueryInteger(table.last));
    Progress at;
    bool more = true;
    while (more) {
      SEEP_RETURN_IF_ERROR(findings.GoOn());
      SEEP_ASSIGN_OR_RETURN(more, CheckSome(db, table, at, findings, result));
      findings.Progress(table.doing, static_cast<std::uint64_t>(at.after), static_cast<std::uint64_t>(last), "rows");
    }
  }
  return absl::OkStatus();
}

}  // namespace seep::storage
