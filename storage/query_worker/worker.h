// The child's side: one query on a sandboxed connection, its rows as frames.
//
// Threads: one.
#ifndef SEEP_STORAGE_QUERY_WORKER_WORKER_H_
#define SEEP_STORAGE_QUERY_WORKER_WORKER_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/clock/clock.h"

namespace seep::storage {

struct WorkerOptions {
  std::string database_path;
  std::uint64_t max_rows = 100'000;
  std::uint64_t max_bytes = 16u << 20;
  absl::Duration time = absl::Seconds(10);
  std::uint64_t memory_bytes = 512u << 20;
};

// `write` takes whole frames. The status is that of the query: the caller sends
// it as the end. `locked_down` runs once all files are open, before the first
// byte of `sql` is looked at.
absl::Status RunQuery(const WorkerOptions& options, const std::string& sql, const Clock& clock,
                      const std::function<absl::Status()>& locked_down,
                      const std::function<absl::Status(std::string_view)>& write);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERY_WORKER_WORKER_H_
