#include "storage/chunks/column_compression.h"

#include <zstd.h>

#include <memory>

#include "common/status/check.h"

namespace seep::storage {
namespace {

constexpr int kLevel = 1;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Making one costs more than a column does.
ZSTD_CCtx* Compressor() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  SEEP_CHECK(context != nullptr) << "zstd: out of memory";
  return context.get();
}
ZSTD_DCtx* Decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  SEEP_CHECK(context != nullptr) << "zstd: out of memory";
  return context.get();
}

}  // namespace

std::string CompressBytes(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compressCCtx(Compressor(), out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
  SEEP_CHECK(!ZSTD_isError(size)) << ZSTD_getErrorName(size);
  out.resize(size);
  return out;
}

bool DecompressBytes(std::string_view bytes, std::size_t limit, std::string& out) {
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > limit) return false;
  out.resize(size);
  return ZSTD_decompressDCtx(Decompressor(), out.data(), out.size(), bytes.data(), bytes.size()) == size;
}

}  // namespace seep::storage
