#include "storage/chunks/chunk_codec.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "common/status/status_matchers.h"
#include "storage/chunks/chunk_samples.h"
#include "storage/chunks/testing/odd_samples.h"
#include "storage/chunks/testing/soak_figures.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using ::testing::HasSubstr;
using testing::BytesOf;

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

Chunk Build(const std::vector<v1::Sample>& samples) {
  ChunkBuilder builder;
  for (const v1::Sample& sample : samples) EXPECT_OK(builder.Add(sample));
  return builder.Take();
}

void ExpectSamples(const std::string& bytes, const std::vector<v1::Sample>& samples) {
  ASSERT_OK_AND_ASSIGN(const ChunkView view, ChunkView::Open(bytes));
  EXPECT_OK(view.Check());
  ASSERT_OK_AND_ASSIGN(const Chunk chunk, view.ReadAll());
  std::vector<v1::Sample> back;
  ASSERT_OK(AppendSamples(chunk, back));
  ASSERT_EQ(BytesOf(back), BytesOf(samples));
}

void ExpectRoundTrip(const std::vector<v1::Sample>& samples) {
  const std::string plain = EncodeChunk(Build(samples));
  ASSERT_OK_AND_ASSIGN(const std::string compressed, CompressChunk(plain));
  ASSERT_OK_AND_ASSIGN(const std::string decompressed, DecompressChunk(compressed));
  EXPECT_LE(compressed.size(), plain.size());
  EXPECT_EQ(decompressed, plain);
  ASSERT_NO_FATAL_FAILURE(ExpectSamples(plain, samples));
  ASSERT_NO_FATAL_FAILURE(ExpectSamples(compressed, samples));
}

TEST(ChunkCodecTest, KeepsEveryKindOfReal) {
  const double nan_with_payload = std::bit_cast<double>(0xfff8'dead'beef'0001ULL);
  using Limits = std::numeric_limits<double>;
  const std::vector<double> reals = {0.0, -0.0, 1.5, 1e300, -1e-300, Limits::denorm_min(), Limits::infinity(),
                                     -Limits::infinity(), nan_with_payload, 9007199254740993.0, 1e18, -9.3e18, 12.34, 0.1 + 0.2};
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

// A gauge of a slower tier stands in the middle of the list: no sample is out of order for that.
TEST(ChunkCodecTest, AGaugeThatJoinsLaterCostsNoRemainders) {
  std::vector<v1::Sample> samples;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    samples.push_back(i % 10 == 0 ? MakeSample(i, {{1, 1}, {5, 2}, {2, 3}}) : MakeSample(i, {{1, 1}, {2, 3}}));
  }
  EXPECT_TRUE(Build(samples).remainder.empty());
  ExpectRoundTrip(samples);
}

TEST(ChunkCodecTest, AnySamplesComeBack) {
  constexpr std::uint64_t kFirstSeed = 1000, kSeeds = 400;
  for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + kSeeds; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const std::size_t most = seed % 10 == 0 ? kMaxChunkSamples : 150;
    ExpectRoundTrip(testing::OddSamples(seed, most));
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
}

TEST(ChunkCodecTest, RealisticGaugesTakeLessThanEightTenthsOfAByteEach) {
  std::size_t plain = 0, compressed = 0, values = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const std::string bytes = EncodeChunk(testing::SoakChunk(seed));
    plain += bytes.size();
    compressed += CompressChunk(bytes)->size();
    values += kMaxChunkSamples * (testing::kSoakGauges + 1);
  }
  EXPECT_LT(static_cast<double>(plain) / static_cast<double>(values), 0.9);
  EXPECT_LT(static_cast<double>(compressed) / static_cast<double>(values), 0.8);
}

TEST(ChunkViewTest, ReadsOneColumnWithoutTheOthers) {
  const Chunk chunk = testing::SoakChunk(9);
  std::string bytes = EncodeChunk(chunk);
  ASSERT_OK_AND_ASSIGN(const ChunkFrame frame, ReadFrame(bytes));
  // All but the times and gauge 3 are laid waste.
  for (std::size_t i = 0; i < frame.columns.size(); ++i) {
    const ColumnPlace& place = frame.columns[i];
    if (i != kMonotonic && place.gauge != 3) std::fill_n(bytes.begin() + place.offset, place.size, '\xa5');
  }
  ASSERT_OK_AND_ASSIGN(const ChunkView view, ChunkView::Open(bytes));
  std::vector<std::int64_t> times;
  GaugeColumn column;
  ASSERT_OK(view.ReadTimes(times));
  ASSERT_OK(view.ReadGauge(3, column));
  EXPECT_EQ(times, chunk.monotonic_us);
  EXPECT_EQ(column.values, chunk.gauges[2].values);
  EXPECT_THAT(view.ReadGauge(4, column), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("gauge 4")));
  std::vector<std::uint64_t> sequence;
  EXPECT_THAT(view.ReadSequences(sequence), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("sequences")));
  EXPECT_THAT(view.ReadGauge(77, column), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_TRUE(view.HasGauge(3));
  EXPECT_FALSE(view.HasGauge(0)) << "the common columns are no gauges";
}

TEST(ChunkViewTest, HeaderSaysWhatIsInsideCompressedOrNot) {
  const Chunk chunk = testing::SoakChunk(10, 500);
  const std::string plain = EncodeChunk(chunk);
  ASSERT_OK_AND_ASSIGN(const std::string compressed, CompressChunk(plain));
  for (const std::string& bytes : {plain, compressed}) {
    ASSERT_OK_AND_ASSIGN(const ChunkView view, ChunkView::Open(bytes));
    EXPECT_EQ(view.count(), 500u);
    EXPECT_EQ(view.header().first_sequence, 1u);
    EXPECT_EQ(view.header().last_sequence, 500u);
    EXPECT_EQ(view.header().first_us, chunk.monotonic_us.front());
    EXPECT_EQ(view.header().last_us, chunk.monotonic_us.back());
    EXPECT_EQ(view.header().last_generation, 1u);
    EXPECT_EQ(view.gauges().size(), testing::kSoakGauges);
    EXPECT_EQ(view.compressed(), &bytes != &plain && bytes == compressed);
  }
}

TEST(ChunkBuilderTest, IsFullAtTheLimitAndThenBeginsAnew) {
  ChunkBuilder builder;
  for (std::uint64_t i = 1; i <= kMaxChunkSamples; ++i) ASSERT_OK(builder.Add(MakeSample(i, {{1, 2}})));
  EXPECT_TRUE(builder.full());
  EXPECT_THAT(builder.Add(MakeSample(9999, {{1, 2}})), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(builder.Take().count(), kMaxChunkSamples);
  EXPECT_EQ(builder.count(), 0u);
  EXPECT_OK(builder.Add(MakeSample(9999, {{2, 2}})));
  EXPECT_EQ(builder.chunk().gauges.size(), 1u);
}

TEST(ChunkBuilderTest, IsFullWhenItsRemaindersAre) {
  ChunkBuilder builder;
  v1::Sample heavy = MakeSample(1, {{1, 2}});
  heavy.add_operations()->set_operation(std::string(1'000'000, 'x'));
  std::vector<v1::Sample> samples;
  while (true) {
    const absl::Status added = builder.Add(heavy);
    if (!added.ok()) {
      EXPECT_THAT(added, StatusIs(absl::StatusCode::kResourceExhausted));
      break;
    }
    samples.push_back(heavy);
    ASSERT_LT(samples.size(), 10u);
  }
  EXPECT_EQ(samples.size(), 5u);
  ExpectRoundTrip(samples);
}

TEST(ChunkBuilderTest, IsFullWhenItsGaugesAre) {
  const auto with_gauges = [](std::uint32_t first, std::uint32_t last) {
    std::vector<std::pair<std::uint32_t, double>> gauges;
    for (std::uint32_t gauge = first; gauge <= last; ++gauge) gauges.push_back({gauge, 1.5});
    return MakeSample(first, gauges);
  };
  ChunkBuilder builder;
  EXPECT_THAT(builder.Add(with_gauges(1, 1025)), StatusIs(absl::StatusCode::kInvalidArgument));
  const std::vector<v1::Sample> samples = {with_gauges(1, 600), with_gauges(500, 1024), with_gauges(1, 1024)};
  for (const v1::Sample& sample : samples) ASSERT_OK(builder.Add(sample));
  EXPECT_THAT(builder.Add(with_gauges(1024, 1025)), StatusIs(absl::StatusCode::kResourceExhausted));
  ExpectSamples(EncodeChunk(builder.Take()), samples);
}

TEST(ChunkBuilderTest, RefusesASampleWithoutAValueForEachGauge) {
  v1::Sample sample = MakeSample(7, {{1, 2}});
  sample.add_gauge(3);
  ChunkBuilder builder;
  EXPECT_THAT(builder.Add(sample), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("sample 7")));
  EXPECT_EQ(builder.count(), 0u);
}

}  // namespace
}  // namespace seep::storage
