#include "storage/upkeep/pins.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/stores/ids.h"

namespace seep::storage {

absl::Status Pin(sqlite::Database& db, const std::string& run_id, const std::string& note, std::int64_t wall_us) {
  if (note.size() > kMaxPinNote) return absl::InvalidArgumentError(absl::StrCat("the note is over ", kMaxPinNote, " bytes"));
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db, run_id));
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement leaving, db.Prepare("SELECT reason FROM run_expiry WHERE run_no = ? AND under_way"));
    leaving.BindAll(run);
    SEEP_ASSIGN_OR_RETURN(const bool row, leaving.Step());
    if (row) return absl::FailedPreconditionError(absl::StrCat("run ", run_id, ": its data is leaving just now (", leaving.Text(0), ")"));
  }
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement pin, db.Prepare("INSERT OR REPLACE INTO run_pin (run_no, note, wall_us) VALUES (?, ?, ?)"));
  pin.BindAll(run, note, wall_us);
  return pin.Run();
}

absl::Status Unpin(sqlite::Database& db, const std::string& run_id) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db, run_id));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement unpin, db.Prepare("DELETE FROM run_pin WHERE run_no = ?"));
  unpin.BindAll(run);
  return unpin.Run();
}

}  // namespace seep::storage
