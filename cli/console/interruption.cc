#include "cli/console/interruption.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>

#include "common/os/signals.h"

namespace seep::cli {

Interruption::Interruption() : signals_(CatchSignals({SIGINT, SIGTERM, SIGHUP})) {}

int Interruption::Count() {
  if (fake_fd_ >= 0) {
    pollfd ready{fake_fd_, POLLIN, 0};
    std::uint64_t written = 0;
    if (poll(&ready, 1, 0) == 1 && read(fake_fd_, &written, sizeof written) == sizeof written) {
      count_ += static_cast<int>(written);
    }
    return count_;
  }
  while (ReadSignal(signals_) != 0) ++count_;
  return count_;
}

}  // namespace seep::cli
