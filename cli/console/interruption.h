// Ctrl-C (and SIGTERM, SIGHUP) as something to poll, counted: the first asks
// for a graceful end, the second forces.
//
// Threads: make it in main before any other thread exists; used by main only.
#ifndef SEEP_CLI_CONSOLE_INTERRUPTION_H_
#define SEEP_CLI_CONSOLE_INTERRUPTION_H_

#include "common/os/unique_fd.h"

namespace seep::cli {

class Interruption {
 public:
  Interruption();
  // For tests: a descriptor of the test's (an eventfd), one count a write of 1.
  explicit Interruption(int fake_fd) : fake_fd_(fake_fd) {}

  int fd() const { return fake_fd_ >= 0 ? fake_fd_ : signals_.get(); }
  int Count();  // all so far

 private:
  UniqueFd signals_;
  int fake_fd_ = -1;
  int count_ = 0;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_CONSOLE_INTERRUPTION_H_
