// Whether an address stays on this machine: the rule behind "no clear text
// beyond loopback", in one place for all who dial or listen.
//
// Threads: safe from any.
#ifndef SEEP_COMMON_OS_LOOPBACK_H_
#define SEEP_COMMON_OS_LOOPBACK_H_

#include <string_view>

namespace seep {

// "localhost", a dotted IPv4 address in 127.0.0.0/8, or ::1 with or without
// brackets. Any other name is not, whatever it may resolve to: "127.evil.example"
// is somebody's host.
bool IsLoopbackHost(std::string_view host);

}  // namespace seep

#endif  // SEEP_COMMON_OS_LOOPBACK_H_
