// For tests: a dispatcher over a fake SDK, and Seep's side of it.
#ifndef SEEP_SDK_DRIVER_HOST_TESTING_DISPATCHER_FIXTURE_H_
#define SEEP_SDK_DRIVER_HOST_TESTING_DISPATCHER_FIXTURE_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/os/system_clock.h"
#include "common/os/temp_directory.h"
#include "sdk/driver_host/dispatcher.h"
#include "sdk/driver_host/testing/conversation.h"
#include "sdk/driver_host/testing/fake_sdk.h"

namespace seep::driver_host::testing {

inline constexpr char kHello[] =
    R"({"protocol":{"major":1,"minor":0},"client":{"name":"test","version":"0"}})";
inline constexpr char kSeed[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

class NullNotifier : public Notifier {
 public:
  void SendEvent(std::string_view, const Event&) override {}
  void SendLog(std::string_view, std::string_view) override {}
  void SendOutOfBandError(std::string_view, std::string_view) override {}
};

class DispatcherFixture : public ::testing::Test {
 protected:
  explicit DispatcherFixture(bool concurrent_calls = false) : storage_(*TempDirectory::Create("seep-dispatcher-test")) {
    sdk_.concurrent = concurrent_calls;
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    output_ = std::make_unique<OutputChannel>(UniqueFd(ends[1]), clock_);
    dispatcher_ = std::make_unique<Dispatcher>(sdk_, notifier_, *output_);
    seep_ = std::make_unique<Conversation>(UniqueFd(), UniqueFd(ends[0]));
  }
  ~DispatcherFixture() override {
    sdk_.gate.Open();
    EXPECT_TRUE(dispatcher_->Close(absl::Seconds(30)));
    dispatcher_.reset();
  }

  std::int64_t Send(std::string_view method, const std::string& params = "{}") {
    const std::int64_t id = next_id_++;
    std::string line = driver::EncodeRequest(id, method, params);
    line.pop_back();
    next_ = dispatcher_->HandleLine(line);
    return id;
  }
  driver::Answer Call(std::string_view method, const std::string& params = "{}") {
    return seep_->Wait(Send(method, params));
  }
  // The code of the error, 0 on success.
  std::int64_t Code(std::string_view method, const std::string& params = "{}") {
    const driver::Answer answer = Call(method, params);
    return answer.error ? answer.error->code : 0;
  }
  void Initialize() { ASSERT_EQ(Code("initialize", kHello), 0); }
  std::string ConnectParams(const std::string& name) {
    return absl::StrCat(R"({"instance":")", name, R"(","network":"local","storage_dir":")",
                        storage_.path(), R"(","seed":")", kSeed, "\"}");
  }
  void Connect(const std::string& name) { ASSERT_EQ(Code("connect", ConnectParams(name)), 0); }
  static std::string On(const std::string& name, const std::string& more = "") {
    return absl::StrCat(R"({"instance":")", name, "\"", more.empty() ? "" : ",", more, "}");
  }

  TempDirectory storage_;
  SystemClock clock_;
  FakeSdk sdk_;
  NullNotifier notifier_;
  std::unique_ptr<OutputChannel> output_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Conversation> seep_;
  std::int64_t next_id_ = 1;
  Dispatcher::Next next_ = Dispatcher::Next::kReadOn;
};

}  // namespace seep::driver_host::testing

#endif  // SEEP_SDK_DRIVER_HOST_TESTING_DISPATCHER_FIXTURE_H_
