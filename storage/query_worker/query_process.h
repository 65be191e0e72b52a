// One ad-hoc SQL query of a user, carried out by a child process
// (`seep-query-worker`) that can read the store and do nothing else.
//
// A child because SQL is an exploit primitive and no in-process deadline bounds
// a single opcode (reliability.md, fact 9): whatever a query does, it ends by
// the limits below and takes nothing of the coordinator with it.
//
// Threads: the loop's. Callbacks run on it, never inside Start or the destructor.
// Owns:    the child; destroying this object kills it (that is how to cancel).
//          Borrows `loop`.
// Failure: Start: kNotFound (no such worker), kResourceExhausted,
//          kInvalidArgument (SQL empty or over 64 KiB). `done`: kInvalidArgument
//          (not one permitted SELECT; the message is SQLite's or says what is not
//          allowed), kDeadlineExceeded, kResourceExhausted (memory), kUnavailable
//          (the store is being migrated or is gone), kInternal (worker crashed).
// Bounds:  rows and bytes are cut, with `truncated` in the last response; it
//          never costs more memory here than `max_bytes`.
#ifndef SEEP_STORAGE_QUERY_WORKER_QUERY_PROCESS_H_
#define SEEP_STORAGE_QUERY_WORKER_QUERY_PROCESS_H_

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/event_loop/epoll_event_loop.h"
#include "common/os/child_process.h"
#include "seep/v1/control.pb.h"

namespace seep::storage {

struct QueryLimits {
  std::uint32_t max_rows = 100'000;
  std::size_t max_bytes = 16u << 20;   // of encoded responses
  absl::Duration time = absl::Seconds(10);  // on the wall; CPU seconds are held to it by the kernel
  std::size_t memory_bytes = 512u << 20;    // address space
};

class QueryProcess {
 public:
  // The first has the columns, each at most 1,000 rows or about 256 KiB (one row
  // at most 1 MiB). Must not destroy the QueryProcess.
  using OnResponse = absl::AnyInvocable<void(v1::QueryResponse)>;
  using OnDone = absl::AnyInvocable<void(absl::Status)>;  // may destroy the QueryProcess

  static absl::StatusOr<std::unique_ptr<QueryProcess>> Start(
      const std::string& worker_binary, const std::string& database_path, const std::string& sql,
      const QueryLimits& limits, EpollEventLoop& loop, OnResponse on_response, OnDone on_done);
  ~QueryProcess();

 private:
  QueryProcess(EpollEventLoop& loop, ChildProcess child, OnResponse on_response, OnDone on_done);
  void OnReadable();
  bool TakeFrames();
  void Finish(absl::Status status);

  EpollEventLoop& loop_;
  ChildProcess child_;
  OnResponse on_response_;
  OnDone on_done_;
  TimerId deadline_ = TimerId::kNone;
  std::string received_;
  absl::Status result_;
  bool ended_ = false;  // the worker said so itself
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERY_WORKER_QUERY_PROCESS_H_
