// The bytes of a conversation: a host's standard input and output on the loop.
//
// Threads: the loop's only.
// Owns:    both descriptors and at most 4 MiB that the host has not read.
// Failure: `ended` once, through the loop, when the host closed its output, or
//          does not read while 4 MiB wait for it. No SIGPIPE (main ignores it).
#ifndef SEEP_AGENT_DRIVER_CLIENT_HOST_PIPES_H_
#define SEEP_AGENT_DRIVER_CLIENT_HOST_PIPES_H_

#include <functional>
#include <string>
#include <string_view>

#include "common/event_loop/epoll_event_loop.h"
#include "common/os/unique_fd.h"

namespace seep::agent {

class HostPipes {
 public:
  using Received = std::function<void(std::string_view)>;
  using Ended = std::function<void(std::string reason)>;
  HostPipes(EpollEventLoop& loop, UniqueFd input, UniqueFd output, Received received, Ended ended);
  ~HostPipes();
  HostPipes(const HostPipes&) = delete;

  void Write(std::string bytes);
  void CloseInput();  // the host sees the end of its input

 private:
  void ReadSome();
  void WriteSome();
  void End(std::string reason);

  EpollEventLoop& loop_;
  UniqueFd input_, output_;
  Received received_;
  Ended ended_;
  std::string unwritten_;
  std::size_t written_ = 0;
  bool watching_input_ = false;
  bool over_ = false;
};

}  // namespace seep::agent

#endif  // SEEP_AGENT_DRIVER_CLIENT_HOST_PIPES_H_
