#include "proto/channel/credentials.h"

#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep {

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ReadCredentials(const TlsFiles& tls) {
  if (!tls.any()) return grpc::InsecureChannelCredentials();
  if (tls.ca.empty()) return absl::InvalidArgumentError("a certificate without a CA to know the coordinator by");
  grpc::SslCredentialsOptions options;
  SEEP_ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(tls.ca));
  if (!tls.certificate.empty()) {
    SEEP_ASSIGN_OR_RETURN(options.pem_cert_chain, ReadFile(tls.certificate));
    SEEP_ASSIGN_OR_RETURN(options.pem_private_key, ReadFile(tls.key));
  }
  return grpc::SslCredentials(options);
}

}  // namespace seep
