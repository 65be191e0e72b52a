#include "storage/stores/chunk_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/checksum/crc32c.h"
#include "common/status/check.h"
#include "common/status/status_macros.h"
#include "storage/chunks/chunk_codec.h"
#include "storage/chunks/column_summary.h"

namespace seep::storage {

absl::Status ChunkStore::Insert(StreamNo stream, const Chunk& chunk, const StreamGauges& gauges, bool compress) {
  SEEP_CHECK(chunk.sequence.back() - chunk.sequence.front() + 1 == chunk.count());
  std::string bytes = EncodeChunk(chunk);
  if (compress) {
    SEEP_ASSIGN_OR_RETURN(bytes, CompressChunk(bytes));
  }
  const auto [first_us, last_us] = std::minmax_element(chunk.monotonic_us.begin(), chunk.monotonic_us.end());
  const auto [first_generation, last_generation] =
      std::minmax_element(chunk.generation.begin(), chunk.generation.end());
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement insert,
      db_.Prepare("INSERT INTO chunk (stream_no, first_sequence, count, first_us, last_us, first_generation,"
                  " last_generation, compressed, crc32c, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.BindAll(stream, chunk.sequence.front(), chunk.count(), *first_us, *last_us, *first_generation,
                 *last_generation, compress, Crc32c(bytes));
  insert.BindBlob(10, bytes);
  SEEP_RETURN_IF_ERROR(insert.Run());
  return InsertSummaries(db_.last_insert_rowid(), chunk, gauges);
}

absl::Status ChunkStore::InsertSummaries(std::int64_t chunk_no, const Chunk& chunk, const StreamGauges& gauges) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement insert,
      db_.Prepare("INSERT INTO chunk_summary (gauge_no, chunk_no, generation, n, first_us, last_us, min, max, first,"
                  " last, mean_x, mean_y, sum_xx, sum_xy, sum_yy) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  for (const ColumnSummary& summary : Summarise(chunk)) {
    const StreamGauge* const gauge = gauges.Find(summary.gauge);
    if (gauge == nullptr) return absl::DataLossError(absl::StrCat("gauge ", summary.gauge, " is not defined"));
    insert.BindAll(gauge->gauge_no, chunk_no, summary.generation, summary.n, summary.first_us, summary.last_us,
                   summary.min, summary.max, summary.first, summary.last, summary.mean_x, summary.mean_y,
                   summary.sum_xx, summary.sum_xy, summary.sum_yy);
    SEEP_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ChunkStore::CompressNext(StreamNo stream) {
  std::int64_t chunk_no = 0;
  std::string bytes;
  bool sound = false;
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                          db_.Prepare("SELECT chunk_no, crc32c, data FROM chunk WHERE stream_no = ?"
                                      " AND compressed = 0 LIMIT 1"));
    select.BindAll(stream);
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return false;
    chunk_no = select.Integer(0);
    bytes = select.Blob(2);
    sound = Crc32c(bytes) == static_cast<std::uint32_t>(select.Integer(1));
  }
  // What is damaged stays as it is: whoever reads it says so.
  absl::StatusOr<std::string> smaller = sound ? CompressChunk(bytes) : absl::DataLossError("");
  if (!smaller.ok()) {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement leave, db_.Prepare("UPDATE chunk SET compressed = 1 WHERE chunk_no = ?"));
    leave.BindAll(chunk_no);
    SEEP_RETURN_IF_ERROR(leave.Run());
    return true;
  }
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement update,
                        db_.Prepare("UPDATE chunk SET compressed = 1, crc32c = ?, data = ? WHERE chunk_no = ?"));
  update.BindInteger(1, Crc32c(*smaller));
  update.BindBlob(2, *smaller);
  update.BindInteger(3, chunk_no);
  SEEP_RETURN_IF_ERROR(update.Run());
  return true;
}

}  // namespace seep::storage
