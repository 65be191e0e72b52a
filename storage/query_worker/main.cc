// seep-query-worker DATABASE MAX_ROWS MAX_BYTES TIME_MS MEMORY_BYTES
//
// Started by the coordinator, not by people: reads one query from standard
// input, writes frames (frame.h) to standard output.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "absl/strings/numbers.h"
#include "common/os/files.h"
#include "common/os/system_clock.h"
#include "common/status/status_macros.h"
#include "storage/query_worker/frame.h"
#include "storage/query_worker/worker.h"

namespace {

constexpr std::size_t kMaxSqlBytes = 64 << 10;

absl::Status WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return seep::ErrnoStatus(errno, "standard output");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadSql() {
  std::string sql;
  char buffer[4096];
  while (true) {
    const ssize_t got = read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return seep::ErrnoStatus(errno, "standard input");
    if (got == 0) return sql;
    sql.append(buffer, static_cast<std::size_t>(got));
    if (sql.size() > kMaxSqlBytes) return absl::InvalidArgumentError("the query is over 64 KiB");
  }
}

// Nothing more is opened, written to a file, started or dumped.
absl::Status LockDown() {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit none{0, 0};
  // Descriptors that are open stay; higher ones cannot come.
  const rlimit files{3, 3};
  for (const auto& [resource, limit] : {std::pair{RLIMIT_FSIZE, none}, {RLIMIT_NPROC, none}, {RLIMIT_CORE, none},
                                        {RLIMIT_NOFILE, files}}) {
    if (setrlimit(resource, &limit) != 0) return seep::ErrnoStatus(errno, "setrlimit");
  }
  return absl::OkStatus();
}

bool ParseArguments(int argc, char** argv, seep::storage::WorkerOptions& options) {
  std::uint64_t milliseconds = 0;
  if (argc != 6) return false;
  options.database_path = argv[1];
  const bool good = absl::SimpleAtoi(argv[2], &options.max_rows) && absl::SimpleAtoi(argv[3], &options.max_bytes) &&
                    absl::SimpleAtoi(argv[4], &milliseconds) && absl::SimpleAtoi(argv[5], &options.memory_bytes);
  options.time = absl::Milliseconds(milliseconds);
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  seep::storage::WorkerOptions options;
  if (!ParseArguments(argc, argv, options)) {
    std::fputs("seep-query-worker is started by seep-coordinator. To ask: seep query 'SELECT ...'\n", stderr);
    return 2;
  }
  seep::SystemClock clock;
  const absl::StatusOr<std::string> sql = ReadSql();
  absl::Status status = sql.status();
  if (status.ok()) status = seep::storage::RunQuery(options, *sql, clock, LockDown, WriteAll);
  return WriteAll(seep::storage::EncodeEnd(status)).ok() ? 0 : 1;
}
