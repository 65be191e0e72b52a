// A wallet's payment history and sync state, in SQLite in its storage directory.
//
// Threads: safe from any.
// Owns:    the database connection, from Open to destruction.
// Failure: kDataLoss (a storage error: cannot open, not ours, full, corrupt).
// Bound:   keeps the latest `limit` payments; disk and page cache follow.
// Restart: synchronous=OFF: a crash of the process loses nothing, one of the
//          machine the last seconds, which the next sync brings back.
#ifndef SEEP_SDK_SIMULATED_WALLET_PAYMENT_STORE_H_
#define SEEP_SDK_SIMULATED_WALLET_PAYMENT_STORE_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sdk/simulated_wallet/wallet_types.h"

struct sqlite3;
struct sqlite3_stmt;

namespace seep::wallet {

class PaymentStore {
 public:
  // `file` is made when missing, and refused when it is another identity's.
  static absl::StatusOr<std::unique_ptr<PaymentStore>> Open(const std::string& file,
                                                            const std::string& identity,
                                                            std::int64_t limit);
  ~PaymentStore();

  // Whether it was new. `idempotency_key` may be empty; a payment that is there
  // already gets the key if it has none.
  absl::StatusOr<bool> Insert(const Payment& payment, const std::string& idempotency_key);
  absl::StatusOr<std::optional<Payment>> FindByKey(const std::string& idempotency_key);
  // Newest first; limit 0: all.
  absl::StatusOr<std::vector<Payment>> List(std::int64_t limit, std::int64_t offset);

  // The ledger's sequence number up to which sync has asked.
  absl::StatusOr<std::int64_t> SyncCursor();
  absl::Status SetSyncCursor(std::int64_t sequence);

  // Notes who opens the store, and tells whether the same process had it open
  // before: that is what makes a connect a reconnect.
  absl::StatusOr<bool> NoteOpenedBy(const std::string& process_token);

 private:
  struct CloseDatabase {
    void operator()(sqlite3* database) const;
  };
  struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

  explicit PaymentStore(std::int64_t limit) : limit_(limit) {}
  absl::Status Prepare(const std::string& file, const std::string& identity);
  absl::Status Execute(const char* sql);
  absl::StatusOr<Statement> Compile(const char* sql);
  absl::Status Failure(const char* what) const;
  absl::StatusOr<std::string> GetMeta(const std::string& name);  // empty when missing
  absl::Status SetMeta(const std::string& name, const std::string& value);

  const std::int64_t limit_;
  std::mutex mutex_;  // statements keep state between bind and reset
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  Statement insert_, add_key_, prune_, find_by_key_, list_, get_meta_, set_meta_;
};

}  // namespace seep::wallet

#endif  // SEEP_SDK_SIMULATED_WALLET_PAYMENT_STORE_H_
