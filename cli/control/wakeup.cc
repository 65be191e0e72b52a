#include "cli/control/wakeup.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "common/status/check.h"

namespace seep::cli {

Wakeup::Wakeup() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { SEEP_CHECK(event_.valid()); }

void Wakeup::Notify() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(event_.get(), &one, sizeof one);
}

void Wakeup::Wait(const Interruption& interruption, absl::Duration limit) {
  pollfd ready[2] = {{event_.get(), POLLIN, 0}, {interruption.fd(), POLLIN, 0}};
  const auto ms = std::clamp<std::int64_t>(absl::ToInt64Milliseconds(limit), 0, 60'000);
  poll(ready, 2, static_cast<int>(ms));
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(event_.get(), &count, sizeof count);
}

}  // namespace seep::cli
