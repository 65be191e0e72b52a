#include "storage/stores/annotation_store.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/across_runs.h"
#include "storage/stores/event_store.h"

namespace seep::storage {
namespace {
constexpr std::size_t kMaxAuthor = 256;
}

absl::StatusOr<v1::Annotation> AnnotationStore::Add(const v1::AnnotateRunRequest& request, std::int64_t wall_us) {
  if (request.text().find_first_not_of(" \t\r\n") == std::string::npos) {
    return absl::InvalidArgumentError("an annotation needs a text");
  }
  if (request.text().size() > kMaxText) {
    return absl::InvalidArgumentError(absl::StrCat("an annotation holds ", kMaxText, " bytes; this one has ", request.text().size()));
  }
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db_, request.run_id()));
  {
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement count, db_.Prepare("SELECT count(*) FROM annotation WHERE run_no = ?"));
    count.BindAll(run);
    SEEP_RETURN_IF_ERROR(count.Step().status());
    if (count.Integer(0) >= AcrossRuns::kMaxAnnotations) {
      return absl::ResourceExhaustedError(absl::StrCat("run ", request.run_id(), " has ", count.Integer(0), " annotations, as many as are kept"));
    }
  }
  v1::Annotation made;
  made.set_run_id(request.run_id());
  made.set_has_time(request.has_time());
  made.set_at_ms(request.has_time() ? request.at_ms() : 0);
  made.set_author(Shortened(request.author(), kMaxAuthor));
  made.set_wall_us(wall_us);
  made.set_text(request.text());
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement insert,
                        db_.Prepare("INSERT INTO annotation (run_no, at_ms, author, wall_us, text) VALUES (?, ?, ?, ?, ?)"));
  insert.BindAll(run, made.at_ms(), made.author(), made.wall_us(), made.text());
  if (!made.has_time()) insert.BindNull(2);
  SEEP_RETURN_IF_ERROR(insert.Run());
  made.set_id(static_cast<std::uint64_t>(db_.last_insert_rowid()));
  return made;
}

absl::StatusOr<std::vector<v1::Annotation>> AnnotationStore::List(RunNo run) {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT annotation_no, at_ms, author, wall_us, text FROM annotation"
                                    " WHERE run_no = ? ORDER BY annotation_no"));
  select.BindAll(run);
  std::vector<v1::Annotation> annotations;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return annotations;
    v1::Annotation& one = annotations.emplace_back();
    one.set_id(static_cast<std::uint64_t>(select.Integer(0)));
    one.set_run_id(RunId(run));
    one.set_has_time(!select.IsNull(1));
    one.set_at_ms(select.IsNull(1) ? 0 : static_cast<std::uint64_t>(select.Integer(1)));
    one.set_author(select.Text(2));
    one.set_wall_us(select.Integer(3));
    one.set_text(select.Text(4));
  }
}

}  // namespace seep::storage
