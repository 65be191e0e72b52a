#include "sdk/driver_host/testing/fake_sdk.h"

#include <algorithm>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "common/os/system_clock.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host::testing {
namespace {

class FakePrepared : public PreparedPayment {
 public:
  explicit FakePrepared(std::atomic<int>& count) : count_(count) { ++count_; }
  ~FakePrepared() override { --count_; }

 private:
  std::atomic<int>& count_;
};

class FakeInstance : public SdkInstance {
 public:
  FakeInstance(FakeSdk& sdk, std::string name) : sdk_(sdk), name_(std::move(name)) {
    ++sdk_.counts.instances;
  }
  ~FakeInstance() override { --sdk_.counts.instances; }

  std::string identity() const override { return "identity-of-" + name_; }
  absl::Status Disconnect() override {
    ++sdk_.counts.disconnects;
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> AddListener(bool capture) override {
    sdk_.notifier->SendEvent(
        name_, {"l-1", "synced", Payment{"p", "completed", "send", "spark", 1, 0, 2}, "why"});
    return std::string(capture ? "captured" : "plain");
  }
  absl::StatusOr<bool> RemoveListener(const std::string& listener) override {
    return listener == "plain";
  }
  absl::StatusOr<ReceiveResult> Receive(const ReceiveOptions&) override {
    throw std::runtime_error("borrowed");
  }
  absl::StatusOr<PrepareResult> PrepareSend(const PrepareOptions& options) override {
    return PrepareResult{std::make_unique<FakePrepared>(sdk_.counts.prepared),
                         options.amount_sats.value_or(0), 3};
  }
  absl::StatusOr<Payment> Send(PreparedPayment&, const std::string& key) override {
    return Payment{key, "completed", "send", "spark", 1, 0, 2};
  }
  absl::StatusOr<ListResult> ListPayments(const ListOptions& options) override {
    return ListResult{options.limit, std::vector<Payment>(static_cast<std::size_t>(options.limit))};
  }
  absl::Status Sync() override {
    if (name_ == "slow") sdk_.gate.Pass();
    return absl::OkStatus();
  }
  absl::StatusOr<Info> GetInfo(bool) override {
    if (!sdk_.info_status.ok()) return sdk_.info_status;
    return Info{identity(), 42, 1};
  }

 private:
  FakeSdk& sdk_;
  const std::string name_;
};

}  // namespace

void Gate::Close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
}

void Gate::Open() {
  std::lock_guard lock(mutex_);
  closed_ = false;
  changed_.notify_all();
}

void Gate::Pass() {
  std::unique_lock lock(mutex_);
  most_waiting_ = std::max(most_waiting_, ++waiting_);
  changed_.notify_all();
  changed_.wait(lock, [this] { return !closed_; });
  --waiting_;
}

void Gate::WaitForSomebody(int how_many) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_ >= how_many; });
}

int Gate::most_waiting() {
  std::lock_guard lock(mutex_);
  return most_waiting_;
}

SdkDescription FakeSdk::Describe() const {
  namespace capability = driver::capability;
  SdkDescription description{
      "fake-host", "1", "fake", "2", "c++", {}, {{"tasks", "count", "gauge"}}, {"greet"}};
  for (const auto name : {capability::kListeners, capability::kPayments, capability::kReceive,
                          capability::kHistory, capability::kSync, capability::kGetInfo,
                          capability::kCollectGarbage, capability::kInvoke}) {
    description.capabilities.emplace_back(name);
  }
  if (concurrent) description.capabilities.emplace_back(capability::kConcurrentCalls);
  return description;
}

absl::Status FakeSdk::Initialize(const driver::Json& settings, Notifier& to) {
  notifier = &to;
  if (settings.Find("colour") != nullptr) return absl::InvalidArgumentError("has `colour`");
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SdkInstance>> FakeSdk::Connect(const ConnectOptions& options) {
  last_connect = options;
  // Works on until its time is over, as an SDK does that knows no deadline.
  if (options.instance == "late") {
    while (absl::Now() <= options.deadline) PauseThread(absl::Milliseconds(1));
  }
  if (!connect_status.ok()) return connect_status;
  return std::make_unique<FakeInstance>(*this, options.instance);
}

absl::StatusOr<driver::Json> FakeSdk::Invoke(const std::string& operation,
                                             const driver::Json& arguments) {
  return driver::Json(
      absl::StrCat(operation, " ", std::string(arguments.FindString("name").value_or("?"))));
}

}  // namespace seep::driver_host::testing
