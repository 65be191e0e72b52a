// A RunFilter as SQL over `run r`: conditions with parameters, never text of a
// stranger's.
//
// Each condition stands so that its index fits (migration "across runs"); the
// samples are in none of them.
#ifndef SEEP_STORAGE_STORES_RUN_CONDITIONS_H_
#define SEEP_STORAGE_STORES_RUN_CONDITIONS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "storage/run_filter.h"
#include "storage/sqlite/statement.h"

namespace seep::storage {

// When a run began, or, if it has not, was asked for.
inline constexpr char kBegan[] = "ifnull(nullif(r.started_wall_us, 0), r.created_wall_us)";

struct RunConditions {
  std::string sql;  // " AND ..." for each
  std::vector<std::variant<std::int64_t, std::string>> values;  // in the order of the question marks

  // Binds from `first` on; returns the parameter after the last.
  int Bind(sqlite::Statement& statement, int first) const;
};

// `leave_out`: terms on these fields are ignored.
RunConditions ConditionsOf(const RunFilter& filter, const std::vector<RunTerm::Field>& leave_out = {});

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_RUN_CONDITIONS_H_
