#include "storage/upkeep/block_check.h"

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/transaction.h"
#include "storage/stores/gauge_store.h"
#include "storage/stores/sample_block.h"

namespace seep::storage {
namespace {

constexpr int kRowsPerTransaction = 256;
constexpr char kAdvice[] = "these samples cannot be trusted: restore them from a backup, or remove the run";

// A row of `tail` as stated, with whose it is.
struct StoredBatch {
  std::string run_id, place;
  std::uint64_t first = 0, count = 0;
  std::int64_t first_us = 0, last_us = 0;
  std::uint32_t crc32c = 0;
  std::int64_t stream = 0;
};

StoredBatch ReadRow(const sqlite::Statement& row) {
  StoredBatch batch;
  batch.run_id = row.Text(1);
  batch.first = static_cast<std::uint64_t>(row.Integer(4));
  batch.count = static_cast<std::uint64_t>(row.Integer(5));
  batch.first_us = row.Integer(6);
  batch.last_us = row.Integer(7);
  batch.crc32c = static_cast<std::uint32_t>(row.Integer(8));
  batch.stream = row.Integer(10);
  batch.place = absl::StrCat("agent ", Printable(row.Text(2)), ", boot ", Printable(row.Text(3)), ", ",
                             SampleRange(batch.first, batch.first + batch.count - 1));
  return batch;
}

// What is wrong with the bytes, or "".
absl::StatusOr<std::string> Fault(const StoredBatch& batch, std::string_view bytes, const StreamGauges& gauges) {
  if (Crc32c(bytes) != batch.crc32c) return "the checksum does not fit the stored bytes";
  v1::SampleBlock block;
  if (!block.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return "the stored bytes are no samples";
  if (static_cast<std::uint64_t>(block.samples_size()) != batch.count) {
    return absl::StrCat("the row states ", batch.count, " samples, its bytes have ", block.samples_size());
  }
  const TimeRange range = RangeOf(block);
  if (range.first_us != batch.first_us || range.last_us != batch.last_us) return "the row states other times than its samples have";
  std::uint64_t expected = batch.first;
  for (const v1::Sample& sample : block.samples()) {
    if (sample.sequence() != expected) return absl::StrCat("sample ", sample.sequence(), " stands where ", expected, " should");
    for (const std::uint32_t gauge : sample.gauge()) {
      if (gauges.Find(gauge) == nullptr) return absl::StrCat("sample ", expected, " has gauge ", gauge, ", which is not defined");
    }
    ++expected;
  }
  return "";
}

constexpr char kTails[] =
    "SELECT t.tail_no, ifnull(r.run_id, ''), ifnull(s.agent, ''), ifnull(s.boot_epoch, ''), t.first_sequence, t.count,"
    " t.first_us, t.last_us, t.crc32c, t.block, t.stream_no FROM tail t LEFT JOIN stream s USING (stream_no)"
    " LEFT JOIN run r USING (run_no) WHERE t.tail_no > ? ORDER BY t.tail_no LIMIT ?";

// Some rows from `after` on; moves it. False: no more.
absl::StatusOr<bool> CheckSome(sqlite::Database& db, std::int64_t& after, Findings& findings, v1::CheckResult& result) {
  SEEP_ASSIGN_OR_RETURN(auto snapshot, sqlite::Transaction::Begin(db, sqlite::Transaction::Kind::kRead));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare(kTails));
  select.BindAll(after, kRowsPerTransaction);
  StreamGauges gauges;
  std::int64_t gauges_of = 0;
  int rows = 0;
  for (;; ++rows) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return rows == kRowsPerTransaction;
    after = select.Integer(0);
    const StoredBatch batch = ReadRow(select);
    if (batch.stream != gauges_of) {
      SEEP_ASSIGN_OR_RETURN(gauges, GaugeStore(db).LoadOfStream(StreamNo{batch.stream}));
      gauges_of = batch.stream;
    }
    SEEP_ASSIGN_OR_RETURN(const std::string fault, Fault(batch, select.Blob(9), gauges));
    if (!fault.empty()) findings.Add("checksum", batch.run_id, batch.place, fault, kAdvice);
    result.set_batches(result.batches() + 1);
    result.set_samples(result.samples() + batch.count);
  }
}

}  // namespace

absl::Status CheckBlocks(sqlite::Database& db, Findings& findings, v1::CheckResult& result) {
  SEEP_ASSIGN_OR_RETURN(const std::int64_t last, db.QueryInteger("SELECT ifnull(max(tail_no), 0) FROM tail"));
  std::int64_t after = 0;
  while (true) {
    SEEP_RETURN_IF_ERROR(findings.GoOn());
    SEEP_ASSIGN_OR_RETURN(const bool more, CheckSome(db, after, findings, result));
    findings.Progress("checksums of batches", static_cast<std::uint64_t>(after), static_cast<std::uint64_t>(last), "batches");
    if (!more) return absl::OkStatus();
  }
}

}  // namespace seep::storage
