#include "cli/embedded/output_drain.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/check.h"

namespace seep::cli {

OutputDrain::OutputDrain(bool echo) : echo_(echo), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  SEEP_CHECK(wake_.valid());
  thread_ = std::thread([this] { Run(); });
}

OutputDrain::~OutputDrain() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
  thread_.join();
}

OutputDrain::Source OutputDrain::Add(const std::string& name, UniqueFd standard_output, UniqueFd standard_error) {
  absl::MutexLock lock(&mutex_);
  const Source source = static_cast<Source>(states_.size()) + 1;
  states_[source] = State{name, false, 2, {}};
  arriving_.push_back({source, false, std::move(standard_output), {}});
  arriving_.push_back({source, true, std::move(standard_error), {}});
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
  return source;
}

bool OutputDrain::WaitReady(Source source, absl::Duration limit) {
  absl::MutexLock lock(&mutex_);
  State& state = states_[source];
  mutex_.AwaitWithTimeout(absl::Condition(+[](State* s) { return s->ready || s->open < 2; }, &state), limit);
  return state.ready;
}

void OutputDrain::WaitClosed(Source source, absl::Duration limit) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(+[](State* s) { return s->open == 0; }, &states_[source]), limit);
}

std::vector<std::string> OutputDrain::LastErrors(Source source) {
  absl::MutexLock lock(&mutex_);
  const State& state = states_[source];
  return {state.errors.begin(), state.errors.end()};
}

void OutputDrain::Run() {
  std::vector<Stream> streams;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      for (Stream& stream : arriving_) streams.push_back(std::move(stream));
      arriving_.clear();
    }
    std::vector<pollfd> polled = {{wake_.get(), POLLIN, 0}};
    for (const Stream& stream : streams) polled.push_back({stream.fd.get(), POLLIN, 0});
    if (poll(polled.data(), polled.size(), -1) < 0) continue;
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t woken = read(wake_.get(), &count, sizeof count);
    for (std::size_t i = streams.size(); i-- > 0;) {
      if (polled[i + 1].revents == 0) continue;
      char buffer[65536];
      const ssize_t got = read(streams[i].fd.get(), buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      TakeBytes(streams[i], std::string_view(buffer, got > 0 ? static_cast<std::size_t>(got) : 0));
      if (got > 0) continue;
      absl::MutexLock lock(&mutex_);
      --states_[streams[i].source].open;
      streams.erase(streams.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

// No bytes: the stream has ended, and its last line with it.
void OutputDrain::TakeBytes(Stream& stream, std::string_view bytes) {
  if (bytes.empty() && !stream.partial.empty()) TakeLine(stream, stream.partial);
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    stream.partial.append(part.substr(0, kMaxLineBytes - std::min(kMaxLineBytes, stream.partial.size())));
    if (end == std::string_view::npos) return;
    TakeLine(stream, stream.partial);
    stream.partial.clear();
    bytes.remove_prefix(end + 1);
  }
}

void OutputDrain::TakeLine(const Stream& stream, const std::string& line) {
  absl::MutexLock lock(&mutex_);
  State& state = states_[stream.source];
  if (!stream.is_error) {
    state.ready = state.ready || absl::StrContains(line, "\"ready\":true");
    return;
  }
  state.errors.push_back(Printable(line));
  if (state.errors.size() > kKeptLines) state.errors.pop_front();
  if (echo_) std::fprintf(stderr, "%s: %s\n", state.name.c_str(), state.errors.back().c_str());
}

}  // namespace seep::cli
