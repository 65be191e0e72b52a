// Which files a client knows the coordinator by, and is known to it by.
#ifndef SEEP_PROTO_CHANNEL_TLS_FILES_H_
#define SEEP_PROTO_CHANNEL_TLS_FILES_H_

#include <string>

namespace seep {

struct TlsFiles {
  std::string ca, certificate, key;
  std::string server_name;  // when the certificate names another than the address
  bool any() const { return !ca.empty() || !certificate.empty() || !key.empty(); }
};

}  // namespace seep

#endif  // SEEP_PROTO_CHANNEL_TLS_FILES_H_
