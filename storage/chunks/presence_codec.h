// In which samples of a chunk a gauge was known. FORMAT.md, "Presence".
//
// Threads: safe from any.
#ifndef SEEP_STORAGE_CHUNKS_PRESENCE_CODEC_H_
#define SEEP_STORAGE_CHUNKS_PRESENCE_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/chunks/byte_order.h"

namespace seep::storage {

// `rows`: strictly increasing, below `count`.
void EncodePresence(const std::vector<std::uint16_t>& rows, std::size_t count, std::string& out);
// False: damaged.
bool DecodePresence(ByteReader& in, std::size_t count, std::vector<std::uint16_t>& rows);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_PRESENCE_CODEC_H_
