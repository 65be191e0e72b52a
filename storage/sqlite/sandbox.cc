#include "storage/sqlite/sandbox.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/sqlite/error.h"

namespace seep::sqlite {
namespace {

constexpr int kOpcodesBetweenChecks = 1000;

// Nothing here makes a value much larger than its arguments, touches a pointer,
// a file or the schema.
const absl::flat_hash_set<std::string>& AllowedFunctions() {
  static const auto* const functions = new absl::flat_hash_set<std::string>{
      "abs", "avg", "coalesce", "count", "date", "datetime", "iif", "ifnull", "instr", "julianday", "length",
      "like", "glob", "lower", "ltrim", "max", "min", "nullif", "quote", "random", "round", "rtrim", "sign",
      "strftime", "substr", "substring", "sum", "time", "total", "trim", "typeof", "unicode", "unixepoch", "upper",
      // mathematics
      "acos", "asin", "atan", "atan2", "ceil", "ceiling", "cos", "degrees", "exp", "floor", "ln", "log", "log10",
      "log2", "mod", "pi", "pow", "power", "radians", "sin", "sqrt", "tan", "trunc",
      // windows
      "cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead", "nth_value", "ntile", "percent_rank",
      "rank", "row_number",
      // one value a group, bounded by the length limit
      "group_concat",
      // ours, where they are registered
      "median", "percentile", "rate", "regr_intercept", "regr_r2", "regr_slope", "theil_sen"};
  return *functions;
}

std::string Word(const char* text) { return text == nullptr ? "" : absl::AsciiStrToLower(text); }

std::string ActionName(int action) {
  switch (action) {
    case SQLITE_PRAGMA: return "PRAGMA";
    case SQLITE_ATTACH: return "ATTACH";
    case SQLITE_DETACH: return "DETACH";
    case SQLITE_INSERT: case SQLITE_UPDATE: case SQLITE_DELETE: return "writing";
    case SQLITE_TRANSACTION: case SQLITE_SAVEPOINT: return "a transaction";
    case SQLITE_ANALYZE: return "ANALYZE";
    case SQLITE_REINDEX: return "REINDEX";
    default: return "changing the schema";
  }
}

int Authorize(void* sandbox, int action, const char* first, const char* second, const char*, const char* view) {
  return static_cast<Sandbox*>(sandbox)->Allows(action, first, second, view) ? SQLITE_OK : SQLITE_DENY;
}

int CheckTime(void* sandbox) { return static_cast<Sandbox*>(sandbox)->overdue() ? 1 : 0; }

}  // namespace

Sandbox::Sandbox(Database& db, const Clock& clock, const SandboxLimits& limits)
    : db_(db), clock_(clock), limits_(limits) {}

Sandbox::~Sandbox() {
  // The connection stays shut: nothing is compiled any more without a judge.
  sqlite3_progress_handler(db_.connection(), 0, nullptr, nullptr);
  sqlite3_set_authorizer(
      db_.connection(),
      [](void*, int, const char*, const char*, const char*, const char*) { return SQLITE_DENY; }, nullptr);
}

absl::StatusOr<std::unique_ptr<Sandbox>> Sandbox::Enter(Database& db, const std::vector<std::string>& readable,
                                                        const Clock& clock, const SandboxLimits& limits) {
  auto sandbox = std::unique_ptr<Sandbox>(new Sandbox(db, clock, limits));
  sandbox->readable_.insert(readable.begin(), readable.end());
  SEEP_RETURN_IF_ERROR(sandbox->LoadHidden());
  sandbox->ApplyLimits();
  sqlite3_set_authorizer(db.connection(), Authorize, sandbox.get());
  sqlite3_progress_handler(db.connection(), kOpcodesBetweenChecks, CheckTime, sandbox.get());
  return sandbox;
}

// A table of which no column is read (count(*)) is reported without its view,
// or by the name of a WITH clause; that much must be allowed of any table. Not of
// modules: their tables are code.
absl::Status Sandbox::LoadHidden() {
  SEEP_ASSIGN_OR_RETURN(Statement names, db_.Prepare("SELECT lower(name) FROM pragma_module_list"));
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, names.Step());
    if (!row) return absl::OkStatus();
    if (!readable_.contains(names.Text(0))) hidden_.insert(names.Text(0));
  }
}

void Sandbox::ApplyLimits() {
  sqlite3* const db = db_.connection();
  for (const auto& [option, on] : {std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                   {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
                                   {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                                   {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}}) {
    sqlite3_db_config(db, option, on, nullptr);
  }
  for (const auto& [limit, value] :
       {std::pair{SQLITE_LIMIT_LENGTH, 4 << 20}, {SQLITE_LIMIT_SQL_LENGTH, 64 << 10}, {SQLITE_LIMIT_COLUMN, 200},
        {SQLITE_LIMIT_EXPR_DEPTH, 100}, {SQLITE_LIMIT_COMPOUND_SELECT, 50}, {SQLITE_LIMIT_VDBE_OP, 250'000},
        {SQLITE_LIMIT_FUNCTION_ARG, 32}, {SQLITE_LIMIT_ATTACHED, 0}, {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 1}, {SQLITE_LIMIT_TRIGGER_DEPTH, 1}, {SQLITE_LIMIT_WORKER_THREADS, 0}}) {
    sqlite3_limit(db, limit, value);
  }
  sqlite3_hard_heap_limit64(static_cast<sqlite3_int64>(limits_.heap_bytes));
}

bool Sandbox::AllowsReading(const std::string& table, const std::string& column, const std::string& view) {
  if (readable_.contains(table) || readable_.contains(view)) return true;
  if (column.empty() && !hidden_.contains(table) && !absl::StartsWith(table, "pragma_")) return true;
  refusal_ = absl::StrCat("table '", Printable(table), "' cannot be read here; use the documented views");
  return false;
}

bool Sandbox::Allows(int action, const char* first, const char* second, const char* view) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:  // an endless one ends at the deadline
      return true;
    case SQLITE_READ:
      return AllowsReading(Word(first), Word(second), Word(view));
    case SQLITE_FUNCTION:
      if (AllowedFunctions().contains(Word(second))) return true;
      refusal_ = absl::StrCat("function '", Printable(Word(second)), "' is not allowed");
      return false;
    default:
      refusal_ = absl::StrCat(ActionName(action), " is not allowed; only one SELECT is");
      return false;
  }
}

absl::StatusOr<Statement> Sandbox::CompileOne(const std::string& sql, const char** rest) {
  sqlite3_stmt* statement = nullptr;
  refusal_.clear();
  const int result = sqlite3_prepare_v3(db_.connection(), sql.c_str(), static_cast<int>(sql.size()) + 1, 0,
                                        &statement, rest);
  Statement compiled(db_.connection(), statement, nullptr);
  if (result == SQLITE_OK) return compiled;
  if (!refusal_.empty()) return absl::InvalidArgumentError(refusal_);
  if (result == SQLITE_INTERRUPT || (result & 0xff) == SQLITE_NOMEM) {
    return ErrorStatus(db_.connection(), result, "compiling the query");
  }
  return absl::InvalidArgumentError(sqlite3_errmsg(db_.connection()));
}

absl::StatusOr<Statement> Sandbox::Compile(const std::string& sql) {
  if (sql.find('\0') != std::string::npos) return absl::InvalidArgumentError("the query contains a NUL byte");
  const char* rest = nullptr;
  SEEP_ASSIGN_OR_RETURN(Statement statement, CompileOne(sql, &rest));
  if (statement.empty()) return absl::InvalidArgumentError("the query is empty; give one SELECT");
  if (!statement.read_only()) return absl::InvalidArgumentError("only one SELECT is allowed");
  // Comments and white space may follow, nothing else.
  std::string following(rest);
  while (!following.empty()) {
    SEEP_ASSIGN_OR_RETURN(const Statement second, CompileOne(following, &rest));
    if (!second.empty()) return absl::InvalidArgumentError("only one statement is allowed");
    const std::string remaining(rest);
    if (remaining.size() == following.size()) break;
    following = remaining;
  }
  return statement;
}

}  // namespace seep::sqlite
