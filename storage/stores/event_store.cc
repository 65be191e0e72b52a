#include "storage/stores/event_store.h"

#include <algorithm>

#include "common/status/status_macros.h"

namespace seep::storage {
namespace {
constexpr std::size_t kMaxMessage = 4096;
constexpr std::uint32_t kMaxListed = 10'000;
}  // namespace

std::string Shortened(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  // 10xxxxxx continues a character.
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

absl::Status EventStore::Append(RunNo run, v1::RunEvent& event) {
  event.set_run_id(RunId(run));
  event.set_message(Shortened(event.message(), kMaxMessage));
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement insert,
      db_.Prepare("INSERT INTO event (run_no, at_ms, wall_us, kind, message) VALUES (?, ?, ?, ?, ?)"));
  insert.BindAll(run, event.at_ms(), event.wall_us(), event.kind(), event.message());
  SEEP_RETURN_IF_ERROR(insert.Run());
  event.set_id(static_cast<std::uint64_t>(db_.last_insert_rowid()));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::RunEvent>> EventStore::List(const std::string& run_id, std::uint64_t after_id,
                                                           std::uint32_t limit) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT event_no, at_ms, wall_us, kind, message FROM event"
                                    " WHERE run_no = ? AND event_no > ? ORDER BY event_no LIMIT ?"));
  select.BindAll(run, after_id, limit == 0 ? 1000 : std::min(limit, kMaxListed));
  std::vector<v1::RunEvent> events;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return events;
    v1::RunEvent& event = events.emplace_back();
    event.set_id(static_cast<std::uint64_t>(select.Integer(0)));
    event.set_run_id(run_id);
    event.set_at_ms(static_cast<std::uint64_t>(select.Integer(1)));
    event.set_wall_us(select.Integer(2));
    event.set_kind(select.Text(3));
    event.set_message(select.Text(4));
  }
}

}  // namespace seep::storage
