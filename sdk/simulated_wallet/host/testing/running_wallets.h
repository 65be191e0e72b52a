// For tests: a real network and a real wallet host, as processes, and the
// figures that the system has about the host.
//
// Owns:    both processes and a directory; all end with it.
// Failure: what cannot be started fails the test.
#ifndef SEEP_SDK_SIMULATED_WALLET_HOST_TESTING_RUNNING_WALLETS_H_
#define SEEP_SDK_SIMULATED_WALLET_HOST_TESTING_RUNNING_WALLETS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/os/child_process.h"
#include "common/os/temp_directory.h"
#include "sdk/driver_host/testing/conversation.h"

namespace seep::wallet::testing {

// How the host is started; for tests that want its descriptors themselves.
ChildOptions HostOptions();

class Network {
 public:
  explicit Network(std::vector<std::string> flags = {}, std::vector<std::string> environment = {});
  ~Network();  // ends it, and expects that it had nothing to complain of

  const std::string& ledger() const { return ledger_; }  // "127.0.0.1:PORT"
  const std::string& faucet_url() const { return faucet_; }
  // The faucet's whole HTTP answer.
  std::string Fund(const std::string& address, std::int64_t sats,
                   const std::string& headers = "") const;
  ChildProcess& process() { return process_; }

 private:
  ChildProcess process_;
  std::string ledger_, faucet_;
};

class WalletHost {
 public:
  // `settings_json`: of `initialize`, which is called when it is not empty.
  explicit WalletHost(const std::string& settings_json);
  ~WalletHost();  // the same; where a sanitizer found something, it shows here

  driver_host::testing::Conversation& seep() { return *seep_; }
  ChildProcess& process() { return process_; }
  void Initialize(const std::string& settings_json);

  // Disconnects and destroys these, then `shutdown`: the host ends in order, and
  // a sanitizer that finds lost memory makes that fail.
  void ExpectCleanEnd(const std::vector<std::string>& instances);

  // Connects in a storage directory of the instance's own (the same each time).
  void Connect(const std::string& instance);
  std::string ConnectParams(const std::string& instance);
  void Destroy(const std::string& instance) { Result("destroy", On(instance)); }
  // disconnect, destroy, connect.
  void Reconnect(const std::string& instance);
  std::string Address(const std::string& instance);
  // prepare_send and send; the payment, or none and a failed test.
  driver::Json Pay(const std::string& instance, const std::string& destination, std::int64_t sats,
                   const std::string& key = "");
  std::int64_t Balance(const std::string& instance);
  // Waits until the balance is that.
  void ExpectBalance(const std::string& instance, std::int64_t sats);

  driver::Json Result(const std::string& method, const std::string& params) {
    return seep_->Result(method, params);
  }
  std::optional<driver::CallError> Error(const std::string& method, const std::string& params);
  std::optional<double> Gauge(const std::string& name);
  // These wait until the figure is that.
  void ExpectThreads(int count);
  void ExpectFds(int count);
  void ExpectGauge(const std::string& name, double value);
  std::int64_t rss_bytes() const;
  int threads() const;
  int fds() const;
  std::string log();  // what it wrote to standard error so far

  // {"instance":NAME, MORE}
  static std::string On(const std::string& instance, const std::string& more = "");

 private:
  TempDirectory directory_;
  ChildProcess process_;
  std::unique_ptr<driver_host::testing::Conversation> seep_;
};

}  // namespace seep::wallet::testing

#endif  // SEEP_SDK_SIMULATED_WALLET_HOST_TESTING_RUNNING_WALLETS_H_
