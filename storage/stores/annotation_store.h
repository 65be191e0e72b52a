// What people noted about runs.
//
// Threads: those of `db`, which it borrows. Writes want an open transaction.
// Failure: kNotFound (run), kInvalidArgument (no text, too long),
//          kResourceExhausted (too many).
#ifndef SEEP_STORAGE_STORES_ANNOTATION_STORE_H_
#define SEEP_STORAGE_STORES_ANNOTATION_STORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "seep/v1/across.pb.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class AnnotationStore {
 public:
  static constexpr std::size_t kMaxText = 4096;

  explicit AnnotationStore(sqlite::Database& db) : db_(db) {}

  absl::StatusOr<v1::Annotation> Add(const v1::AnnotateRunRequest& request, std::int64_t wall_us);
  absl::StatusOr<std::vector<v1::Annotation>> List(RunNo run);

 private:
  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_ANNOTATION_STORE_H_
