#include "agent/driver_client/host_pipes.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/status/check.h"

namespace seep::agent {
namespace {

constexpr std::size_t kMaxUnwritten = 4 << 20;
constexpr std::size_t kReadChunk = 64 << 10;
// A host that never pauses must not keep the loop to itself.
constexpr int kReadsPerTurn = 8;

void SetNonBlocking(const UniqueFd& fd) {
  SEEP_CHECK(fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK) == 0);
}

}  // namespace

HostPipes::HostPipes(EpollEventLoop& loop, UniqueFd input, UniqueFd output, Received received, Ended ended)
    : loop_(loop), input_(std::move(input)), output_(std::move(output)), received_(std::move(received)),
      ended_(std::move(ended)) {
  if (input_.valid()) SetNonBlocking(input_);  // a process that is only watched has none
  SetNonBlocking(output_);
  loop_.Watch(output_.get(), EPOLLIN, [this](std::uint32_t) { ReadSome(); });
}

HostPipes::~HostPipes() {
  if (output_.valid()) loop_.Unwatch(output_.get());
  CloseInput();
}

void HostPipes::CloseInput() {
  if (std::exchange(watching_input_, false)) loop_.Unwatch(input_.get());
  input_.reset();
}

void HostPipes::ReadSome() {
  char chunk[kReadChunk];
  for (int i = 0; i < kReadsPerTurn && output_.valid(); ++i) {
    const ssize_t got = read(output_.get(), chunk, sizeof chunk);
    if (got > 0) {
      received_(std::string_view(chunk, static_cast<std::size_t>(got)));
      continue;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    loop_.Unwatch(output_.get());
    output_.reset();
    return End("the host closed its standard output");
  }
}

void HostPipes::Write(std::string bytes) {
  if (!input_.valid() || over_) return;
  unwritten_.append(bytes);
  if (!watching_input_) WriteSome();
  if (unwritten_.size() - written_ > kMaxUnwritten) End("the host does not read its standard input");
}

void HostPipes::WriteSome() {
  while (written_ < unwritten_.size()) {
    const ssize_t put = write(input_.get(), unwritten_.data() + written_, unwritten_.size() - written_);
    if (put > 0) {
      written_ += static_cast<std::size_t>(put);
    } else if (errno == EAGAIN) {
      if (!std::exchange(watching_input_, true)) {
        loop_.Watch(input_.get(), EPOLLOUT, [this](std::uint32_t) { WriteSome(); });
      }
      return;
    } else if (errno != EINTR) {
      CloseInput();
      return End("the host closed its standard input");
    }
  }
  unwritten_.clear();
  written_ = 0;
  if (std::exchange(watching_input_, false)) loop_.Unwatch(input_.get());
}

void HostPipes::End(std::string reason) {
  if (std::exchange(over_, true)) return;
  loop_.Post([ended = ended_, reason = std::move(reason)] { ended(reason); });
}

}  // namespace seep::agent
