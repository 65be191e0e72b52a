// For tests: EXPECT_OK(status), ASSERT_OK_AND_ASSIGN(auto x, f()),
// EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, HasSubstr("run 7"))).
#ifndef SEEP_COMMON_STATUS_STATUS_MATCHERS_H_
#define SEEP_COMMON_STATUS_STATUS_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "common/status/status_macros.h"

namespace seep::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

MATCHER_P(StatusIs, code, "has the status code " + absl::StatusCodeToString(code)) {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

MATCHER_P2(StatusIs, code, message, "has the status code " + absl::StatusCodeToString(code)) {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         ::testing::Matches(message)(std::string(StatusOf(arg).message()));
}

}  // namespace seep::testing

#define EXPECT_OK(expression) EXPECT_THAT((expression), ::seep::testing::IsOk())
#define ASSERT_OK(expression) ASSERT_THAT((expression), ::seep::testing::IsOk())
#define SEEP_TEST_ASSIGN_(holder, left, expression) \
  auto holder = (expression);                       \
  ASSERT_OK(holder);                                \
  left = *std::move(holder)
#define ASSERT_OK_AND_ASSIGN(left, ...) \
  SEEP_TEST_ASSIGN_(SEEP_STATUS_CONCAT_(seep_test_, __LINE__), left, (__VA_ARGS__))

#endif  // SEEP_COMMON_STATUS_STATUS_MATCHERS_H_
