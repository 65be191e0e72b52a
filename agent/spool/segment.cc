#include "agent/spool/segment.h"

#include "common/checksum/crc32c.h"

namespace seep::agent {
namespace {

constexpr std::string_view kMagic = "SpRc";

template <typename T>
void PutNumber(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

template <typename T>
T GetNumber(std::string_view in, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(static_cast<unsigned char>(in[at + i])) << (8 * i);
  return value;
}

std::optional<SpoolRecord> RecordAt(std::string_view segment, std::size_t at) {
  if (segment.size() - at < kRecordHeaderBytes) return std::nullopt;
  const auto length = GetNumber<std::uint32_t>(segment, at + 4);
  if (length > kMaxRecordBytes || segment.size() - at - kRecordHeaderBytes < length) return std::nullopt;
  if (Crc32c(segment.substr(at + 12, 8 + length)) != GetNumber<std::uint32_t>(segment, at + 8)) return std::nullopt;
  return SpoolRecord{GetNumber<std::uint64_t>(segment, at + 12), segment.substr(at + kRecordHeaderBytes, length),
                     at + kRecordHeaderBytes + length};
}

}  // namespace

std::string EncodeRecord(std::uint64_t sequence, std::string_view bytes) {
  std::string body;
  PutNumber(body, sequence);
  body.append(bytes);
  std::string record(kMagic);
  PutNumber(record, static_cast<std::uint32_t>(bytes.size()));
  PutNumber(record, Crc32c(body));
  return record + body;
}

std::optional<SpoolRecord> NextRecord(std::string_view segment, std::size_t offset) {
  while (offset < segment.size()) {
    const std::size_t at = segment.find(kMagic, offset);
    if (at == std::string_view::npos) return std::nullopt;
    if (auto record = RecordAt(segment, at)) return record;
    offset = at + 1;
  }
  return std::nullopt;
}

}  // namespace seep::agent
