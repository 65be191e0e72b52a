#include "storage/stores/generation_store.h"

#include "common/status/status_macros.h"

namespace seep::storage {

absl::Status GenerationStore::Save(RunNo run, const v1::GenerationInfo& generation) {
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement replace,
      db_.Prepare("INSERT OR REPLACE INTO generation (run_no, generation, pid, started_at_ms, ended_at_ms,"
                  " ended_by) VALUES (?, ?, ?, ?, ?, ?)"));
  replace.BindAll(run, generation.generation(), generation.pid(), generation.started_at_ms(),
                  generation.ended_at_ms(), generation.ended_by());
  return replace.Run();
}

absl::StatusOr<std::vector<v1::GenerationInfo>> GenerationStore::List(const std::string& run_id) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT generation, pid, started_at_ms, ended_at_ms, ended_by"
                                    " FROM generation WHERE run_no = ? ORDER BY generation"));
  select.BindAll(run);
  std::vector<v1::GenerationInfo> generations;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return generations;
    v1::GenerationInfo& generation = generations.emplace_back();
    generation.set_generation(static_cast<std::uint32_t>(select.Integer(0)));
    generation.set_pid(select.Integer(1));
    generation.set_started_at_ms(static_cast<std::uint64_t>(select.Integer(2)));
    generation.set_ended_at_ms(static_cast<std::uint64_t>(select.Integer(3)));
    generation.set_ended_by(select.Text(4));
  }
}

}  // namespace seep::storage
