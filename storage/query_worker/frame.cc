#include "storage/query_worker/frame.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace seep::storage {
namespace {
constexpr std::size_t kHeaderBytes = 5;
}  // namespace

std::string EncodeFrame(FrameKind kind, std::string_view payload) {
  std::string frame(1, static_cast<char>(kind));
  for (int shift = 0; shift < 32; shift += 8) {
    frame.push_back(static_cast<char>((payload.size() >> shift) & 0xff));
  }
  return frame.append(payload);
}

std::string EncodeEnd(const absl::Status& status) {
  return EncodeFrame(FrameKind::kEnd,
                     absl::StrCat(std::string(1, static_cast<char>(status.code())), status.message()));
}

absl::Status DecodeEnd(const Frame& frame) {
  if (frame.payload.empty()) return absl::DataLossError("the query worker's end has no code");
  return absl::Status(static_cast<absl::StatusCode>(frame.payload[0]), frame.payload.substr(1));
}

absl::StatusOr<std::optional<Frame>> TakeFrame(std::string& received) {
  if (received.size() < kHeaderBytes) return std::nullopt;
  std::size_t length = 0;
  for (int i = 3; i >= 0; --i) length = (length << 8) | static_cast<unsigned char>(received[1 + static_cast<std::size_t>(i)]);
  const char kind = received[0];
  const bool known = kind == static_cast<char>(FrameKind::kResponse) || kind == static_cast<char>(FrameKind::kEnd);
  if (!known || length > kMaxFrameBytes) return absl::DataLossError("the query worker wrote no frame");
  if (received.size() < kHeaderBytes + length) return std::nullopt;
  Frame frame{static_cast<FrameKind>(kind), received.substr(kHeaderBytes, length)};
  received.erase(0, kHeaderBytes + length);
  return frame;
}

}  // namespace seep::storage
