// Reads what child processes print, always, so that none ever blocks on a full
// pipe; keeps the last lines of each.
//
// Threads: safe from any; one thread inside reads.
// Owns:    the descriptors handed to Add.
#ifndef SEEP_CLI_EMBEDDED_OUTPUT_DRAIN_H_
#define SEEP_CLI_EMBEDDED_OUTPUT_DRAIN_H_

#include <deque>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/os/unique_fd.h"

namespace seep::cli {

class OutputDrain {
 public:
  using Source = int;
  static constexpr std::size_t kKeptLines = 40;
  static constexpr std::size_t kMaxLineBytes = 4096;  // the rest of a longer line is dropped

  // `echo`: also copy lines of standard errors to our own.
  explicit OutputDrain(bool echo);
  ~OutputDrain();

  Source Add(const std::string& name, UniqueFd standard_output, UniqueFd standard_error);

  // The ready line: the first line on standard output that is a JSON object
  // with "ready":true. Waits up to `limit`; false when it has not come.
  bool WaitReady(Source source, absl::Duration limit);
  // Waits until both of the source's descriptors have ended.
  void WaitClosed(Source source, absl::Duration limit);
  std::vector<std::string> LastErrors(Source source);  // of standard error

 private:
  struct Stream {
    Source source = 0;
    bool is_error = false;
    UniqueFd fd;
    std::string partial;
  };
  struct State {
    std::string name;
    bool ready = false;
    int open = 0;
    std::deque<std::string> errors;
  };
  void Run();
  void TakeBytes(Stream& stream, std::string_view bytes);
  void TakeLine(const Stream& stream, const std::string& line);

  const bool echo_;
  UniqueFd wake_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Stream> arriving_ ABSL_GUARDED_BY(mutex_);
  std::map<Source, State> states_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_EMBEDDED_OUTPUT_DRAIN_H_
