// Bytes that are not what was written: each is noticed or harmless.
#include <gtest/gtest.h>
#include <zstd.h>

#include "common/checksum/crc32c.h"
#include "common/status/status_matchers.h"
#include "storage/chunks/chunk_codec.h"
#include "storage/chunks/chunk_samples.h"
#include "storage/chunks/testing/odd_samples.h"
#include "storage/chunks/testing/soak_figures.h"

namespace seep::storage {
namespace {

using seep::testing::StatusIs;
using ::testing::HasSubstr;

Chunk Build(const std::vector<v1::Sample>& samples) {
  ChunkBuilder builder;
  for (const v1::Sample& sample : samples) EXPECT_OK(builder.Add(sample));
  return builder.Take();
}

std::vector<std::string> SeveralChunks() {
  std::vector<std::string> chunks = {EncodeChunk(testing::SoakChunk(1, 40)), EncodeChunk(testing::SoakChunk(2, 130))};
  for (std::uint64_t seed : {3, 4, 5}) chunks.push_back(EncodeChunk(Build(testing::OddSamples(seed, 40))));
  for (std::size_t i = 0, plain = chunks.size(); i < plain; ++i) chunks.push_back(*CompressChunk(chunks[i]));
  return chunks;
}

TEST(ChunkDamageTest, EveryFlippedBitIsNoticed) {
  for (const std::string& original : SeveralChunks()) {
    std::string bytes = original;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << (bit % 8));
      const auto view = ChunkView::Open(bytes);
      ASSERT_FALSE(view.ok() && view->Check().ok()) << "bit " << bit << " of " << bytes.size() * 8;
      bytes[bit / 8] = original[bit / 8];
    }
  }
}

TEST(ChunkDamageTest, AFlippedBitSparesTheOtherColumns) {
  const Chunk chunk = testing::SoakChunk(6, 100);
  std::string bytes = EncodeChunk(chunk);
  ASSERT_OK_AND_ASSIGN(const ChunkFrame frame, ReadFrame(bytes));
  const ColumnPlace& fifth = frame.columns[kCommonColumns + 4];
  bytes[fifth.offset + fifth.size / 2] ^= 1;
  ASSERT_OK_AND_ASSIGN(const ChunkView view, ChunkView::Open(bytes));
  GaugeColumn column;
  for (const GaugeColumn& expected : chunk.gauges) {
    const absl::Status read = view.ReadGauge(expected.gauge, column);
    EXPECT_EQ(read.ok(), expected.gauge != 5) << read;
    if (read.ok()) {
      EXPECT_EQ(column.values, expected.values);
    }
  }
}

TEST(ChunkDamageTest, CutOrLengthenedItIsRefused) {
  for (const std::string& bytes : SeveralChunks()) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_THAT(ChunkView::Open(std::string_view(bytes).substr(0, size)), StatusIs(absl::StatusCode::kDataLoss)) << size;
    }
    EXPECT_THAT(ChunkView::Open(bytes + '\0'), StatusIs(absl::StatusCode::kDataLoss));
  }
}

TEST(ChunkDamageTest, ANewerVersionIsNamedAndRefused) {
  std::string bytes = EncodeChunk(testing::SoakChunk(1, 10));
  bytes[8] = 2;
  EXPECT_THAT(ChunkView::Open(bytes), StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("version 2")));
}

TEST(ChunkDamageTest, ABombIsRefusedByWhatItSays) {
  const std::string huge(std::size_t{64} << 20, '\0');
  std::string bomb(ZSTD_compressBound(huge.size()), '\0');
  bomb.resize(ZSTD_compress(bomb.data(), bomb.size(), huge.data(), huge.size(), 1));
  ASSERT_LT(bomb.size(), 100'000u);
  std::vector<StoredColumn> columns(kCommonColumns + 1);
  const std::string bytes = EncodeChunk(testing::SoakChunk(1, 10));
  ASSERT_OK_AND_ASSIGN(const ChunkFrame frame, ReadFrame(bytes));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].gauge = frame.columns[i].gauge;
    columns[i].bytes = bytes.substr(frame.columns[i].offset, frame.columns[i].size);
  }
  for (const std::size_t victim : {std::size_t{kRemainder}, std::size_t{kMonotonic}, std::size_t{kCommonColumns}}) {
    std::vector<StoredColumn> bombed = columns;
    bombed[victim].bytes = bomb;
    bombed[victim].compressed = true;
    const std::string chunk = WriteFrame(frame.header, bombed);
    ASSERT_OK_AND_ASSIGN(const ChunkView view, ChunkView::Open(chunk));
    EXPECT_THAT(view.Check(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("limit")));
    EXPECT_THAT(DecompressChunk(chunk), StatusIs(absl::StatusCode::kDataLoss));
  }
}

TEST(ChunkDamageTest, AHeaderThatContradictsTheColumnsIsNoticed) {
  const std::string bytes = EncodeChunk(testing::SoakChunk(1, 10));
  ASSERT_OK_AND_ASSIGN(const ChunkFrame frame, ReadFrame(bytes));
  std::vector<StoredColumn> columns;
  for (const ColumnPlace& place : frame.columns) {
    columns.push_back({place.gauge, bytes.substr(place.offset, place.size), place.compressed});
  }
  ChunkHeader header = frame.header;
  header.last_sequence += 1;
  const std::string wrong = WriteFrame(header, columns);
  ASSERT_OK_AND_ASSIGN(const ChunkView view, ChunkView::Open(wrong));
  EXPECT_THAT(view.Check(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("contradicts")));
}

}  // namespace
}  // namespace seep::storage
