#include "coordinator/rpc/rpc_server.h"

#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"
#include "coordinator/rpc/listen_address.h"

namespace seep::coordinator {
namespace {

constexpr int kMaxReceive = 4 << 20;   // a batch has at most 1 MiB, a campaign as well
constexpr int kMaxSend = 64 << 20;     // a report with all its events
constexpr std::size_t kMemory = 256u << 20;
constexpr int kStreamsPerConnection = 128;

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(const TlsFiles& tls) {
  if (!tls.Any()) return grpc::InsecureServerCredentials();
  if (tls.certificate.empty() || tls.key.empty()) {
    return absl::InvalidArgumentError("TLS needs both --tls-cert and --tls-key");
  }
  SEEP_ASSIGN_OR_RETURN(std::string certificate, ReadFile(tls.certificate));
  SEEP_ASSIGN_OR_RETURN(std::string key, ReadFile(tls.key));
  grpc::SslServerCredentialsOptions options(tls.ca.empty()
                                                ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                                : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  if (!tls.ca.empty()) {
    SEEP_ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(tls.ca));
  }
  options.pem_key_cert_pairs.push_back({key, certificate});
  return grpc::SslServerCredentials(options);
}

// gRPC's own log tells what our errors tell, less clearly. GRPC_VERBOSITY
// brings it back for those who look for faults in the transport.
void QuietTransport() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
}

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxReceive);
  builder.SetMaxSendMessageSize(kMaxSend);
  builder.SetResourceQuota(grpc::ResourceQuota("coordinator").Resize(kMemory));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnection);
  // Two coordinators on one port must not share it silently.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Agents ping every 5 s, idle or not; without this they hear GOAWAY
  // too_many_pings (reliability.md, fact 3).
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 2000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 5000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 3000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
}

absl::Status CheckExposure(const ListenAddress& address, const TlsFiles& tls) {
  if (address.IsLoopback()) return absl::OkStatus();
  if (!tls.ca.empty() && !tls.certificate.empty() && !tls.key.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(address.text, " is reachable from other machines and needs mutual TLS: give --tls-ca, --tls-cert "
                                 "and --tls-key, or listen on 127.0.0.1"));
}

}  // namespace

RpcServer::RpcServer() = default;

RpcServer::~RpcServer() {
  if (stopping_.joinable()) stopping_.join();
  for (const std::string& file : socket_files_) unlink(file.c_str());
}

absl::Status RpcServer::Check(const std::vector<std::string>& addresses, const TlsFiles& tls) {
  SEEP_RETURN_IF_ERROR(Credentials(tls).status());
  for (const std::string& text : addresses) {
    SEEP_ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(text));
    SEEP_RETURN_IF_ERROR(CheckExposure(address, tls));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> RpcServer::Start(const std::vector<std::string>& addresses,
                                                          const TlsFiles& tls,
                                                          const std::vector<grpc::Service*>& services) {
  SEEP_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ServerCredentials> credentials, Credentials(tls));
  QuietTransport();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(builder);
  std::vector<ListenAddress> parsed;
  std::vector<int> ports(addresses.size(), 0);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    SEEP_ASSIGN_OR_RETURN(ListenAddress address, ParseListenAddress(addresses[i]));
    SEEP_RETURN_IF_ERROR(CheckExposure(address, tls));
    SEEP_RETURN_IF_ERROR(PrepareListening(address));
    builder.AddListeningPort(address.text, address.IsUnix() ? grpc::InsecureServerCredentials() : credentials, &ports[i]);
    parsed.push_back(std::move(address));
  }
  for (grpc::Service* service : services) builder.RegisterService(service);
  // A unix socket is its owner's alone from its first moment.
  const mode_t old_mask = umask(0177);
  server_ = builder.BuildAndStart();
  umask(old_mask);
  std::vector<std::string> listening;
  for (std::size_t i = 0; i < parsed.size(); ++i) {
    if (server_ == nullptr || ports[i] == 0) {
      // gRPC tries all and fails as a whole; find the one to blame.
      const bool blamed = ports[i] == 0;
      if (!blamed) continue;
      if (server_) server_->Shutdown();
      server_.reset();
      return absl::FailedPreconditionError(
          absl::StrCat("cannot listen on ", WhyNotListening(parsed[i]), "; choose another address with --listen"));
    }
    if (parsed[i].IsUnix()) socket_files_.push_back(parsed[i].socket_path);
    const std::size_t colon = parsed[i].text.rfind(':');
    listening.push_back(parsed[i].IsUnix() ? parsed[i].text : absl::StrCat(parsed[i].text.substr(0, colon + 1), ports[i]));
  }
  if (server_ == nullptr) return absl::FailedPreconditionError("cannot start the gRPC server");
  return listening;
}

void RpcServer::Stop(int grace_ms, std::function<void()> stopped) {
  if (stopping_.joinable()) return;
  stopping_ = std::thread([this, grace_ms, stopped = std::move(stopped)] {
    if (server_) {
      server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(grace_ms));
      server_->Wait();
    }
    stopped();
  });
}

}  // namespace seep::coordinator
