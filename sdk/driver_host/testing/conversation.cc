#include "sdk/driver_host/testing/conversation.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/time/clock.h"

namespace seep::driver_host::testing {

Conversation::Conversation(UniqueFd to_host, UniqueFd from_host)
    : to_host_(std::move(to_host)), from_host_(std::move(from_host)) {}

std::int64_t Conversation::Send(std::string_view method, std::string_view params_json) {
  const std::int64_t id = next_id_++;
  SendBytes(driver::EncodeRequest(id, method, params_json));
  return id;
}

void Conversation::SendBytes(std::string_view bytes) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!bytes.empty()) {
    // Reads as well, or two full pipes would wait for each other.
    pollfd waits[2] = {{to_host_.get(), POLLOUT, 0}, {ended_ ? -1 : from_host_.get(), POLLIN, 0}};
    ASSERT_GE(::poll(waits, 2, 1'000), 0);
    ASSERT_LT(absl::Now(), deadline) << "the host does not read";
    if (waits[1].revents) ReadSome(absl::Now());
    if (!(waits[0].revents & (POLLOUT | POLLERR))) continue;
    const ssize_t written =
        ::write(to_host_.get(), bytes.data(), std::min<std::size_t>(bytes.size(), 4096));
    if (written < 0) return;  // the host is gone; the test will see by what does not come
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool Conversation::ReadSome(absl::Time deadline) {
  if (ended_) return false;
  pollfd wait{from_host_.get(), POLLIN, 0};
  const auto left = std::max(deadline - absl::Now(), absl::ZeroDuration());
  if (::poll(&wait, 1, static_cast<int>(absl::ToInt64Milliseconds(left))) <= 0) return false;
  char buffer[64 * 1024];
  const ssize_t got = ::read(from_host_.get(), buffer, sizeof(buffer));
  if (got <= 0) {
    ended_ = true;
    return false;
  }
  lines_.Append({buffer, static_cast<std::size_t>(got)});
  while (const auto line = lines_.Next()) {
    if (line->too_long) {
      ++broken_lines_;
    } else {
      Sort(line->text);
    }
  }
  return true;
}

void Conversation::Sort(std::string_view line) {
  auto message = decoder_.Decode(line);
  if (!message.ok()) {
    ++broken_lines_;
    ADD_FAILURE() << "not a message: " << line;
  } else if (auto* answer = std::get_if<driver::Answer>(&*message)) {
    if (!answer->id) {
      without_id_.push_back(*std::move(answer));
    } else {
      EXPECT_TRUE(answers_.emplace(*answer->id, *answer).second)
          << "answered twice: " << *answer->id;
    }
  } else {
    notifications_.push_back(std::get<driver::Notification>(*std::move(message)));
  }
}

driver::Answer Conversation::Wait(std::int64_t id) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (answers_.count(id) == 0 && ReadSome(deadline)) {
  }
  const auto found = answers_.find(id);
  if (found == answers_.end()) {
    ADD_FAILURE() << "no answer to request " << id << (ended_ ? ": the host is gone" : " in time");
    return {};
  }
  return found->second;
}

driver::Answer Conversation::Call(std::string_view method, std::string_view params_json) {
  return Wait(Send(method, params_json));
}

driver::Json Conversation::Result(std::string_view method, std::string_view params_json) {
  const driver::Answer answer = Call(method, params_json);
  if (answer.error) {
    ADD_FAILURE() << method << " " << params_json << ": " << answer.error->kind << ": "
                  << answer.error->message;
    return {};
  }
  auto result = answer.Result();
  return result.ok() ? *std::move(result) : driver::Json();
}

driver::Answer Conversation::WaitForAnswerWithoutId() {
  const absl::Time deadline = absl::Now() + kPatience;
  while (without_id_.empty() && ReadSome(deadline)) {
  }
  if (without_id_.empty()) {
    ADD_FAILURE() << "no answer with id null";
    return {};
  }
  driver::Answer answer = std::move(without_id_.front());
  without_id_.pop_front();
  return answer;
}

std::optional<driver::Notification> Conversation::WaitForNotification(
    std::string_view method, const std::function<bool(const driver::Json&)>& wanted) {
  const absl::Time deadline = absl::Now() + kPatience;
  do {
    while (!notifications_.empty()) {
      driver::Notification notification = std::move(notifications_.front());
      notifications_.pop_front();
      const auto params = notification.Params();
      if (notification.method == method && params.ok() && wanted(*params)) return notification;
    }
  } while (ReadSome(deadline));
  ADD_FAILURE() << "no such " << method;
  return std::nullopt;
}

bool Conversation::HasAnswer(std::int64_t id) {
  while (ReadSome(absl::Now())) {
  }
  return answers_.count(id) > 0;
}

bool Conversation::WaitForEnd() {
  const absl::Time deadline = absl::Now() + kPatience;
  while (ReadSome(deadline)) {
  }
  return ended_;
}

}  // namespace seep::driver_host::testing
