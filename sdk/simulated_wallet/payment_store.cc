#include "sdk/simulated_wallet/payment_store.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace seep::wallet {
namespace {

// Small and fixed, so that what a wallet holds in memory does not depend on
// how long it has been running.
constexpr char kPragmas[] =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=OFF;"
    "PRAGMA cache_size=-256;"
    "PRAGMA wal_autocheckpoint=128;"
    "PRAGMA journal_size_limit=1048576;"
    "PRAGMA busy_timeout=5000;";
constexpr char kSchema[] =
    "CREATE TABLE IF NOT EXISTS payment("
    "  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sequence INTEGER NOT NULL, status TEXT "
    "NOT NULL,"
    "  direction TEXT NOT NULL, method TEXT NOT NULL, amount_sats INTEGER NOT NULL, fee_sats "
    "INTEGER NOT NULL,"
    "  timestamp INTEGER NOT NULL, idempotency_key TEXT) STRICT;"
    "CREATE UNIQUE INDEX IF NOT EXISTS payment_by_key ON payment(idempotency_key) WHERE "
    "idempotency_key IS NOT NULL;"
    "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT "
    "ROWID;";
constexpr char kColumns[] =
    "sequence, id, status, direction, method, amount_sats, fee_sats, timestamp";

// Resets the statement when the scope ends, so that no lock outlives a call.
class Use {
 public:
  explicit Use(sqlite3_stmt* statement) : statement_(statement) {}
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  void Bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  void Bind(int index, const std::string& value) {
    sqlite3_bind_text(statement_, index, value.data(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
  }
  int Step() { return sqlite3_step(statement_); }
  std::int64_t Integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string Text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text ? std::string(text,
                              static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
                : std::string();
  }
  Payment Row() const {
    return {Integer(0), Text(1), Text(2), Text(3), Text(4), Integer(5), Integer(6), Integer(7)};
  }

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

void PaymentStore::CloseDatabase::operator()(sqlite3* database) const { sqlite3_close(database); }
void PaymentStore::FinalizeStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

PaymentStore::~PaymentStore() = default;

absl::Status PaymentStore::Failure(const char* what) const {
  return absl::DataLossError(
      absl::StrCat("payment store: cannot ", what, ": ", sqlite3_errmsg(database_.get())));
}

absl::Status PaymentStore::Execute(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return Failure("set up");
  return absl::OkStatus();
}

absl::StatusOr<PaymentStore::Statement> PaymentStore::Compile(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) !=
      SQLITE_OK) {
    return Failure("prepare");
  }
  return Statement(raw);
}

absl::StatusOr<std::unique_ptr<PaymentStore>> PaymentStore::Open(const std::string& file,
                                                                 const std::string& identity,
                                                                 std::int64_t limit) {
  std::unique_ptr<PaymentStore> store(new PaymentStore(limit));
  SEEP_RETURN_IF_ERROR(store->Prepare(file, identity));
  return store;
}

absl::Status PaymentStore::Prepare(const std::string& file, const std::string& identity) {
  sqlite3* raw = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int opened = sqlite3_open_v2(file.c_str(), &raw, kFlags, nullptr);
  database_.reset(raw);
  if (opened != SQLITE_OK) return Failure("open");
  SEEP_RETURN_IF_ERROR(Execute(kPragmas));
  SEEP_RETURN_IF_ERROR(Execute(kSchema));
  const std::string columns = kColumns;
  SEEP_ASSIGN_OR_RETURN(insert_, Compile(("INSERT OR IGNORE INTO payment(" + columns +
                                          ", idempotency_key) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")
                                             .c_str()));
  SEEP_ASSIGN_OR_RETURN(add_key_, Compile("UPDATE payment SET idempotency_key=?2 "
                                          "WHERE id=?1 AND idempotency_key IS NULL"));
  SEEP_ASSIGN_OR_RETURN(
      prune_, Compile("DELETE FROM payment WHERE row <= (SELECT max(row) FROM payment) - ?1"));
  SEEP_ASSIGN_OR_RETURN(
      find_by_key_,
      Compile(("SELECT " + columns + " FROM payment WHERE idempotency_key=?1").c_str()));
  SEEP_ASSIGN_OR_RETURN(
      list_,
      Compile(
          ("SELECT " + columns + " FROM payment ORDER BY row DESC LIMIT ?1 OFFSET ?2").c_str()));
  SEEP_ASSIGN_OR_RETURN(get_meta_, Compile("SELECT value FROM meta WHERE name=?1"));
  SEEP_ASSIGN_OR_RETURN(set_meta_, Compile("INSERT INTO meta(name, value) VALUES(?1,?2) "
                                           "ON CONFLICT(name) DO UPDATE SET value=excluded.value"));
  SEEP_ASSIGN_OR_RETURN(const std::string owner, GetMeta("identity"));
  if (owner.empty()) return SetMeta("identity", identity);
  if (owner != identity)
    return absl::DataLossError("payment store: the storage belongs to another wallet");
  return absl::OkStatus();
}

absl::StatusOr<bool> PaymentStore::Insert(const Payment& payment,
                                          const std::string& idempotency_key) {
  std::lock_guard lock(mutex_);
  bool inserted = false;
  {
    Use use(insert_.get());
    use.Bind(1, payment.sequence);
    use.Bind(2, payment.id);
    use.Bind(3, payment.status);
    use.Bind(4, payment.direction);
    use.Bind(5, payment.method);
    use.Bind(6, payment.amount_sats);
    use.Bind(7, payment.fee_sats);
    use.Bind(8, payment.timestamp);
    if (!idempotency_key.empty()) use.Bind(9, idempotency_key);
    if (use.Step() != SQLITE_DONE) return Failure("insert");
    inserted = sqlite3_changes(database_.get()) > 0;
  }
  if (!inserted && !idempotency_key.empty()) {
    Use use(add_key_.get());
    use.Bind(1, payment.id);
    use.Bind(2, idempotency_key);
    if (use.Step() != SQLITE_DONE) return Failure("note the idempotency key");
  }
  if (inserted) {
    Use use(prune_.get());
    use.Bind(1, limit_);
    if (use.Step() != SQLITE_DONE) return Failure("prune");
  }
  return inserted;
}

absl::StatusOr<std::optional<Payment>> PaymentStore::FindByKey(const std::string& idempotency_key) {
  std::lock_guard lock(mutex_);
  Use use(find_by_key_.get());
  use.Bind(1, idempotency_key);
  const int step = use.Step();
  if (step == SQLITE_DONE) return std::optional<Payment>();
  if (step != SQLITE_ROW) return Failure("look up a key");
  return std::optional<Payment>(use.Row());
}

absl::StatusOr<std::vector<Payment>> PaymentStore::List(std::int64_t limit, std::int64_t offset) {
  std::lock_guard lock(mutex_);
  Use use(list_.get());
  use.Bind(1, limit == 0 ? -1 : limit);
  use.Bind(2, offset);
  std::vector<Payment> payments;
  int step = SQLITE_ROW;
  while ((step = use.Step()) == SQLITE_ROW) payments.push_back(use.Row());
  if (step != SQLITE_DONE) return Failure("list");
  return payments;
}

absl::StatusOr<std::int64_t> PaymentStore::SyncCursor() {
  std::lock_guard lock(mutex_);
  SEEP_ASSIGN_OR_RETURN(const std::string text, GetMeta("sync_cursor"));
  std::int64_t cursor = 0;
  if (!text.empty() && !absl::SimpleAtoi(text, &cursor)) {
    return absl::DataLossError("payment store: the sync cursor is not a number");
  }
  return cursor;
}

absl::Status PaymentStore::SetSyncCursor(std::int64_t sequence) {
  std::lock_guard lock(mutex_);
  return SetMeta("sync_cursor", absl::StrCat(sequence));
}

absl::StatusOr<bool> PaymentStore::NoteOpenedBy(const std::string& process_token) {
  std::lock_guard lock(mutex_);
  SEEP_ASSIGN_OR_RETURN(const std::string before, GetMeta("opened_by"));
  if (before == process_token) return true;
  SEEP_RETURN_IF_ERROR(SetMeta("opened_by", process_token));
  return false;
}

absl::StatusOr<std::string> PaymentStore::GetMeta(const std::string& name) {
  Use use(get_meta_.get());
  use.Bind(1, name);
  const int step = use.Step();
  if (step == SQLITE_DONE) return std::string();
  if (step != SQLITE_ROW) return Failure("read");
  return use.Text(0);
}

absl::Status PaymentStore::SetMeta(const std::string& name, const std::string& value) {
  Use use(set_meta_.get());
  use.Bind(1, name);
  use.Bind(2, value);
  if (use.Step() != SQLITE_DONE) return Failure("write");
  return absl::OkStatus();
}

}  // namespace seep::wallet
