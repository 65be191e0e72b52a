// Lets gRPC's threads wake the main thread out of poll().
//
// Threads: Notify from any; the rest from main.
#ifndef SEEP_CLI_CONTROL_WAKEUP_H_
#define SEEP_CLI_CONTROL_WAKEUP_H_

#include "absl/time/time.h"
#include "cli/console/interruption.h"
#include "common/os/unique_fd.h"

namespace seep::cli {

class Wakeup {
 public:
  Wakeup();
  void Notify();

  // Returns when notified, interrupted or after `limit`. Spurious returns are
  // possible: look at what you wait for.
  void Wait(const Interruption& interruption, absl::Duration limit);

 private:
  UniqueFd event_;
};

}  // namespace seep::cli

#endif  // SEEP_CLI_CONTROL_WAKEUP_H_
