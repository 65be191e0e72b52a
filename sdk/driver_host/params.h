// Reads a request's parameters and remembers the first that is wrong.
//
//   Params params(request.params);
//   const std::string name = params.Text("name");
//   const auto limit = params.OptionalInteger("limit", 0, 100);
//   if (params.error()) return *params.error();   // −32602, names the parameter
#ifndef SEEP_SDK_DRIVER_HOST_PARAMS_H_
#define SEEP_SDK_DRIVER_HOST_PARAMS_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "sdk/driver_protocol/call_error.h"
#include "sdk/driver_protocol/json.h"
#include "sdk/driver_protocol/protocol.h"

namespace seep::driver_host {

class Params {
 public:
  static constexpr std::size_t kMaxTextBytes = 64 * 1024;

  // `object` outlives the reader.
  explicit Params(const driver::Json& object) : object_(object) {}

  std::string Text(std::string_view name);
  std::string OptionalText(std::string_view name);
  // One of `words`; an absent optional one is `words`' first.
  std::string Word(std::string_view name, std::initializer_list<std::string_view> words);
  std::string OptionalWord(std::string_view name, std::initializer_list<std::string_view> words);
  std::int64_t Integer(std::string_view name, std::int64_t min,
                       std::int64_t max = driver::kMaxInteger);
  std::optional<std::int64_t> OptionalInteger(std::string_view name, std::int64_t min,
                                              std::int64_t max = driver::kMaxInteger);
  bool OptionalBool(std::string_view name, bool otherwise);
  const driver::Json& OptionalObject(std::string_view name);

  // For a check that only the caller can make. The first complaint counts.
  void Refuse(std::string_view name, std::string_view complaint);
  const std::optional<driver::CallError>& error() const { return error_; }

 private:
  // An explicit null counts as absent.
  const driver::Json* Find(std::string_view name) const;
  void CheckWord(std::string_view name, const std::string& value,
                 std::initializer_list<std::string_view> words);

  const driver::Json& object_;
  std::optional<driver::CallError> error_;
};

}  // namespace seep::driver_host

#endif  // SEEP_SDK_DRIVER_HOST_PARAMS_H_
