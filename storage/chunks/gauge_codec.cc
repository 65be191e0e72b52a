#include "storage/chunks/gauge_codec.h"

#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "storage/chunks/byte_order.h"
#include "storage/chunks/integer_codec.h"

namespace seep::storage {
namespace {

enum PresenceTag : std::uint8_t { kEverywhere = 0, kBitmap = 1, kRows = 2, kMissingRows = 3 };
enum ValueTag : std::uint8_t { kPatterns = 0, kScaled = 1 };

constexpr unsigned kMaxExponent = 9;
// Powers of ten up to 10^22 are exact doubles.
constexpr std::array<double, kMaxExponent + 1> kPowers = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

using Words = std::vector<std::uint64_t>;

void EncodeRows(std::uint8_t tag, const std::vector<std::uint64_t>& rows, std::string& out) {
  out.push_back(static_cast<char>(tag));
  PutVarint(rows.size(), out);
  EncodeIntegers(rows, out);
}

void EncodePresence(const std::vector<std::uint16_t>& rows, std::size_t count, std::string& out) {
  if (rows.size() == count) {
    out.push_back(static_cast<char>(kEverywhere));
    return;
  }
  std::string bitmap((count + 7) / 8, '\0');
  for (const std::uint16_t row : rows) bitmap[row / 8] = static_cast<char>(bitmap[row / 8] | 1 << (row % 8));
  Words present(rows.begin(), rows.end()), missing;
  for (std::size_t row = 0; row < count; ++row) {
    if ((bitmap[row / 8] >> (row % 8) & 1) == 0) missing.push_back(row);
  }
  std::string best = std::string(1, static_cast<char>(kBitmap)) + bitmap;
  for (const auto& [tag, list] : {std::pair{kRows, &present}, std::pair{kMissingRows, &missing}}) {
    std::string other;
    EncodeRows(tag, *list, other);
    if (other.size() < best.size()) best = std::move(other);
  }
  out += best;
}

bool DecodeRows(ByteReader& in, std::size_t count, Words& rows) {
  const std::uint64_t size = in.Varint();
  if (!in.ok() || size > count) return false;
  rows.resize(size);
  if (!DecodeIntegers(in, rows)) return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] >= count || (i > 0 && rows[i] <= rows[i - 1])) return false;
  }
  return true;
}

bool DecodePresence(ByteReader& in, std::size_t count, std::vector<std::uint16_t>& rows) {
  const auto tag = in.Fixed<std::uint8_t>();
  rows.clear();
  if (!in.ok() || tag > kMissingRows) return false;
  if (tag == kEverywhere) {
    rows.resize(count);
    std::iota(rows.begin(), rows.end(), std::uint16_t{0});
    return true;
  }
  if (tag == kBitmap) {
    const std::string_view bitmap = in.Bytes((count + 7) / 8);
    for (std::size_t row = 0; row < bitmap.size() * 8; ++row) {
      if ((bitmap[row / 8] >> (row % 8) & 1) == 0) continue;
      if (row >= count) return false;
      rows.push_back(static_cast<std::uint16_t>(row));
    }
    return in.ok();
  }
  Words listed;
  if (!DecodeRows(in, count, listed)) return false;
  if (tag == kRows) {
    rows.assign(listed.begin(), listed.end());
    return true;
  }
  std::size_t next = 0;
  for (std::size_t row = 0; row < count; ++row) {
    if (next < listed.size() && listed[next] == row) ++next;
    else rows.push_back(static_cast<std::uint16_t>(row));
  }
  return true;
}

// The integer that, divided by 10^exponent, is `value` to the last bit.
std::optional<std::int64_t> AsScaled(double value, unsigned exponent) {
  const double scaled = value * kPowers[exponent];
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (!(std::abs(scaled) <= kExact)) return std::nullopt;  // too large, or no number
  const auto integer = static_cast<std::int64_t>(std::nearbyint(scaled));
  const double back = static_cast<double>(integer) / kPowers[exponent];
  if (std::bit_cast<std::uint64_t>(back) != std::bit_cast<std::uint64_t>(value)) return std::nullopt;
  return integer;
}

struct Scaled {
  Words integers;                     // one a value; an exception repeats the one before
  std::vector<std::uint16_t> exceptions;  // indexes into the values
};

// Nothing when too many values would be exceptions.
std::optional<Scaled> Scale(const std::vector<double>& values, unsigned exponent) {
  const std::size_t most_exceptions = values.size() / 16;
  Scaled scaled;
  scaled.integers.resize(values.size());
  std::uint64_t previous = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (const auto integer = AsScaled(values[i], exponent)) {
      previous = static_cast<std::uint64_t>(*integer);
    } else {
      if (scaled.exceptions.size() == most_exceptions) return std::nullopt;
      scaled.exceptions.push_back(static_cast<std::uint16_t>(i));
    }
    scaled.integers[i] = previous;
  }
  return scaled;
}

void EncodeScaled(const std::vector<double>& values, const Scaled& scaled, unsigned exponent, std::string& out) {
  out.push_back(static_cast<char>(kScaled));
  out.push_back(static_cast<char>(exponent));
  PutVarint(scaled.exceptions.size(), out);
  for (const std::uint16_t index : scaled.exceptions) {
    PutFixed(index, out);
    PutFixed(std::bit_cast<std::uint64_t>(values[index]), out);
  }
  EncodeIntegers(scaled.integers, out);
}

void EncodePatterns(const std::vector<double>& values, std::string& out) {
  out.push_back(static_cast<char>(kPatterns));
  Words patterns(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) patterns[i] = std::bit_cast<std::uint64_t>(values[i]);
  EncodeIntegers(patterns, out);
}

void EncodeValues(const std::vector<double>& values, std::string& out) {
  for (unsigned exponent = 0; exponent <= kMaxExponent; ++exponent) {
    const std::optional<Scaled> scaled = Scale(values, exponent);
    if (!scaled.has_value()) continue;
    std::string as_scaled, as_patterns;
    EncodeScaled(values, *scaled, exponent, as_scaled);
    // Plain whole numbers: patterns are never shorter by enough to try.
    if (exponent == 0 && scaled->exceptions.empty()) {
      out += as_scaled;
      return;
    }
    EncodePatterns(values, as_patterns);
    out += as_scaled.size() <= as_patterns.size() ? as_scaled : as_patterns;
    return;
  }
  EncodePatterns(values, out);
}

bool DecodeScaled(ByteReader& in, std::vector<double>& values, std::span<std::uint64_t> words) {
  const unsigned exponent = in.Fixed<std::uint8_t>();
  const std::uint64_t exceptions = in.Varint();
  if (!in.ok() || exponent > kMaxExponent || exceptions > values.size()) return false;
  ByteReader listed(in.Bytes(exceptions * 10));
  if (!in.ok() || !DecodeIntegers(in, words)) return false;
  const double power = kPowers[exponent];
  if (exponent == 0) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(static_cast<std::int64_t>(words[i]));
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<double>(static_cast<std::int64_t>(words[i])) / power;
    }
  }
  for (std::uint64_t i = 0; i < exceptions; ++i) {
    const auto index = listed.Fixed<std::uint16_t>();
    if (index >= values.size()) return false;
    values[index] = std::bit_cast<double>(listed.Fixed<std::uint64_t>());
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
  const std::span words(buffer.data(), column.values.size());
  const auto tag = in.Fixed<std::uint8_t>();
  if (!in.ok() || tag > kScaled) return false;
  if (tag == kScaled) return DecodeScaled(in, column.values, words) && in.at_end();
  if (!DecodeIntegers(in, words)) return false;
  for (std::size_t i = 0; i < words.size(); ++i) column.values[i] = std::bit_cast<double>(words[i]);
  return in.at_end();
}

}  // namespace seep::storage
