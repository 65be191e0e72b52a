#include "common/os/random.h"

#include <sys/random.h>

#include <vector>

#include "absl/strings/escaping.h"
#include "common/status/check.h"

namespace seep {

std::uint64_t Random::Next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

double Random::Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

std::uint64_t Random::Below(std::uint64_t bound) {
  SEEP_CHECK(bound > 0);
  // Draws from the incomplete last span are thrown back, else low values win.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t draw;
  do {
    draw = Next();
  } while (draw >= limit);
  return draw % bound;
}

absl::Duration Random::Between(absl::Duration low, absl::Duration high) {
  SEEP_CHECK(low <= high);
  const std::int64_t span = absl::ToInt64Microseconds(high - low);
  return low + absl::Microseconds(static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(span) + 1)));
}

Random Random::Fork(std::string_view purpose) const {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : purpose) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  Random mixed(state_ ^ hash);
  return Random(mixed.Next());
}

std::uint64_t EntropySeed() {
  std::uint64_t seed = 0;
  SEEP_CHECK(getrandom(&seed, sizeof seed, 0) == sizeof seed);
  return seed;
}

std::string EntropyHex(int bytes) {
  std::string raw(static_cast<std::size_t>(bytes), '\0');
  SEEP_CHECK(getrandom(raw.data(), raw.size(), 0) == static_cast<ssize_t>(raw.size()));
  return absl::BytesToHexString(raw);
}

}  // namespace seep
