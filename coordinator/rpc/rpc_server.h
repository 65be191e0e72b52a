// The gRPC server: addresses, credentials, limits, both services.
//
// Threads: all on the loop's thread; the server's own threads belong to gRPC.
// Owns:    the server and its unix sockets' files. Borrows the services.
// Failure: Start: kInvalidArgument (address, certificate, clear text beyond
//          loopback), kFailedPrecondition (in use); nothing listens then.
#ifndef SEEP_COORDINATOR_RPC_RPC_SERVER_H_
#define SEEP_COORDINATOR_RPC_RPC_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace seep::coordinator {

struct TlsFiles {
  std::string ca, certificate, key;  // PEM; with `ca`, clients must show a certificate
  bool Any() const { return !ca.empty() || !certificate.empty() || !key.empty(); }
};

class RpcServer {
 public:
  RpcServer();
  ~RpcServer();

  // What can be told before anything is opened: kInvalidArgument.
  static absl::Status Check(const std::vector<std::string>& addresses, const TlsFiles& tls);

  // The addresses that it listens on, ports filled in.
  absl::StatusOr<std::vector<std::string>> Start(const std::vector<std::string>& addresses, const TlsFiles& tls,
                                                 const std::vector<grpc::Service*>& services);
  // Refuses new calls, cancels those that take longer than `grace`; `stopped`
  // is called from a thread of its own when none is left. The loop must go on
  // meanwhile: calls end there.
  void Stop(int grace_ms, std::function<void()> stopped);

 private:
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::string> socket_files_;
  std::thread stopping_;
};

}  // namespace seep::coordinator

#endif  // SEEP_COORDINATOR_RPC_RPC_SERVER_H_
