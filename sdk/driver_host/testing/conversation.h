// For tests: Seep's side of a conversation with a host, over two descriptors.
//
// Threads: one. Every wait has a deadline and says what it waited for.
#ifndef SEEP_SDK_DRIVER_HOST_TESTING_CONVERSATION_H_
#define SEEP_SDK_DRIVER_HOST_TESTING_CONVERSATION_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/os/unique_fd.h"
#include "sdk/driver_protocol/json.h"
#include "sdk/driver_protocol/line_reader.h"
#include "sdk/driver_protocol/messages.h"

namespace seep::driver_host::testing {

class Conversation {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(30);  // sanitizers are slow

  // `to_host` may be invalid when something else feeds the host.
  Conversation(UniqueFd to_host, UniqueFd from_host);

  std::int64_t Send(std::string_view method, std::string_view params_json = "{}");
  void SendBytes(std::string_view bytes);
  void EndInput() { to_host_.reset(); }

  // The answer to `id`; none (and a failed test) when none comes in time.
  driver::Answer Wait(std::int64_t id);
  // Send and Wait.
  driver::Answer Call(std::string_view method, std::string_view params_json = "{}");
  // As Call; the result, or null and a failed test on error.
  driver::Json Result(std::string_view method, std::string_view params_json = "{}");
  // The next answer with "id": null.
  driver::Answer WaitForAnswerWithoutId();
  // The first notification, of those seen or to come, that `wanted` accepts.
  std::optional<driver::Notification> WaitForNotification(
      std::string_view method, const std::function<bool(const driver::Json&)>& wanted);

  // Whether an answer has come already, without waiting.
  bool HasAnswer(std::int64_t id);
  // Reads to the end of the stream; false when it does not end in time.
  bool WaitForEnd();
  // Lines that were no messages: there must never be any.
  int broken_lines() const { return broken_lines_; }

 private:
  // Reads what comes until `deadline`; false at the end of the stream or then.
  bool ReadSome(absl::Time deadline);
  void Sort(std::string_view line);

  UniqueFd to_host_, from_host_;
  std::int64_t next_id_ = 1;
  driver::LineReader lines_;
  driver::AnswerDecoder decoder_;
  std::map<std::int64_t, driver::Answer> answers_;
  std::deque<driver::Answer> without_id_;
  std::deque<driver::Notification> notifications_;
  int broken_lines_ = 0;
  bool ended_ = false;
};

}  // namespace seep::driver_host::testing

#endif  // SEEP_SDK_DRIVER_HOST_TESTING_CONVERSATION_H_
