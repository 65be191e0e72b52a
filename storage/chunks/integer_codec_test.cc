#include "storage/chunks/integer_codec.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <vector>

#include "storage/chunks/bit_packing.h"
#include "storage/chunks/chunk.h"

namespace seep::storage {
namespace {

using Words = std::vector<std::uint64_t>;

std::string Encode(const Words& values) {
  std::string out;
  EncodeIntegers(values, out);
  return out;
}

void ExpectRoundTrip(const Words& values) {
  const std::string bytes = Encode(values);
  Words back(values.size(), 0xdead);
  ByteReader in(bytes);
  ASSERT_TRUE(DecodeIntegers(in, back));
  EXPECT_TRUE(in.at_end());
  ASSERT_EQ(back, values);
}

Words Make(std::size_t count, const std::function<std::uint64_t(std::uint64_t)>& value) {
  Words values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = value(i);
  return values;
}

TEST(BitPackingTest, EveryWidthAndCountComesBack) {
  std::mt19937_64 random(1);
  for (unsigned width = 0; width <= 64; ++width) {
    for (std::size_t count : {0, 1, 7, 8, 9, 127, 128}) {
      const Words values = Make(count, [&](std::uint64_t) { return width == 0 ? 0 : random() >> (64 - width); });
      std::string packed;
      PackBits(values, width, packed);
      ASSERT_EQ(packed.size(), PackedSize(count, width));
      Words back(count, 0xdead);
      UnpackBits(packed, width, 1, 0, back);
      ASSERT_EQ(back, values) << "width " << width << " count " << count;
    }
  }
}

TEST(IntegerCodecTest, EveryCountComesBack) {
  std::mt19937_64 random(2);
  for (std::size_t count = 0; count <= kMaxChunkSamples; count += count < 300 ? 1 : 31) {
    ExpectRoundTrip(Make(count, [&](std::uint64_t i) { return i * 1000 + random() % 50; }));
  }
}

TEST(IntegerCodecTest, TheExtremesComeBack) {
  ExpectRoundTrip({0, UINT64_MAX, 0, UINT64_MAX});
  ExpectRoundTrip({static_cast<std::uint64_t>(INT64_MIN), static_cast<std::uint64_t>(INT64_MAX), 0});
  ExpectRoundTrip({UINT64_MAX});
  ExpectRoundTrip(Make(1024, [](std::uint64_t i) { return i << 54; }));
  std::mt19937_64 random(3);
  for (unsigned shift = 0; shift < 64; ++shift) {
    ExpectRoundTrip(Make(400, [&](std::uint64_t) { return random() >> shift; }));
    ExpectRoundTrip(Make(400, [&](std::uint64_t) { return random() << shift; }));
    ExpectRoundTrip(Make(400, [&](std::uint64_t i) { return 0 - i * (random() >> shift); }));
  }
}

TEST(IntegerCodecTest, WhatIsRegularCostsNextToNothing) {
  EXPECT_LE(Encode(Make(1024, [](std::uint64_t) { return 7; })).size(), 3u);
  EXPECT_LE(Encode(Make(1024, [](std::uint64_t i) { return 1'000'000 + i; })).size(), 6u);
  EXPECT_LE(Encode(Make(1024, [](std::uint64_t i) { return i * i; })).size(), 6u);
}

TEST(IntegerCodecTest, PagesCostAsMuchAsTheirNumber) {
  std::mt19937_64 random(4);
  const Words pages = Make(1024, [&](std::uint64_t) { return 30'000 + random() % 64; });
  Words bytes = pages;
  for (std::uint64_t& value : bytes) value *= 4096;
  EXPECT_LE(Encode(bytes).size(), Encode(pages).size() + 4);
  EXPECT_LE(Encode(pages).size(), 1024 * 6 / 8 + 40u);  // six bits each
}

TEST(IntegerCodecTest, CutAtAnyByteItIsRefused) {
  std::mt19937_64 random(5);
  const Words values = Make(300, [&](std::uint64_t i) { return i * 3 + random() % 9; });
  const std::string bytes = Encode(values);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Words back(values.size());
    ByteReader in(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(DecodeIntegers(in, back)) << size;
  }
}

TEST(IntegerCodecTest, RefusesOrdersAndWidthsThatAreNone) {
  Words back(3);
  for (const std::string& bytes : {std::string("\x03\0\0\0\0\0\0\0", 8), std::string("\0\0\1\x41\0\0\0\0\0", 9)}) {
    ByteReader in(bytes);
    EXPECT_FALSE(DecodeIntegers(in, back));
  }
  Words one(1);
  ByteReader second_order(std::string_view("\2\0\0\0\0", 5));
  EXPECT_FALSE(DecodeIntegers(second_order, one));
}

}  // namespace
}  // namespace seep::storage
