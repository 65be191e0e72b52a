#include "storage/sqlite/scan_table.h"

#include <sqlite3.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/error.h"

namespace seep::sqlite {
namespace {

// SQLite's structures come first, so that its pointers are ours.
struct TableHandle : sqlite3_vtab {
  std::shared_ptr<ScanTable> table;
};
struct CursorHandle : sqlite3_vtab_cursor {
  std::unique_ptr<ScanCursor> cursor;
  bool on_row = false;
  sqlite3_int64 row = 0;
};
using Registered = std::shared_ptr<ScanTable>;

std::optional<Comparison> ComparisonOf(unsigned char op) {
  switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ: return Comparison::kEqual;
    case SQLITE_INDEX_CONSTRAINT_LT: return Comparison::kLess;
    case SQLITE_INDEX_CONSTRAINT_LE: return Comparison::kLessOrEqual;
    case SQLITE_INDEX_CONSTRAINT_GT: return Comparison::kGreater;
    case SQLITE_INDEX_CONSTRAINT_GE: return Comparison::kGreaterOrEqual;
    default: return std::nullopt;
  }
}

int Fail(sqlite3_vtab* table, const absl::Status& status) {
  sqlite3_free(table->zErrMsg);
  table->zErrMsg = sqlite3_mprintf("%s", std::string(status.message()).c_str());
  return status.code() == absl::StatusCode::kDeadlineExceeded ? SQLITE_INTERRUPT : SQLITE_ERROR;
}

int Connect(sqlite3* connection, void* registered, int, const char* const*, sqlite3_vtab** out, char**) {
  Registered& table = *static_cast<Registered*>(registered);
  const int declared = sqlite3_declare_vtab(connection, table->Declaration().c_str());
  if (declared != SQLITE_OK) return declared;
  auto* handle = new TableHandle();
  handle->table = table;
  *out = handle;
  return SQLITE_OK;
}

int Disconnect(sqlite3_vtab* table) {
  delete static_cast<TableHandle*>(table);
  return SQLITE_OK;
}

// The plan travels as text from here to Filter: two characters a bound, the
// column and the comparison, both from 'a'.
int BestIndex(sqlite3_vtab* base, sqlite3_index_info* info) {
  ScanTable& table = *static_cast<TableHandle*>(base)->table;
  std::string plan;
  double rows = table.ExpectedRows();
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    const std::optional<Comparison> comparison = ComparisonOf(constraint.op);
    if (!constraint.usable || !comparison || constraint.iColumn < 0) continue;
    if (!table.Uses(constraint.iColumn, *comparison)) continue;
    // Another collation finds equal what a cursor, comparing bytes, does not.
    if (std::string_view(sqlite3_vtab_collation(info, i)) != "BINARY") continue;
    plan.push_back(static_cast<char>('a' + constraint.iColumn));
    plan.push_back(static_cast<char>('a' + static_cast<int>(*comparison)));
    info->aConstraintUsage[i].argvIndex = static_cast<int>(plan.size() / 2);
    info->aConstraintUsage[i].omit = table.Decides(constraint.iColumn, *comparison) ? 1 : 0;
    rows *= table.ShareLeft(constraint.iColumn, *comparison);
  }
  info->idxStr = sqlite3_mprintf("%s", plan.c_str());
  if (info->idxStr == nullptr) return SQLITE_NOMEM;
  info->needToFreeIdxStr = 1;
  info->estimatedRows = static_cast<sqlite3_int64>(rows) + 1;
  info->estimatedCost = rows + 1;
  return SQLITE_OK;
}

int Open(sqlite3_vtab* base, sqlite3_vtab_cursor** out) {
  auto* handle = new CursorHandle();
  handle->cursor = static_cast<TableHandle*>(base)->table->Open();
  *out = handle;
  return SQLITE_OK;
}

int Close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<CursorHandle*>(cursor);
  return SQLITE_OK;
}

int Next(sqlite3_vtab_cursor* base) {
  auto* handle = static_cast<CursorHandle*>(base);
  const absl::StatusOr<bool> row = handle->cursor->Next();
  if (!row.ok()) return Fail(base->pVtab, row.status());
  handle->on_row = *row;
  ++handle->row;
  return SQLITE_OK;
}

BoundValue ToBoundValue(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER: return static_cast<std::int64_t>(sqlite3_value_int64(value));
    case SQLITE_FLOAT: return sqlite3_value_double(value);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
      return std::string(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
    }
    default: return std::monostate();  // NULL; a blob equals nothing here either
  }
}

int Filter(sqlite3_vtab_cursor* base, int, const char* plan, int count, sqlite3_value** values) {
  std::vector<Bound> bounds;
  for (int i = 0; i < count; ++i) {
    bounds.push_back({plan[2 * i] - 'a', static_cast<Comparison>(plan[2 * i + 1] - 'a'), ToBoundValue(values[i])});
  }
  const absl::Status begun = static_cast<CursorHandle*>(base)->cursor->Begin(bounds);
  if (!begun.ok()) return Fail(base->pVtab, begun);
  return Next(base);
}

int Eof(sqlite3_vtab_cursor* cursor) { return static_cast<CursorHandle*>(cursor)->on_row ? 0 : 1; }

int Column(sqlite3_vtab_cursor* base, sqlite3_context* context, int column) {
  const ColumnValue value = static_cast<CursorHandle*>(base)->cursor->Column(column);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    sqlite3_result_int64(context, *integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    sqlite3_result_double(context, *real);
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    sqlite3_result_text64(context, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else {
    sqlite3_result_null(context);
  }
  return SQLITE_OK;
}

int RowId(sqlite3_vtab_cursor* base, sqlite3_int64* row) {
  *row = static_cast<CursorHandle*>(base)->row;
  return SQLITE_OK;
}

// No xCreate: the table is there under the module's name and no other.
const sqlite3_module* Module() {
  static const sqlite3_module module = [] {
    sqlite3_module m{};
    m.xConnect = Connect;
    m.xBestIndex = BestIndex;
    m.xDisconnect = Disconnect;
    m.xOpen = Open;
    m.xClose = Close;
    m.xFilter = Filter;
    m.xNext = Next;
    m.xEof = Eof;
    m.xColumn = Column;
    m.xRowid = RowId;
    return m;
  }();
  return &module;
}

}  // namespace

absl::Status RegisterScanTable(Database& db, const std::string& name, std::shared_ptr<ScanTable> table) {
  auto* registered = new Registered(std::move(table));
  const int result =
      sqlite3_create_module_v2(db.connection(), name.c_str(), Module(), registered,
                               [](void* pointer) { delete static_cast<Registered*>(pointer); });
  if (result != SQLITE_OK) return ErrorStatus(db.connection(), result, absl::StrCat("table ", name));
  // SQLite declares the table when it is first named; a sandbox entered before
  // that would refuse the declaration.
  return db.Execute(absl::StrCat("SELECT 0 FROM ", name, " LIMIT 0"));
}

}  // namespace seep::sqlite
