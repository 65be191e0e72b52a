#include "storage/stores/fault_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::storage {
namespace {
constexpr std::uint32_t kMaxListed = 10'000;
}  // namespace

absl::Status FaultStore::Save(RunNo run, const v1::FaultReport& fault) {
  if (fault.fault_id().empty()) return absl::InvalidArgumentError("a fault without fault_id");
  // Not REPLACE: the row keeps its number, and with it its place in the order.
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement save,
      db_.Prepare("INSERT INTO fault (run_no, fault_id, kind, state, planned_at_ms, injected_at_ms, healed_at_ms,"
                  " old_generation, new_generation, detail, record) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
                  " ON CONFLICT (run_no, fault_id) DO UPDATE SET kind = excluded.kind, state = excluded.state,"
                  " planned_at_ms = excluded.planned_at_ms, injected_at_ms = excluded.injected_at_ms,"
                  " healed_at_ms = excluded.healed_at_ms, old_generation = excluded.old_generation,"
                  " new_generation = excluded.new_generation, detail = excluded.detail, record = excluded.record"));
  save.BindAll(run, fault.fault_id(), fault.kind(), fault.state(), fault.planned_at_ms(), fault.injected_at_ms(),
               fault.healed_at_ms(), fault.old_generation(), fault.new_generation(), fault.detail());
  save.BindBlob(11, fault.SerializeAsString());
  return save.Run();
}

absl::StatusOr<std::vector<v1::FaultReport>> FaultStore::List(const std::string& run_id, std::uint32_t limit) {
  std::int64_t run_no = 0;
  if (!run_id.empty()) {
    SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, run_id));
    run_no = static_cast<std::int64_t>(run);
  }
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db_.Prepare(run_no != 0
                      ? "SELECT record FROM fault WHERE run_no = ?2 ORDER BY planned_at_ms, fault_no LIMIT ?1"
                      : "SELECT record FROM fault ORDER BY fault_no DESC LIMIT ?1"));
  select.BindInteger(1, limit == 0 ? 1000 : std::min(limit, kMaxListed));
  if (run_no != 0) select.BindInteger(2, run_no);
  std::vector<v1::FaultReport> faults;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return faults;
    const std::string_view record = select.Blob(0);
    if (!faults.emplace_back().ParseFromArray(record.data(), static_cast<int>(record.size()))) {
      return absl::DataLossError("a fault's record is damaged");
    }
  }
}

}  // namespace seep::storage
