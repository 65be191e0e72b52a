// Version 1 of the format, held to its bytes: golden/version_1*.hex.
#include <gtest/gtest.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "storage/chunks/chunk_codec.h"
#include "storage/chunks/chunk_samples.h"
#include "storage/chunks/testing/odd_samples.h"

namespace seep::storage {
namespace {

constexpr std::uint64_t kSamples = 300;

void Add(v1::Sample& sample, std::uint32_t gauge, double value) {
  sample.add_gauge(gauge);
  sample.add_value(value);
}

std::uint64_t Scramble(std::uint64_t i) {
  i = (i + 1) * 0x9e37'79b9'7f4a'7c15ULL;
  i = (i ^ (i >> 29)) * 0xbf58'476d'1ce4'e5b9ULL;
  return i ^ (i >> 32);
}

// Every tag of FORMAT.md: orders 0, 1 and 2, each presence, each kind of value,
// exceptions, remainders of each sort, a gap, a restart.
v1::Sample GoldenSample(std::uint64_t i) {
  v1::Sample sample;
  sample.set_sequence(i < 200 ? 41 + i : 1041 + i);
  sample.set_monotonic_us(static_cast<std::int64_t>(2'000'000 + i * 1'000'000 + i * i % 97));
  sample.set_wall_us(1'763'000'000'000'000 + sample.monotonic_us() + (i > 150 ? -7'200'000'000 : 0));
  sample.set_generation(i < 120 ? 1 : 2);
  sample.set_phase(i < 30 ? v1::PHASE_WARM_UP : v1::PHASE_SOAK);
  Add(sample, 3, 4096.0 * static_cast<double>(25'000 + i * i * 31 % 211));                    // pages
  if (i % 10 == 0) Add(sample, 11, static_cast<double>(i * i));                                // a slow tier, second differences
  if (i % 3 != 1) Add(sample, 4, static_cast<double>(i * 17 % 1000) / 100);                    // decimals
  if (i != 77) Add(sample, 5, i == 50 ? -0.0 : static_cast<double>(900 + i * i * 7 % 50));     // one missing, one odd
  if (Scramble(i) % 5 < 2) Add(sample, 6, 1.0 / static_cast<double>(3 + i % 7));           // few reals, irregular presence
  Add(sample, 7, std::bit_cast<double>(0x3ff0'0000'0000'0000ULL | Scramble(i) >> 12));                 // noise
  if (i > 290) Add(sample, 8, i % 2 == 0 ? std::bit_cast<double>(0xfff8'0000'dead'beefULL) : -std::numeric_limits<double>::infinity());
  if (i == 200) sample.mutable_gauge()->SwapElements(0, 1);                                    // another order
  if (i % 50 == 0) {
    v1::OperationDelta* delta = sample.add_operations();
    delta->set_operation("payment");
    delta->mutable_latency()->add_bucket(static_cast<std::uint32_t>(400 + i));
    delta->mutable_latency()->add_count(3);
  }
  if (i == 299) v1::Sample::GetReflection()->MutableUnknownFields(&sample)->AddVarint(1000, 7);  // a newer agent's
  return sample;
}

std::vector<v1::Sample> GoldenSamples() {
  std::vector<v1::Sample> samples;
  for (std::uint64_t i = 0; i < kSamples; ++i) samples.push_back(GoldenSample(i));
  return samples;
}

// Under ctest the environment says; by hand, run it from the top of the checkout.
std::string GoldenFile(const std::string& name) {
  const char* const folder = std::getenv("SEEP_GOLDEN_CHUNKS");
  return absl::StrCat(folder != nullptr ? folder : "storage/chunks/golden", "/", name);
}

std::string Hex(std::string_view bytes) {
  std::string lines;
  for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 64))) {
    lines += absl::BytesToHexString(absl::string_view(bytes.data(), std::min<std::size_t>(bytes.size(), 64))) + "\n";
  }
  return lines;
}

// The columns in plain text, a line a sample: numbers, then gauge:bits, then the
// remainder. So another program's reader can be held to it (read_golden.py).
std::string ColumnsAsText(const Chunk& chunk) {
  std::vector<std::string> lines(chunk.count());
  for (std::size_t i = 0; i < chunk.count(); ++i) {
    lines[i] = absl::StrCat(chunk.sequence[i], " ", chunk.monotonic_us[i], " ", chunk.wall_us[i], " ", chunk.generation[i], " ",
                            chunk.phase[i]);
  }
  for (const GaugeColumn& column : chunk.gauges) {
    for (std::size_t k = 0; k < column.rows.size(); ++k) {
      absl::StrAppend(&lines[column.rows[k]], " ", column.gauge, ":",
                      absl::Hex(std::bit_cast<std::uint64_t>(column.values[k]), absl::kZeroPad16));
    }
  }
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string remainder = chunk.remainder.empty() ? "" : absl::BytesToHexString(chunk.remainder[i]);
    absl::StrAppend(&text, lines[i], remainder.empty() ? "" : " +", remainder, "\n");
  }
  return text;
}

Chunk GoldenChunk() {
  ChunkBuilder builder;
  for (const v1::Sample& sample : GoldenSamples()) EXPECT_OK(builder.Add(sample));
  return builder.Take();
}

std::string ReadText(const std::string& name) {
  std::ifstream file(GoldenFile(name));
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(file) << GoldenFile(name);
  return text.str();
}

std::string ReadHex(const std::string& name) {
  std::string hex = ReadText(name);
  hex.erase(std::remove(hex.begin(), hex.end(), '\n'), hex.end());
  return absl::HexStringToBytes(hex);
}

void ExpectGoldenSamples(const std::string& bytes) {
  ASSERT_OK_AND_ASSIGN(const ChunkView view, ChunkView::Open(bytes));
  EXPECT_OK(view.Check());
  ASSERT_OK_AND_ASSIGN(const Chunk chunk, view.ReadAll());
  std::vector<v1::Sample> samples;
  ASSERT_OK(AppendSamples(chunk, samples));
  EXPECT_EQ(testing::BytesOf(samples), testing::BytesOf(GoldenSamples()));
}

TEST(GoldenTest, Version1IsRead) { ExpectGoldenSamples(ReadHex("version_1.hex")); }

// What was compressed once is read for ever; another zstd may compress otherwise.
TEST(GoldenTest, Version1CompressedIsRead) { ExpectGoldenSamples(ReadHex("version_1_compressed.hex")); }

// If this fails and Version1IsRead does not, the writer chooses otherwise but
// readers of version 1 still read it: see that it is meant, then take the new
// files from where the message says. If both fail, the format has changed: that
// is another version, with files of its own.
TEST(GoldenTest, Version1IsWritten) {
  const std::string bytes = EncodeChunk(GoldenChunk());
  EXPECT_EQ(Hex(bytes), Hex(ReadHex("version_1.hex")));
  EXPECT_EQ(ColumnsAsText(GoldenChunk()), ReadText("version_1.txt"));
  if (!HasFailure()) return;
  const std::string folder = ::testing::TempDir();
  std::ofstream(folder + "version_1.hex") << Hex(bytes);
  std::ofstream(folder + "version_1.txt") << ColumnsAsText(GoldenChunk());
  std::ofstream(folder + "version_1_compressed.hex") << Hex(*CompressChunk(bytes));
  ADD_FAILURE() << "what is written now: " << folder << "version_1*";
}

}  // namespace
}  // namespace seep::storage
