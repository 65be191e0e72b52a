#include <cstdlib>
#include <cstring>

#include "common/status/check.h"
#include "sdk/simulated_wallet/leaks/leak.h"

namespace seep::wallet {

void LoseMemory(std::size_t bytes) {
  void* block = std::malloc(bytes);
  SEEP_CHECK(block != nullptr) << "out of memory after losing enough of it";
  std::memset(block, 0x5A, bytes);
  // Else the compiler may see that nobody reads it and leave all of it out.
  asm volatile("" : : "r"(block) : "memory");
}

}  // namespace seep::wallet
