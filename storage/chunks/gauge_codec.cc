#include "storage/chunks/gauge_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "storage/chunks/byte_order.h"
#include "storage/chunks/integer_codec.h"
#include "storage/chunks/presence_codec.h"

namespace seep::storage {
namespace {

enum ValueTag : std::uint8_t { kPatterns = 0, kScaled = 1, kDictionary = 2 };

constexpr unsigned kMaxExponent = 9;
// Powers of ten up to 10^22 are exact doubles.
constexpr std::array<double, kMaxExponent + 1> kPowers = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
// Below it, adding and taking away 1.5 · 2^52 rounds to the nearest whole number.
constexpr double kRoundable = 0x1p51;
constexpr double kRounder = 0x1.8p52;

using Words = std::vector<std::uint64_t>;
using WordSpan = std::span<std::uint64_t>;

std::uint64_t PatternOf(double value) { return std::bit_cast<std::uint64_t>(value); }

// The integer that, divided by 10^exponent, is `value` to the last bit.
bool AsScaled(double value, unsigned exponent, std::uint64_t& integer) {
  double scaled = value;
  if (exponent > 0) {
    scaled = value * kPowers[exponent];
    if (!(std::abs(scaled) < kRoundable)) return false;
    scaled = (scaled + kRounder) - kRounder;
  } else if (!(std::abs(value) < 0x1p63)) {
    return false;  // too large, or no number
  }
  const auto whole = static_cast<std::int64_t>(scaled);
  integer = static_cast<std::uint64_t>(whole);
  const double back = exponent > 0 ? static_cast<double>(whole) / kPowers[exponent] : static_cast<double>(whole);
  return PatternOf(back) == PatternOf(value);
}

struct Scaled {
  unsigned exponent = 0;
  Words integers;                         // one a value; an exception repeats the one before
  std::vector<std::uint16_t> exceptions;  // indexes into the values
};

// False when too many values would be exceptions.
bool Scale(const std::vector<double>& values, unsigned exponent, Scaled& scaled) {
  const std::size_t most_exceptions = values.size() / 16;
  scaled.exponent = exponent;
  scaled.integers.resize(values.size());
  scaled.exceptions.clear();
  std::uint64_t previous = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::uint64_t integer; AsScaled(values[i], exponent, integer)) {
      previous = integer;
    } else {
      if (scaled.exceptions.size() == most_exceptions) return false;
      scaled.exceptions.push_back(static_cast<std::uint16_t>(i));
    }
    scaled.integers[i] = previous;
  }
  return true;
}

std::string EncodeScaled(const std::vector<double>& values, const Scaled& scaled) {
  std::string out = {static_cast<char>(kScaled), static_cast<char>(scaled.exponent)};
  PutVarint(scaled.exceptions.size(), out);
  for (const std::uint16_t index : scaled.exceptions) {
    PutFixed(index, out);
    PutFixed(PatternOf(values[index]), out);
  }
  EncodeIntegers(scaled.integers, out);
  return out;
}

// Nothing when more than half of the values are different ones.
std::optional<std::string> EncodeDictionary(const Words& patterns) {
  absl::flat_hash_map<std::uint64_t, std::uint64_t> index_of;
  for (const std::uint64_t pattern : patterns) {
    index_of.try_emplace(pattern, 0);
    if (index_of.size() > patterns.size() / 2) return std::nullopt;
  }
  Words entries;
  for (const auto& [pattern, index] : index_of) entries.push_back(pattern);
  std::sort(entries.begin(), entries.end());
  for (std::size_t i = 0; i < entries.size(); ++i) index_of[entries[i]] = i;
  Words indexes(patterns.size());
  std::transform(patterns.begin(), patterns.end(), indexes.begin(), [&](std::uint64_t pattern) { return index_of[pattern]; });
  std::string out(1, static_cast<char>(kDictionary));
  PutVarint(entries.size(), out);
  EncodeIntegers(entries, out);
  EncodeIntegers(indexes, out);
  return out;
}

void EncodeValues(const std::vector<double>& values, std::string& out) {
  Scaled scaled;
  bool is_scaled = false;
  for (unsigned exponent = 0; exponent <= kMaxExponent && !is_scaled; ++exponent) {
    is_scaled = Scale(values, exponent, scaled);
  }
  std::string best = is_scaled ? EncodeScaled(values, scaled) : std::string();
  // Whole numbers, most gauges: nothing else is shorter by enough to try.
  if (!is_scaled || scaled.exponent > 0 || !scaled.exceptions.empty()) {
    Words patterns(values.size());
    std::transform(values.begin(), values.end(), patterns.begin(), PatternOf);
    std::string as_patterns(1, static_cast<char>(kPatterns));
    EncodeIntegers(patterns, as_patterns);
    if (!is_scaled || as_patterns.size() < best.size()) best = std::move(as_patterns);
    if (auto dictionary = EncodeDictionary(patterns); dictionary && dictionary->size() < best.size()) best = *std::move(dictionary);
  }
  out += best;
}

bool DecodeScaled(ByteReader& in, WordSpan words, std::vector<double>& values) {
  const unsigned exponent = in.Fixed<std::uint8_t>();
  const std::uint64_t exceptions = in.Varint();
  if (!in.ok() || exponent > kMaxExponent || exceptions > values.size()) return false;
  ByteReader listed(in.Bytes(exceptions * 10));
  if (!in.ok() || !DecodeIntegers(in, words)) return false;
  const auto as_double = [](std::uint64_t word) { return static_cast<double>(static_cast<std::int64_t>(word)); };
  const double power = kPowers[exponent];
  if (exponent == 0) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = as_double(words[i]);
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = as_double(words[i]) / power;
  }
  for (std::uint64_t i = 0; i < exceptions; ++i) {
    const auto index = listed.Fixed<std::uint16_t>();
    if (index >= values.size()) return false;
    values[index] = std::bit_cast<double>(listed.Fixed<std::uint64_t>());
  }
  return true;
}

bool DecodePatterns(ByteReader& in, WordSpan words, std::vector<double>& values) {
  if (!DecodeIntegers(in, words)) return false;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::bit_cast<double>(words[i]);
  return true;
}

bool DecodeDictionary(ByteReader& in, WordSpan words, std::vector<double>& values) {
  std::array<std::uint64_t, kMaxChunkSamples> buffer;
  const std::uint64_t size = in.Varint();
  if (!in.ok() || size > values.size()) return false;
  const WordSpan entries(buffer.data(), size);
  if (!DecodeIntegers(in, entries) || !DecodeIntegers(in, words)) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (words[i] >= size) return false;
    values[i] = std::bit_cast<double>(entries[words[i]]);
  }
  return true;
}

}  // namespace

void EncodeGauge(const GaugeColumn& column, std::size_t count, std::string& out) {
  EncodePresence(column.rows, count, out);
  EncodeValues(column.values, out);
}

bool DecodeGauge(std::string_view bytes, std::size_t count, GaugeColumn& column) {
  ByteReader in(bytes);
  if (!DecodePresence(in, count, column.rows)) return false;
  column.values.resize(column.rows.size());
  std::array<std::uint64_t, kMaxChunkSamples> buffer;
  const WordSpan words(buffer.data(), column.values.size());
  bool decoded = false;
  switch (in.Fixed<std::uint8_t>()) {
    case kPatterns: decoded = DecodePatterns(in, words, column.values); break;
    case kScaled: decoded = DecodeScaled(in, words, column.values); break;
    case kDictionary: decoded = DecodeDictionary(in, words, column.values); break;
    default: break;
  }
  return decoded && in.at_end();
}

}  // namespace seep::storage
