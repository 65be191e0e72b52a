// zstd over one column.
//
// Threads: safe from any (each keeps a context of its own).
#ifndef SEEP_STORAGE_CHUNKS_COLUMN_COMPRESSION_H_
#define SEEP_STORAGE_CHUNKS_COLUMN_COMPRESSION_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace seep::storage {

// One zstd frame that states its content's size.
std::string CompressBytes(std::string_view bytes);

// False: not such a frame, or its content is over `limit`: nothing near that
// much memory has been taken then.
bool DecompressBytes(std::string_view bytes, std::size_t limit, std::string& out);

}  // namespace seep::storage

#endif  // SEEP_STORAGE_CHUNKS_COLUMN_COMPRESSION_H_
