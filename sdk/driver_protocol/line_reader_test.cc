#include "sdk/driver_protocol/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace seep::driver {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "<too long>" stands for a line that was refused.
std::vector<std::string> ReadAll(LineReader& reader) {
  std::vector<std::string> lines;
  while (auto line = reader.Next())
    lines.push_back(line->too_long ? "<too long>" : std::string(line->text));
  return lines;
}

TEST(LineReader, CutsLinesAndDropsCarriageReturnsAndEmptyLines) {
  LineReader reader;
  reader.Append("one\ntwo\r\n\n\r\nthree\nfo");
  EXPECT_THAT(ReadAll(reader), ElementsAre("one", "two", "three"));
  EXPECT_EQ(reader.unfinished_bytes(), 2u);
  reader.Append("ur\n");
  EXPECT_THAT(ReadAll(reader), ElementsAre("four"));
  EXPECT_EQ(reader.unfinished_bytes(), 0u);
}

TEST(LineReader, AcceptsALineOfExactlyTheLimit) {
  LineReader reader(8);  // seven bytes and the line feed
  reader.Append("1234567\n12345678\nok\n");
  EXPECT_THAT(ReadAll(reader), ElementsAre("1234567", "<too long>", "ok"));
}

TEST(LineReader, ReportsALongLineOnceAndBeforeItEnds) {
  LineReader reader(8);
  reader.Append("12345678");
  EXPECT_THAT(ReadAll(reader), ElementsAre("<too long>"));
  reader.Append("more and more and more");
  EXPECT_THAT(ReadAll(reader), IsEmpty());
  reader.Append("\nok\n");
  EXPECT_THAT(ReadAll(reader), ElementsAre("ok"));
}

TEST(LineReader, HoldsNoMoreThanTheLimitOfAnEndlessLine) {
  LineReader reader(1024);
  const std::string chunk(4096, 'x');
  for (int i = 0; i < 1000; ++i) {
    reader.Append(chunk);
    ReadAll(reader);
    ASSERT_LE(reader.unfinished_bytes(), 1024u);
  }
}

TEST(LineReader, GivesTheSameLinesHoweverTheBytesArrive) {
  std::string stream;
  for (int i = 0; i < 200; ++i)
    stream += std::string(static_cast<std::size_t>(i * 7 % 40), 'a' + i % 26) + "\n";
  LineReader whole(33);
  whole.Append(stream);
  const auto expected = ReadAll(whole);

  std::mt19937 random(20261121);
  for (int round = 0; round < 50; ++round) {
    LineReader reader(33);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 50, stream.size() - at);
      reader.Append(std::string_view(stream).substr(at, size));
      for (auto& line : ReadAll(reader)) lines.push_back(std::move(line));
      at += size;
    }
    ASSERT_EQ(lines, expected);
  }
}

}  // namespace
}  // namespace seep::driver
