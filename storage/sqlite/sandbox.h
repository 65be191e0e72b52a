// Makes a read-only connection safe to give SQL of strangers to: one SELECT, on
// named tables, with named functions, for a limited time. Use it in a process
// that may be killed (reliability.md, fact 9: no check in SQLite interrupts a
// single opcode).
//
// What is not listed is refused: writing, ATTACH, PRAGMA, extensions, tokenizers,
// functions that make large values (printf, randomblob, zeroblob, ...), columns of
// base tables (views show what they hold; count(*) tells no secret), a second
// statement.
//
// Threads: those of the database. Borrows it and the clock; lives as long as it.
// Failure: Compile: kInvalidArgument, saying what is not allowed or is wrong.
//          Step of what it compiled: kDeadlineExceeded, kResourceExhausted (heap).
#ifndef SEEP_STORAGE_SQLITE_SANDBOX_H_
#define SEEP_STORAGE_SQLITE_SANDBOX_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "storage/sqlite/database.h"

namespace seep::sqlite {

struct SandboxLimits {
  std::size_t heap_bytes = 256u << 20;  // of the process's SQLite, for good
  MonotonicTime deadline;
};

class Sandbox {
 public:
  // From here on `db` can do nothing else. Views may be read whatever they read.
  static absl::StatusOr<std::unique_ptr<Sandbox>> Enter(Database& db, const std::vector<std::string>& readable,
                                                        const Clock& clock, const SandboxLimits& limits);
  ~Sandbox();

  absl::StatusOr<Statement> Compile(const std::string& sql);

  // SQLite's callback; true: allowed. Keeps why not.
  bool Allows(int action, const char* first, const char* second, const char* view);
  bool overdue() const { return clock_.Now() >= limits_.deadline; }

 private:
  Sandbox(Database& db, const Clock& clock, const SandboxLimits& limits);
  absl::Status LoadHidden();
  bool AllowsReading(const std::string& table, const std::string& column, const std::string& view);
  void ApplyLimits();
  absl::StatusOr<Statement> CompileOne(const std::string& sql, const char** rest);

  Database& db_;
  const Clock& clock_;
  const SandboxLimits limits_;
  absl::flat_hash_set<std::string> readable_;
  absl::flat_hash_set<std::string> hidden_;  // modules of computed tables, except the readable
  std::string refusal_;
};

}  // namespace seep::sqlite

#endif  // SEEP_STORAGE_SQLITE_SANDBOX_H_
