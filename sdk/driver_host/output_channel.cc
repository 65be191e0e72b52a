#include "sdk/driver_host/output_channel.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "absl/strings/str_cat.h"
#include "sdk/driver_protocol/json_writer.h"
#include "sdk/driver_protocol/messages.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host {
namespace {

constexpr std::size_t kKeptBufferBytes = 64 * 1024;

// Writes all of it, or returns false when the reader is gone or `stop_fd` says
// stop. At most PIPE_BUF at a time: after POLLOUT a pipe takes that much
// without blocking, so the wait is always in poll, where stop_fd can end it.
bool WriteAll(int fd, int stop_fd, std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd waits[2] = {{fd, POLLOUT, 0}, {stop_fd, POLLIN, 0}};
    if (::poll(waits, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    if (waits[0].revents & (POLLERR | POLLNVAL)) return false;
    if (!(waits[0].revents & POLLOUT)) {
      if (waits[1].revents) return false;
      continue;
    }
    const ssize_t written =
        ::write(fd, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
    if (written < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

OutputChannel::OutputChannel(UniqueFd fd, const Clock& clock)
    : fd_(std::move(fd)),
      stop_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      clock_(clock),
      tokens_(driver::kMaxNotificationsPerSecond),
      refilled_(clock.Now()),
      writer_([this] { Write(); }) {}

OutputChannel::~OutputChannel() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t ignored = ::write(stop_fd_.get(), &one, sizeof(one));
  writer_.join();
}

void OutputChannel::SendAnswer(std::string_view line) {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  queue_.append(line);
  changed_.notify_all();
}

void OutputChannel::SendNotification(std::string_view line) {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  if (!TakeToken() || queue_.size() + line.size() > kMaxQueuedBytes) {
    ++dropped_;
    return;
  }
  if (dropped_ > 0) ReportDrops();
  queue_.append(line);
  changed_.notify_all();
}

bool OutputChannel::TakeToken() {
  constexpr double kRate = driver::kMaxNotificationsPerSecond;
  const MonotonicTime now = clock_.Now();
  tokens_ = std::min(kRate, tokens_ + absl::ToDoubleSeconds(now - refilled_) * kRate);
  refilled_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

void OutputChannel::ReportDrops() {
  driver::JsonWriter params;
  params.BeginObject().Key("level").String("warn");
  params.Key("message").String(
      absl::StrCat("the host dropped ", dropped_, " notifications: more than ",
                   driver::kMaxNotificationsPerSecond, " a second, or nobody read"));
  params.EndObject();
  queue_.append(driver::EncodeNotification(driver::notification::kLog, params.text()));
  dropped_ = 0;
}

bool OutputChannel::WaitForRoom(absl::Duration limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoNanoseconds(limit), [this] { return HasRoom(); });
}

bool OutputChannel::Flush(absl::Duration limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoNanoseconds(limit), [this] { return Idle(); });
}

void OutputChannel::Write() {
  std::string batch;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      writing_ = false;
      changed_.notify_all();
      changed_.wait(lock, [this] { return HasWork(); });
      if (closed_) return;
      if (batch.capacity() > kKeptBufferBytes) std::string().swap(batch);
      batch.clear();
      batch.swap(queue_);
      writing_ = true;
    }
    if (!WriteAll(fd_.get(), stop_fd_.get(), batch)) {
      std::lock_guard lock(mutex_);
      closed_ = true;
      changed_.notify_all();
      return;
    }
  }
}

}  // namespace seep::driver_host
