#include "storage/query_worker/worker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "seep/v1/control.pb.h"
#include "storage/queries/samples_table.h"
#include "storage/query_worker/frame.h"
#include "storage/query_worker/statistics.h"
#include "storage/sqlite/sandbox.h"

namespace seep::storage {
namespace {

constexpr int kRowsPerResponse = 1000;
constexpr std::size_t kBytesPerResponse = 256u << 10;
constexpr std::size_t kMaxRowBytes = 1u << 20;

const std::vector<std::string>& ReadableTables() {
  static const auto* const tables = new std::vector<std::string>{
      "agents", "annotations", "baseline_history", "baselines", "campaigns", "events", "faults", "gaps", "gauges", "generations", "labels", "logs", "runs",
      "artefacts", "chunks_summary", "sample_rollups", "sample_tiers", "samples", "transitions", "verdicts", "latencies", "operation_errors", "thresholds", "residuals",
      // What there is, is no secret.
      "sqlite_schema", "sqlite_master"};
  return *tables;
}

// As RFC 3629 has it.
bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 0x6 ? 2 : lead >> 4 == 0xe ? 3 : lead >> 3 == 0x1e ? 4 : 0;
    if (length == 0 || i + length > text.size()) return false;
    std::uint32_t point = length == 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next >> 6 != 2) return false;
      point = point << 6 | (next & 0x3f);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < kLeast[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
    i += length;
  }
  return true;
}

void SetValue(const sqlite::Statement& row, int column, v1::QueryResponse::Value& value) {
  switch (row.type(column)) {
    case sqlite::Statement::Type::kInteger: value.set_integer(row.Integer(column)); break;
    case sqlite::Statement::Type::kReal: value.set_real(row.Real(column)); break;
    case sqlite::Statement::Type::kBlob: value.set_blob(std::string(row.Blob(column))); break;
    case sqlite::Statement::Type::kNull: break;
    case sqlite::Statement::Type::kText:
      // CAST(x'ff' AS TEXT) is text to SQLite, but not to protobuf.
      if (IsUtf8(row.Blob(column))) value.set_text(row.Text(column));
      else value.set_blob(std::string(row.Blob(column)));
      break;
  }
}

// Gathers rows into responses and keeps to the limits.
class Responses {
 public:
  Responses(const WorkerOptions& options, const std::function<absl::Status(std::string_view)>& write)
      : options_(options), write_(write) {}

  void AddColumns(const sqlite::Statement& statement) {
    for (int i = 0; i < statement.column_count(); ++i) next_.add_columns(statement.column_name(i));
  }

  // False: no more will be taken.
  absl::StatusOr<bool> AddRow(const sqlite::Statement& statement) {
    if (rows_ == options_.max_rows) return Truncate();
    v1::QueryResponse::Row row;
    for (int i = 0; i < statement.column_count(); ++i) SetValue(statement, i, *row.add_values());
    const std::size_t size = row.ByteSizeLong();
    if (size > kMaxRowBytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("row ", rows_ + 1, " is over ", kMaxRowBytes, " bytes; select fewer or shorter columns"));
    }
    if (bytes_ + size > options_.max_bytes) return Truncate();
    bytes_ += size;
    pending_ += size;
    ++rows_;
    next_.add_rows()->Swap(&row);
    if (next_.rows_size() < kRowsPerResponse && pending_ < kBytesPerResponse) return true;
    SEEP_RETURN_IF_ERROR(Send());
    return true;
  }

  // The last, which may have nothing but the columns.
  absl::Status Finish() {
    if (sent_ && next_.rows_size() == 0 && !next_.truncated()) return absl::OkStatus();
    return Send();
  }

 private:
  bool Truncate() {
    next_.set_truncated(true);
    return false;
  }
  absl::Status Send() {
    const absl::Status written = write_(EncodeFrame(FrameKind::kResponse, next_.SerializeAsString()));
    next_.Clear();
    pending_ = 0;
    sent_ = true;
    return written;
  }

  const WorkerOptions& options_;
  const std::function<absl::Status(std::string_view)>& write_;
  v1::QueryResponse next_;
  std::uint64_t rows_ = 0, bytes_ = 0;
  std::size_t pending_ = 0;
  bool sent_ = false;
};

}  // namespace

absl::Status RunQuery(const WorkerOptions& options, const std::string& sql, const Clock& clock,
                      const std::function<absl::Status()>& locked_down,
                      const std::function<absl::Status(std::string_view)>& write) {
  SEEP_ASSIGN_OR_RETURN(auto source, sqlite::Database::Open(options.database_path, sqlite::Access::kReadOnly));
  SEEP_ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(options.database_path, sqlite::Access::kReadOnly));
  SEEP_RETURN_IF_ERROR(sqlite::RegisterScanTable(*db, "samples", MakeSamplesTable(*source)));
  SEEP_RETURN_IF_ERROR(RegisterStatistics(*db));
  // Both read once now: that is when SQLite opens the rest of its files.
  SEEP_RETURN_IF_ERROR(source->QueryInteger("SELECT count(*) FROM sqlite_schema").status());
  SEEP_RETURN_IF_ERROR(db->QueryInteger("SELECT count(*) FROM sqlite_schema").status());
  SEEP_RETURN_IF_ERROR(locked_down());
  sqlite::SandboxLimits limits;
  limits.deadline = clock.Now() + options.time;
  limits.heap_bytes = options.memory_bytes / 2;  // the rest is for rows on their way
  SEEP_ASSIGN_OR_RETURN(auto sandbox, sqlite::Sandbox::Enter(*db, ReadableTables(), clock, limits));

  SEEP_ASSIGN_OR_RETURN(sqlite::Statement statement, sandbox->Compile(sql));
  Responses responses(options, write);
  responses.AddColumns(statement);
  while (true) {
    absl::StatusOr<bool> row = statement.Step();
    if (!row.ok()) {
      // SQLite's message repeats the whole query; the user knows it.
      if (row.status().code() != absl::StatusCode::kDeadlineExceeded) return row.status();
      return absl::DeadlineExceededError(absl::StrCat("the query took longer than ",
                                                      absl::FormatDuration(options.time), "; narrow it"));
    }
    if (!*row) return responses.Finish();
    SEEP_ASSIGN_OR_RETURN(const bool more, responses.AddRow(statement));
    if (!more) return responses.Finish();
  }
}

}  // namespace seep::storage
