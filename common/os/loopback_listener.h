// A TCP socket that listens on 127.0.0.1, on a port of its own.
//
// Threads: Accept and Shutdown from any; Shutdown ends an Accept under way.
// Owns:    the socket. Failure: ok() is false when it does not listen.
#ifndef SEEP_COMMON_OS_LOOPBACK_LISTENER_H_
#define SEEP_COMMON_OS_LOOPBACK_LISTENER_H_

#include <netinet/in.h>

#include "common/os/unique_fd.h"

namespace seep {

class LoopbackListener {
 public:
  explicit LoopbackListener(int backlog = 4);

  bool ok() const { return ok_; }
  const sockaddr_in& address() const { return address_; }
  int port() const;
  // Waits; invalid once shut down.
  UniqueFd Accept();
  void Shutdown();

 private:
  const UniqueFd fd_;
  sockaddr_in address_ = {};
  bool ok_ = false;
};

}  // namespace seep

#endif  // SEEP_COMMON_OS_LOOPBACK_LISTENER_H_
