#include "storage/stores/log_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/stores/event_store.h"

namespace seep::storage {
namespace {

constexpr std::size_t kMaxLine = 4096;
constexpr std::size_t kMaxOrigin = 64;
constexpr int kMaxLines = 10'000;
constexpr std::uint32_t kMaxListed = 10'000;
// What a line takes beside its text: rowids, times, index.
constexpr std::size_t kLineOverhead = 64;

}  // namespace

absl::Status LogStore::Append(const std::string& agent, const v1::LogBatch& logs, std::int64_t wall_us) {
  if (logs.lines_size() > kMaxLines) {
    return absl::InvalidArgumentError(absl::StrCat(logs.lines_size(), " log lines in one batch; at most ", kMaxLines));
  }
  SEEP_ASSIGN_OR_RETURN(const std::int64_t source, FindOrCreateSource(agent, logs.run_id()));
  std::size_t added = 0;
  for (const v1::LogLine& line : logs.lines()) {
    const std::string text = Shortened(line.text(), kMaxLine);
    SEEP_RETURN_IF_ERROR(Insert(source, agent, line.wall_us(), Shortened(line.source(), kMaxOrigin), text));
    added += text.size() + kLineOverhead;
  }
  if (logs.dropped_lines() > 0) {
    const std::string text = absl::StrCat("(", logs.dropped_lines(), " lines dropped by the agent's limit)");
    SEEP_RETURN_IF_ERROR(Insert(source, agent, wall_us, "agent", text));
    added += text.size() + kLineOverhead;
  }
  return Evict(source, added);
}

absl::StatusOr<std::int64_t> LogStore::FindOrCreateSource(const std::string& agent, const std::string& run_id) {
  std::int64_t run_no = 0;
  if (!run_id.empty()) {
    SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
    run_no = static_cast<std::int64_t>(run);
  }
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.Prepare(run_no != 0 ? "SELECT source_no FROM log_source WHERE run_no = ?1"
                              : "SELECT source_no FROM log_source WHERE run_no IS NULL AND agent = ?2"));
  if (run_no != 0) select.BindInteger(1, run_no);
  if (run_no == 0) select.BindText(2, agent);
  SEEP_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (found) return select.Integer(0);
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT INTO log_source (agent, run_no) VALUES (?, ?)"));
  insert.BindText(1, agent);
  if (run_no != 0) insert.BindInteger(2, run_no);
  SEEP_RETURN_IF_ERROR(insert.Run());
  return db_.last_insert_rowid();
}

absl::Status LogStore::Insert(std::int64_t source, const std::string& agent, std::int64_t wall_us,
                              const std::string& origin, const std::string& text) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement insert,
      db_.Prepare("INSERT INTO log (source_no, agent, wall_us, origin, text) VALUES (?, ?, ?, ?, ?)"));
  insert.BindAll(source, agent, wall_us, origin, text);
  return insert.Run();
}

absl::Status LogStore::Evict(std::int64_t source, std::size_t added_bytes) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement grow,
      db_.Prepare("UPDATE log_source SET bytes = bytes + ? WHERE source_no = ? RETURNING bytes"));
  grow.BindAll(added_bytes, source);
  SEEP_ASSIGN_OR_RETURN(const bool row, grow.Step());
  const std::size_t bytes = row ? static_cast<std::size_t>(grow.Integer(0)) : 0;
  SEEP_RETURN_IF_ERROR(grow.Run());
  if (bytes <= max_bytes_) return absl::OkStatus();

  std::size_t freed = 0;
  std::int64_t lines = 0, last = 0;
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement oldest,
                          db_.Prepare("SELECT log_no, octet_length FROM (SELECT log_no, length(CAST(text AS BLOB))"
                                      " AS octet_length FROM log WHERE source_no = ? ORDER BY log_no)"));
    oldest.BindAll(source);
    while (freed < bytes - max_bytes_) {
      SEEP_ASSIGN_OR_RETURN(const bool more, oldest.Step());
      if (!more) break;
      last = oldest.Integer(0);
      freed += static_cast<std::size_t>(oldest.Integer(1)) + kLineOverhead;
      ++lines;
    }
  }
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement remove,
                        db_.Prepare("DELETE FROM log WHERE source_no = ? AND log_no <= ?"));
  remove.BindAll(source, last);
  SEEP_RETURN_IF_ERROR(remove.Run());
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement shrink,
                        db_.Prepare("UPDATE log_source SET bytes = bytes - ?, evicted_lines = evicted_lines + ?"
                                    " WHERE source_no = ?"));
  shrink.BindAll(freed, lines, source);
  return shrink.Run();
}

absl::StatusOr<std::vector<StoredLog>> LogStore::List(const std::string& run_id, std::uint64_t after_id,
                                                      std::uint32_t limit) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.Prepare("SELECT l.log_no, l.agent, l.wall_us, l.origin, l.text FROM log_source s JOIN log l"
                  " USING (source_no) WHERE s.run_no = ? AND l.log_no > ? ORDER BY l.log_no LIMIT ?"));
  select.BindAll(run, after_id, limit == 0 ? 1000 : std::min(limit, kMaxListed));
  std::vector<StoredLog> logs;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return logs;
    StoredLog& log = logs.emplace_back();
    log.id = static_cast<std::uint64_t>(select.Integer(0));
    log.agent = select.Text(1);
    log.line.set_wall_us(select.Integer(2));
    log.line.set_source(select.Text(3));
    log.line.set_text(select.Text(4));
  }
}

}  // namespace seep::storage
