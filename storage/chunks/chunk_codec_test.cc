#include "storage/chunks/chunk_codec.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <random>

#include "common/status/status_matchers.h"
#include "storage/chunks/chunk_samples.h"

namespace seep::storage {
namespace {

v1::Sample MakeSample(std::uint64_t sequence, const std::vector<std::pair<std::uint32_t, double>>& gauges) {
  v1::Sample sample;
  sample.set_sequence(sequence);
  sample.set_monotonic_us(static_cast<std::int64_t>(sequence) * 1'000'000 + 17);
  sample.set_wall_us(1'700'000'000'000'000 + sample.monotonic_us());
  sample.set_generation(1);
  sample.set_phase(v1::PHASE_SOAK);
  for (const auto& [gauge, value] : gauges) {
    sample.add_gauge(gauge);
    sample.add_value(value);
  }
  return sample;
}

// Bytes, not EqualsProto: a NaN equals nothing.
void ExpectRoundTrip(const std::vector<v1::Sample>& samples) {
  ChunkBuilder builder;
  for (const v1::Sample& sample : samples) ASSERT_OK(builder.Add(sample));
  const std::string plain = EncodeChunk(builder.Take());
  ASSERT_OK_AND_ASSIGN(const std::string compressed, CompressChunk(plain));
  ASSERT_OK_AND_ASSIGN(const std::string again, DecompressChunk(compressed));
  EXPECT_EQ(again, plain);
  for (const std::string& bytes : {plain, compressed}) {
    ASSERT_OK_AND_ASSIGN(const ChunkView view, ChunkView::Open(bytes));
    EXPECT_OK(view.Check());
    ASSERT_OK_AND_ASSIGN(const Chunk chunk, view.ReadAll());
    std::vector<v1::Sample> back;
    ASSERT_OK(AppendSamples(chunk, back));
    ASSERT_EQ(back.size(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      ASSERT_EQ(back[i].SerializeAsString(), samples[i].SerializeAsString()) << samples[i].ShortDebugString();
    }
  }
}

TEST(ChunkCodecTest, KeepsEveryKindOfReal) {
  const double nan_with_payload = std::bit_cast<double>(0xfff8'dead'beef'0001ULL);
  const std::vector<double> reals = {0.0, -0.0, 1.5, 1e300, -1e-300, std::numeric_limits<double>::denorm_min(),
                                     std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                                     nan_with_payload, 9007199254740993.0, 1e18, -9.3e18, 12.34, 0.1 + 0.2};
  std::vector<v1::Sample> samples;
  for (std::size_t i = 0; i < reals.size(); ++i) samples.push_back(MakeSample(i + 1, {{1, reals[i]}, {2, 7}}));
  ExpectRoundTrip(samples);
}

TEST(ChunkCodecTest, KeepsOneSampleWithoutGauges) { ExpectRoundTrip({MakeSample(1, {})}); }

TEST(ChunkCodecTest, KeepsGaugesThatComeAndGoInAnyOrder) {
  std::vector<v1::Sample> samples;
  for (std::uint64_t i = 1; i <= 300; ++i) {
    std::vector<std::pair<std::uint32_t, double>> gauges = {{1, 4096.0 * static_cast<double>(i)}};
    if (i % 10 == 0) gauges.push_back({9, 0.5 * static_cast<double>(i)});
    if (i % 7 != 0) gauges.push_back({4, 12});
    if (i == 50) gauges = {{4, 1}, {1, 2}};          // another order
    if (i == 60) gauges = {{1, 1}, {1, 2}, {4, 3}};  // one repeats itself
    samples.push_back(MakeSample(i, gauges));
    if (i % 3 == 0) samples.back().add_operations()->set_operation("payment");
  }
  ExpectRoundTrip(samples);
}

TEST(ChunkCodecTest, KeepsAFullChunkOfNoise) {
  std::mt19937_64 random(1);
  std::vector<v1::Sample> samples;
  for (std::uint64_t i = 1; i <= kMaxChunkSamples; ++i) {
    samples.push_back(MakeSample(i, {{1, static_cast<double>(random() % 1000) * 4096},
                                     {2, std::bit_cast<double>(random())},
                                     {3, static_cast<double>(random() % 10'000) / 100}}));
  }
  ExpectRoundTrip(samples);
}

}  // namespace
}  // namespace seep::storage
