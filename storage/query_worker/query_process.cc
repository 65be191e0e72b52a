#include "storage/query_worker/query_process.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "storage/query_worker/frame.h"

namespace seep::storage {
namespace {

constexpr std::size_t kMaxSqlBytes = 64 << 10;
constexpr std::size_t kReadBytes = 64 << 10;
// The worker's own clock is to speak first, with the better message.
constexpr absl::Duration kGrace = absl::Seconds(2);

// The sanitizers reserve terabytes of addresses; then the heap limit must do.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitAddresses = false;
#else
constexpr bool kLimitAddresses = true;
#endif

ChildOptions OptionsOf(const std::string& worker_binary, const std::string& database_path,
                       const QueryLimits& limits) {
  ChildOptions options;
  options.argv = {worker_binary, database_path, absl::StrCat(limits.max_rows), absl::StrCat(limits.max_bytes),
                  absl::StrCat(absl::ToInt64Milliseconds(limits.time)), absl::StrCat(limits.memory_bytes)};
  options.standard_input = Stdio::kPipe;
  options.standard_output = Stdio::kPipe;
  const auto seconds = static_cast<rlim_t>(absl::ToInt64Seconds(absl::Ceil(limits.time, absl::Seconds(1))));
  options.limits = {{RLIMIT_CPU, seconds + 1}};
  if (kLimitAddresses) options.limits.emplace_back(RLIMIT_AS, limits.memory_bytes);
  return options;
}

// A pipe takes 64 KiB without a reader, and the worker reads at once.
absl::Status Send(UniqueFd& pipe, std::string_view sql) {
  while (!sql.empty()) {
    const ssize_t written = write(pipe.get(), sql.data(), sql.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return ErrnoStatus(errno, "query worker");
    sql.remove_prefix(static_cast<std::size_t>(written));
  }
  pipe.reset();
  return absl::OkStatus();
}

}  // namespace

QueryProcess::QueryProcess(EpollEventLoop& loop, ChildProcess child, OnResponse on_response, OnDone on_done)
    : loop_(loop), child_(std::move(child)), on_response_(std::move(on_response)), on_done_(std::move(on_done)) {}

absl::StatusOr<std::unique_ptr<QueryProcess>> QueryProcess::Start(
    const std::string& worker_binary, const std::string& database_path, const std::string& sql,
    const QueryLimits& limits, EpollEventLoop& loop, OnResponse on_response, OnDone on_done) {
  if (sql.empty() || sql.size() > kMaxSqlBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the query has ", sql.size(), " bytes; it must have between 1 and ", kMaxSqlBytes));
  }
  SEEP_ASSIGN_OR_RETURN(ChildProcess child, ChildProcess::Start(OptionsOf(worker_binary, database_path, limits)));
  auto process = std::unique_ptr<QueryProcess>(
      new QueryProcess(loop, std::move(child), std::move(on_response), std::move(on_done)));
  SEEP_RETURN_IF_ERROR(Send(process->child_.standard_input(), sql));
  const int output = process->child_.standard_output().get();
  if (fcntl(output, F_SETFL, O_NONBLOCK) != 0) return ErrnoStatus(errno, "query worker");
  QueryProcess* const self = process.get();
  loop.Watch(output, EPOLLIN, [self](std::uint32_t) { self->OnReadable(); });
  process->deadline_ = loop.RunAfter(limits.time + kGrace, [self] {
    self->deadline_ = TimerId::kNone;
    self->Finish(absl::DeadlineExceededError("the query did not end in time and was killed; narrow it"));
  });
  return process;
}

QueryProcess::~QueryProcess() {
  if (child_.standard_output().valid()) loop_.Unwatch(child_.standard_output().get());
  loop_.Cancel(deadline_);
  // It has nothing to tidy up: no need to ask first.
  child_.Signal(SIGKILL);
  child_.WaitFor(absl::Seconds(1));
}

void QueryProcess::OnReadable() {
  char buffer[kReadBytes];
  const ssize_t got = read(child_.standard_output().get(), buffer, sizeof buffer);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) {
    received_.append(buffer, static_cast<std::size_t>(got));
    if (!TakeFrames()) Finish(absl::InternalError("the query worker wrote nonsense"));
    return;
  }
  if (ended_) return Finish(result_);
  const auto exit = child_.WaitFor(absl::Seconds(1));
  const std::string how = exit.has_value() ? exit->ToString() : "closed its output";
  const bool limit = exit.has_value() && !exit->exited && (exit->signal == SIGXCPU || exit->signal == SIGKILL);
  Finish(limit ? absl::DeadlineExceededError(absl::StrCat("the query reached a limit of the system (", how, "); narrow it"))
               : absl::InternalError(absl::StrCat("the query worker ended early (", how, ")")));
}

bool QueryProcess::TakeFrames() {
  while (true) {
    absl::StatusOr<std::optional<Frame>> frame = TakeFrame(received_);
    if (!frame.ok() || ended_) return frame.ok() && !frame->has_value();
    if (!frame->has_value()) return true;
    if ((*frame)->kind == FrameKind::kEnd) {
      result_ = DecodeEnd(**frame);
      ended_ = true;
      continue;
    }
    v1::QueryResponse response;
    if (!response.ParseFromString((*frame)->payload)) return false;
    on_response_(std::move(response));
  }
}

void QueryProcess::Finish(absl::Status status) {
  loop_.Unwatch(child_.standard_output().get());
  child_.standard_output().reset();
  loop_.Cancel(deadline_);
  deadline_ = TimerId::kNone;
  child_.Signal(SIGKILL);
  child_.WaitFor(absl::Seconds(1));
  OnDone done = std::move(on_done_);
  done(std::move(status));  // `this` may be gone after it
}

}  // namespace seep::storage
