#include "storage/bench/store_questions.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/check.h"
#include "storage/bench/line_aggregate.h"
#include "storage/chunks/chunk_codec.h"
#include "storage/chunks/column_summary.h"
#include "storage/queries/samples_table.h"

namespace seep::storage::bench {
namespace {

template <typename T>
T Expect(absl::StatusOr<T> got) {
  SEEP_CHECK(got.ok()) << got.status();
  return *std::move(got);
}

std::unique_ptr<sqlite::Database> Open(const std::string& path, bool mapped) {
  auto db = Expect(sqlite::Database::Open(path, sqlite::Access::kReadOnly));
  SEEP_CHECK(db->Execute(absl::StrCat("PRAGMA mmap_size=", mapped ? 1LL << 40 : 0)).ok());
  return db;
}

RunLine LineOf(const ColumnSummary& summary) { return {summary.min, summary.max, SlopePerSecond(summary)}; }

}  // namespace

StoreQuestions::StoreQuestions(const std::string& directory, bool mapped)
    : path_(directory + "/seep.db"), db_(Open(path_, mapped)), sql_(Open(path_, mapped)) {
  RegisterSlope(sql_->connection());
  SEEP_CHECK(sqlite::RegisterScanTable(*sql_, "samples", MakeSamplesTable(*db_)).ok());
}

std::vector<StoreQuestions::Asked> StoreQuestions::Find() {
  auto select = Expect(db_->Prepare("SELECT s.stream_no, g.gauge_no, g.gauge_id, r.run_id FROM stream s JOIN run r USING (run_no)"
                                    " JOIN gauge g USING (run_no) WHERE g.name = ? ORDER BY run_no"));
  select.BindAll(kAskedGaugeName);
  std::vector<Asked> found;
  while (Expect(select.Step())) {
    found.push_back({select.Integer(0), select.Integer(1), static_cast<std::uint32_t>(select.Integer(2)), select.Text(3)});
  }
  return found;
}

RunLine StoreQuestions::ScanStream(const Asked& asked) {
  auto select = Expect(db_->Prepare("SELECT data FROM chunk WHERE stream_no = ? ORDER BY first_sequence"));
  select.BindAll(asked.stream);
  std::vector<std::int64_t> times;
  std::vector<std::uint32_t> generations;
  std::vector<ColumnSummary> parts;
  GaugeColumn column;
  ColumnSummary total;
  while (Expect(select.Step())) {
    const ChunkView view = Expect(ChunkView::Open(select.Blob(0)));
    SEEP_CHECK(view.ReadTimes(times).ok() && view.ReadGauge(asked.gauge, column).ok());
    SEEP_CHECK(view.header().first_generation == view.header().last_generation);  // nothing restarts in this benchmark
    generations.assign(view.count(), view.header().first_generation);
    parts.clear();
    AppendSummaries(column, ChunkTimes(times, generations), parts);
    for (const ColumnSummary& part : parts) Combine(part, total);
  }
  return LineOf(total);
}

RunLines StoreQuestions::ScanChunks() {
  RunLines lines;
  for (const Asked& asked : Find()) lines.push_back(ScanStream(asked));
  return lines;
}

RunLines StoreQuestions::AddSummaries() {
  RunLines lines;
  for (const Asked& asked : Find()) {
    auto select = Expect(db_->Prepare("SELECT n, first_us, last_us, min, max, first, last, mean_x, mean_y, sum_xx, sum_xy, sum_yy"
                                      " FROM chunk_summary WHERE gauge_no = ?"));
    select.BindAll(asked.gauge_no);
    ColumnSummary total;
    while (Expect(select.Step())) {
      ColumnSummary part;
      part.n = static_cast<std::uint64_t>(select.Integer(0));
      part.first_us = select.Integer(1), part.last_us = select.Integer(2);
      part.min = select.Real(3), part.max = select.Real(4);
      part.first = select.Real(5), part.last = select.Real(6);
      part.mean_x = select.Real(7), part.mean_y = select.Real(8);
      part.sum_xx = select.Real(9), part.sum_xy = select.Real(10), part.sum_yy = select.Real(11);
      Combine(part, total);
    }
    lines.push_back(LineOf(total));
  }
  return lines;
}

RunLines StoreQuestions::AskTable() {
  RunLines lines;
  for (const Asked& asked : Find()) {
    auto select = Expect(sql_->Prepare("SELECT min(value), max(value), slope(t_s, value) FROM samples WHERE run = ? AND gauge = ?"));
    select.BindAll(asked.run_id, kAskedGaugeName);
    SEEP_CHECK(Expect(select.Step()));
    lines.push_back({select.Real(0), select.Real(1), select.Real(2)});
  }
  return lines;
}

StoreSizes StoreQuestions::Sizes() {
  StoreSizes sizes;
  auto select = Expect(db_->Prepare("SELECT data FROM chunk"));
  while (Expect(select.Step())) {
    const std::string_view data = select.Blob(0);
    sizes.chunk_bytes += data.size();
    sizes.plain_bytes += Expect(DecompressChunk(data)).size();
    sizes.samples += Expect(ChunkView::Open(data)).count();
  }
  const auto pages_of = [this](const std::string& tables) {
    return static_cast<std::uint64_t>(Expect(db_->QueryInteger(
        "SELECT ifnull(sum(pgsize), 0) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name " + tables + ")")));
  };
  sizes.chunk_pages = pages_of("= 'chunk'");
  sizes.summary_pages = pages_of("= 'chunk_summary'");
  sizes.minute_pages = pages_of("= 'sample_rollup'");
  sizes.all_pages = pages_of("IS NOT NULL");
  return sizes;
}

}  // namespace seep::storage::bench
