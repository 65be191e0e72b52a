// CRC-32C (Castagnoli), as in RFC 3720, iSCSI and SSE4.2.
//
// Threads: safe from any.
#ifndef SEEP_COMMON_CHECKSUM_CRC32C_H_
#define SEEP_COMMON_CHECKSUM_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace seep {

std::uint32_t Crc32c(std::string_view bytes);

// The checksum of `a` followed by `bytes`, given that of `a`.
std::uint32_t ExtendCrc32c(std::uint32_t crc, std::string_view bytes);

}  // namespace seep

#endif  // SEEP_COMMON_CHECKSUM_CRC32C_H_
