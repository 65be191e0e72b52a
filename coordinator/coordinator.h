// Wires the coordinator's parts together; decides nothing.
//
// Threads: construct, Start, Stop and destroy on the loop's thread.
// Owns:    everything but the loop: the store, the worker thread, the domain,
//          the gRPC server.
// Order:   the store is read back before anybody is let in.
#ifndef SEEP_COORDINATOR_COORDINATOR_H_
#define SEEP_COORDINATOR_COORDINATOR_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/event_loop/epoll_event_loop.h"
#include "coordinator/upkeep/caretaker.h"

namespace seep::coordinator {

struct CoordinatorOptions {
  std::vector<std::string> listen = {"127.0.0.1:7420"};
  std::string data_directory;
  std::string tls_ca, tls_certificate, tls_key;
  std::string query_worker;  // the binary; empty: beside this one
  std::string release;
  absl::Duration lease = absl::Seconds(10);
  absl::Duration lost_limit = absl::Hours(2);
  absl::Duration verdict_every = absl::Seconds(3);
  CaretakerOptions upkeep;
  std::string backup_directory;  // empty: DATA_DIRECTORY/backups
};

class Coordinator {
 public:
  // The store: kFailedPrecondition (held by another), kPermissionDenied,
  // kResourceExhausted, kDataLoss.
  static absl::StatusOr<std::unique_ptr<Coordinator>> Open(EpollEventLoop& loop, CoordinatorOptions options);
  ~Coordinator();

  // Restores the state, then listens. `started` gets the addresses, or why not.
  void Start(std::function<void(absl::StatusOr<std::vector<std::string>>)> started);
  // Sends agents away and ends calls, then `stopped` (on the loop). Nothing of
  // the runs is stopped: agents keep them and come back.
  void Stop(std::function<void()> stopped);

 private:
  struct Parts;
  explicit Coordinator(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_COORDINATOR_H_
