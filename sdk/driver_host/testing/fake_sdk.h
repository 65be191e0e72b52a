// An SDK that does what a test tells it to.
//
// Threads: as Sdk; the counts are atomic, the gate is safe from any.
#ifndef SEEP_SDK_DRIVER_HOST_TESTING_FAKE_SDK_H_
#define SEEP_SDK_DRIVER_HOST_TESTING_FAKE_SDK_H_

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "sdk/driver_host/sdk.h"

namespace seep::driver_host::testing {

struct FakeCounts {
  std::atomic<int> instances = 0, prepared = 0, disconnects = 0;
};

// Holds calls back until it is opened.
class Gate {
 public:
  void Close();
  void Open();
  void Pass();  // waits while closed
  // Waits until as many calls are held back.
  void WaitForSomebody(int how_many = 1);
  int most_waiting();  // at once, ever

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  int waiting_ = 0, most_waiting_ = 0;
};

// `get_info` fails with the status set here; `sync` of the instance "slow"
// passes the gate; `connect` of the instance "late" ends after its deadline; `list_payments` gives as many payments as `limit` asks for;
// `receive` throws.
class FakeSdk : public Sdk {
 public:
  SdkDescription Describe() const override;
  absl::Status Initialize(const driver::Json& settings, Notifier& notifier) override;
  absl::StatusOr<std::unique_ptr<SdkInstance>> Connect(const ConnectOptions& options) override;
  std::vector<std::pair<std::string, std::optional<double>>> Metrics() override {
    return {{"tasks", 7.0}, {"goroutines", std::nullopt}};
  }
  absl::StatusOr<std::optional<std::int64_t>> CollectGarbage() override {
    return std::optional<std::int64_t>(123);
  }
  absl::StatusOr<driver::Json> Invoke(const std::string& operation,
                                      const driver::Json& arguments) override;

  bool concurrent = false;  // declares concurrent_calls
  FakeCounts counts;
  Gate gate;
  absl::Status connect_status;
  absl::Status info_status;
  ConnectOptions last_connect;
  Notifier* notifier = nullptr;
};

}  // namespace seep::driver_host::testing

#endif  // SEEP_SDK_DRIVER_HOST_TESTING_FAKE_SDK_H_
