// The one place that meets simdjson: parsing into Json. Private to this folder.
#ifndef SEEP_SDK_DRIVER_PROTOCOL_SIMDJSON_TEXT_H_
#define SEEP_SDK_DRIVER_PROTOCOL_SIMDJSON_TEXT_H_

#include <simdjson.h>

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "sdk/driver_protocol/json.h"

namespace seep::driver {

// Parses line after line with one set of buffers. A line beyond
// `kLargeTextBytes` gets buffers of its own, or a single large message would
// inflate for good the very process whose memory is being measured.
//
// Threads: one at a time. An element is valid until the next Parse.
class TextParser {
 public:
  static constexpr std::size_t kLargeTextBytes = 64 * 1024;

  TextParser();
  absl::StatusOr<simdjson::dom::element> Parse(std::string_view text);

 private:
  simdjson::dom::parser small_;
  simdjson::dom::parser large_;
};

Json ToJson(simdjson::dom::element element);

}  // namespace seep::driver

#endif  // SEEP_SDK_DRIVER_PROTOCOL_SIMDJSON_TEXT_H_
