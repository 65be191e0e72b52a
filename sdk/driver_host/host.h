// A whole host: give it an SDK and call it from main.
//
//   int main() {
//     seep::driver_host::HostDescriptors descriptors = seep::driver_host::TakeDescriptors();
//     MySdk sdk;
//     return seep::driver_host::RunHost(sdk, std::move(descriptors));
//   }
//
// Threads: TakeDescriptors first thing in main, while there is no other thread;
//          RunHost reads on the caller's thread.
#ifndef SEEP_SDK_DRIVER_HOST_HOST_H_
#define SEEP_SDK_DRIVER_HOST_HOST_H_

#include "common/os/unique_fd.h"
#include "sdk/driver_host/sdk.h"

namespace seep::driver_host {

struct HostDescriptors {
  UniqueFd input;    // requests
  UniqueFd output;   // answers
  UniqueFd signals;  // readable once SIGTERM came
};

// Takes standard input and output away from everybody else: descriptor 0
// becomes /dev/null and 1 becomes standard error, so that a library that prints
// cannot break the protocol. Blocks SIGTERM for all threads.
HostDescriptors TakeDescriptors();

// Serves until `shutdown`, end of input or SIGTERM; the value is the exit code.
// Where returning would run destructors under threads that still use what they
// destroy (a stuck call, an abandoned instance's tasks), and on end of input,
// ends the process itself.
int RunHost(Sdk& sdk, HostDescriptors descriptors);

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_HOST_H_
