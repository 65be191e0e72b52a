// One series of one run in a few dozen points: the curve that came with its
// verdict, or, of a live or older run, a selection of its minute rows.
//
// Threads: those of `db`, which it borrows.
// Bounds:  at most `points` rows are looked up, whatever the length of the run,
//          each by its key.
#ifndef SEEP_STORAGE_QUERIES_CURVE_READER_H_
#define SEEP_STORAGE_QUERIES_CURVE_READER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "seep/v1/across.pb.h"
#include "storage/stores/ids.h"

namespace seep::storage {

class CurveReader {
 public:
  static constexpr int kMaxPoints = 64;

  explicit CurveReader(sqlite::Database& db) : db_(db) {}

  // Empty where nothing is known of the series.
  absl::StatusOr<v1::Curve> Read(RunNo run, const std::string& series, int points = kMaxPoints);
  // Of the series that decided, else of a heap's or resident memory, in at most
  // `points`; empty where the run has none.
  absl::StatusOr<v1::Spark> Spark(const std::string& run_id, int points);

 private:
  struct Life {
    std::int64_t generation, first_minute, last_minute;
  };
  absl::StatusOr<std::vector<Life>> Lives(RunNo run);
  absl::StatusOr<v1::Curve> FromMinutes(RunNo run, const std::string& series, int points);
  absl::StatusOr<std::int64_t> GaugeNo(RunNo run, const std::string& name);  // 0: none
  absl::StatusOr<std::vector<std::string>> Candidates(RunNo run);

  sqlite::Database& db_;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERIES_CURVE_READER_H_
