// The link over gRPC; the only file of the agent that knows it.
//
// Threads: Dial and the streams' methods on the loop; gRPC's own threads decode
//          and post.
// Owns:    the channel. Streams outlive nobody: destroying one cancels the call.
// Failure: Create: kInvalidArgument for TLS files that cannot be read. A loop
//          too busy to take a message (16,384 tasks wait) cancels the stream.
#ifndef SEEP_AGENT_SESSION_GRPC_LINK_H_
#define SEEP_AGENT_SESSION_GRPC_LINK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/configuration/configuration.h"
#include "agent/session/link.h"
#include "common/event_loop/event_loop.h"

namespace seep::agent {

absl::StatusOr<std::unique_ptr<LinkDialer>> MakeGrpcDialer(EventLoop& loop, const std::string& address,
                                                           const TlsFiles& tls);

}  // namespace seep::agent

#endif  // SEEP_AGENT_SESSION_GRPC_LINK_H_
