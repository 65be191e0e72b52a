// A read-only table that a program computes, for SQL to scan: a virtual table
// without its ceremony. It is named like its module (no CREATE needed) and
// exists only on the connection where it was registered.
//
// Threads: those of the database.
// Failure: a cursor's status fails the statement that scans.
#ifndef SEEP_STORAGE_SQLITE_SCAN_TABLE_H_
#define SEEP_STORAGE_SQLITE_SCAN_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"

namespace seep::sqlite {

enum class Comparison { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

using BoundValue = std::variant<std::monostate, std::int64_t, double, std::string>;  // monostate: NULL
struct Bound {
  int column = 0;
  Comparison comparison = Comparison::kEqual;
  BoundValue value;
};
// Text lasts until the next Next.
using ColumnValue = std::variant<std::monostate, std::int64_t, double, std::string_view>;

class ScanCursor {
 public:
  virtual ~ScanCursor() = default;
  // Starts over. Rows outside the bounds may still be yielded (SQLite checks
  // each, unless the table Decides), rows inside must be.
  virtual absl::Status Begin(const std::vector<Bound>& bounds) = 0;
  virtual absl::StatusOr<bool> Next() = 0;  // true: on a row
  virtual ColumnValue Column(int column) const = 0;
};

class ScanTable {
 public:
  virtual ~ScanTable() = default;
  virtual std::string Declaration() const = 0;  // "CREATE TABLE x (a TEXT, b REAL)"
  // Whether Begin makes use of such a bound, and how much of the table it leaves.
  virtual bool Uses(int column, Comparison comparison) const = 0;
  // Whether Begin then leaves out every row outside the bound, so that nobody need
  // check: a column that is only bound is not even fetched for each row.
  virtual bool Decides(int /*column*/, Comparison /*comparison*/) const { return false; }
  virtual double ShareLeft(int column, Comparison comparison) const = 0;
  virtual double ExpectedRows() const = 0;
  virtual std::unique_ptr<ScanCursor> Open() = 0;
};

// The database keeps `table` as long as it is open.
absl::Status RegisterScanTable(Database& db, const std::string& name, std::shared_ptr<ScanTable> table);

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_SCAN_TABLE_H_
