// A function over the rows of a group, written without SQLite's ceremony.
//
// Threads: those of the database.
// Bound:   an aggregate that keeps its rows keeps at most kMaxAggregateRows of a
//          group; the statement fails with words beyond.
// Failure: what Add answers fails the statement, with its message.
#ifndef SEEP_STORAGE_SQLITE_AGGREGATE_H_
#define SEEP_STORAGE_SQLITE_AGGREGATE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "storage/sqlite/database.h"

namespace seep::sqlite {

inline constexpr std::size_t kMaxAggregateRows = 4'000'000;

class Aggregate {
 public:
  virtual ~Aggregate() = default;
  // One row's arguments. Rows with a NULL or something that is no number among
  // them are left out before, as SQL's own aggregates do.
  virtual absl::Status Add(absl::Span<const double> arguments) = 0;
  virtual std::optional<double> Result() = 0;  // nothing: NULL
};

// The database keeps `make` as long as it is open. For GROUP BY, not for OVER.
absl::Status RegisterAggregate(Database& db, const std::string& name, int arguments,
                               std::function<std::unique_ptr<Aggregate>()> make);

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_AGGREGATE_H_
