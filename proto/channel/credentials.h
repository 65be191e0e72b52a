// Credentials of a channel to the coordinator, read from their files: the same
// for agents and the CLI.
//
// Threads: safe from any.
// Failure: the file that cannot be read; kInvalidArgument without a CA, for
//          then anybody could answer.
#ifndef SEEP_PROTO_CHANNEL_CREDENTIALS_H_
#define SEEP_PROTO_CHANNEL_CREDENTIALS_H_

#include <grpcpp/security/credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "proto/channel/tls_files.h"

namespace seep {

// Clear text when no file is named; callers allow that on this machine only.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ReadCredentials(const TlsFiles& tls);

}  // namespace seep

#endif  // SEEP_PROTO_CHANNEL_CREDENTIALS_H_
