// What the worker writes to its standard output: frames of a kind (1 byte), a
// length (4 bytes, little endian) and that many bytes. Responses first, then one
// end; a stream without an end was cut off.
//
// Failure: TakeFrame: kDataLoss for what no worker writes.
#ifndef SEEP_STORAGE_QUERY_WORKER_FRAME_H_
#define SEEP_STORAGE_QUERY_WORKER_FRAME_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seep::storage {

enum class FrameKind : char {
  kResponse = 'R',  // an encoded seep.v1.QueryResponse
  kEnd = 'E',       // the status code (1 byte), then its message
};
struct Frame {
  FrameKind kind = FrameKind::kEnd;
  std::string payload;
};

inline constexpr std::size_t kMaxFrameBytes = 4u << 20;

std::string EncodeFrame(FrameKind kind, std::string_view payload);
std::string EncodeEnd(const absl::Status& status);
absl::Status DecodeEnd(const Frame& frame);
// Takes the first whole frame off the front; nothing if there is none yet.
absl::StatusOr<std::optional<Frame>> TakeFrame(std::string& received);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERY_WORKER_FRAME_H_
