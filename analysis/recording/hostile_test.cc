// What people and broken disks hand to the reader: each is refused with file,
// line and advice, or taken for what it is. Then mutations of good recordings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "analysis/recording/csv_lines.h"
#include "analysis/recording/replay.h"

namespace seep::analysis {
namespace {

using ::testing::HasSubstr;

std::string Rows(int count = 60, const std::string& separator = ",", const std::string& end = "\n") {
  std::string text;
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, i, separator, 50000 + i % 7, end);
  return text;
}
const std::string kHead = "t_s,rss_kb\n";

absl::StatusOr<ReplayResult> Judge(const std::string& text, const std::string& map = "") {
  std::istringstream in(text);
  ReplayOptions options;
  options.recording.column_map = map;
  return JudgeRecording(in, "run.csv", options);
}

struct Refused {
  const char* what;
  std::string text;
  std::string line;    // "run.csv:62: "
  std::string advice;
};

TEST(HostileRecording, IsRefusedWithFileLineAndAdvice) {
  const std::string good = kHead + Rows();
  const Refused cases[] = {
      {"empty", "", "run.csv:1: ", "the file is empty"},
      {"only comments", "# a\n\n", "run.csv:2: ", "no header line"},
      {"no header", Rows(), "run.csv:1: ", "put a header above it"},
      {"no rows", kHead, "run.csv:1: ", "nothing to judge"},
      {"one row", kHead + "0,1\n", "run.csv:2: ", "two at least"},
      {"no clock", "a,rss_kb\n1,2\n", "run.csv:1: ", "--map time=COLUMN"},
      {"no series", "t_s,b\n1,2\n", "run.csv:1: ", "--map rss=COLUMN:KB"},
      {"twice the same", "t_s,rss_kb,rss_mb\n0,1,1\n", "run.csv:1: ", "columns rss_kb (2.) and rss_mb (3.) mean the same"},
      {"word", good + "60,abc\n", "run.csv:62: ", "'abc' is not a number"},
      {"nan", good + "60,nan\n", "run.csv:62: ", "leave a missing sample empty"},
      {"infinity", good + "60,-inf\n", "run.csv:62: ", "'-inf' is not a number"},
      {"hexadecimal", good + "60,0x10\n", "run.csv:62: ", "is not a number"},
      {"absurd amount", good + "60,1e300\n", "run.csv:62: ", "an amount of this world"},
      {"absurd time", good + "1e200,5\n", "run.csv:62: ", "a time of any run"},
      {"negative time", kHead + "-1,5\n" + Rows(), "run.csv:2: ", "it is negative"},
      {"negative memory", good + "60,-5\n", "run.csv:62: ", "an amount of memory: it is negative"},
      {"no time", good + ",5\n", "run.csv:62: ", "a time in seconds"},
      {"too few fields", good + "60\n61,5\n", "run.csv:62: ", "1 field where the header has 2"},
      {"too many fields", good + "60,5,7\n", "run.csv:62: ", "3 fields where the header has 2"},
      {"open quote", good + "60,\"5\n61,5\n", "run.csv:62: ", "a quoted field does not end"},
      {"zeroes amid", good + std::string("60,\0\0\0\n", 7), "run.csv:62: ", "cut it off before this line"},
      {"gzip", std::string("\x1f\x8b\x08\x00\x00\x00", 6), "run.csv:1: ", "gunzip -c FILE | seep analyze -"},
      {"zstd", "\x28\xb5\x2f\xfd ...", "run.csv:1: ", "zstd -dc"},
      {"spreadsheet", "PK\x03\x04 ...", "run.csv:1: ", "export it as CSV"},
      {"utf-16", std::string("\xff\xfet\0_\0s\0", 8), "run.csv:1: ", "iconv"},
      {"program", std::string("\x7f" "ELF\2\1\1\0", 8), "run.csv:1: ", "binary data"},
      {"bare returns", "t_s,rss_kb\r0,1\r1,2\r", "run.csv:1: ", "bare carriage return"},
      {"endless line", kHead + std::string(200'000, '1'), "run.csv:2: ", "a line of more than 65536 bytes"},
      {"html", "<html>\n<body>\n", "run.csv:1: ", "no time column"},
      {"terminal escape", good + "60,\x1b[31mred\n", "run.csv:62: ", "'?[31mred'"},
      {"bad date", "timestamp,rss_kb\n2026-13-01T00:00:00Z,5\n", "run.csv:2: ", "is not a time such as"},
  };
  for (const Refused& c : cases) {
    const auto result = Judge(c.text);
    ASSERT_FALSE(result.ok()) << c.what;
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument) << c.what;
    const std::string message(result.status().message());
    EXPECT_THAT(message, ::testing::StartsWith(c.line)) << c.what;
    EXPECT_THAT(message, HasSubstr(c.advice)) << c.what;
    for (char byte : message) EXPECT_GE(static_cast<unsigned char>(byte), 0x20) << c.what;
  }
  std::string wide = "t_s";
  for (int i = 0; i < 300; ++i) absl::StrAppend(&wide, ",c", i, "_kb");
  EXPECT_THAT(std::string(Judge(wide + "\n0\n").status().message()), HasSubstr("301 columns; at most 256"));
}

TEST(OddRecording, IsTakenForWhatItIs) {
  const std::string same = Judge(kHead + Rows())->verdict.headline;
  const std::pair<const char*, std::string> cases[] = {
      {"CRLF", "t_s,rss_kb\r\n" + Rows(60, ",", "\r\n")},
      {"byte order mark", "\xef\xbb\xbf" + kHead + Rows()},
      {"comments and blank lines", "# made by hand\n\n" + kHead + Rows(60, ",", "\n\n")},
      {"quotes", "\"t_s\",\"rss_kb\"\n" + Rows(60, ",\"", "\"\n")},
      {"spaces", "t_s , rss_kb\n" + Rows(60, " ,  ")},
      {"semicolons", "t_s;rss_kb\n" + Rows(60, ";")},
      {"tabs", "t_s\trss_kb\n" + Rows(60, "\t")},
      {"a comma too many", kHead + Rows(60, ",", ",\n")},
      {"no last line end", (kHead + Rows()).substr(0, (kHead + Rows()).size() - 1)},
      {"last line cut off", kHead + Rows() + "60"},
  };
  for (const auto& [what, text] : cases) {
    const auto result = Judge(text);
    ASSERT_TRUE(result.ok()) << what << ": " << result.status();
    EXPECT_EQ(result->verdict.headline, same) << what;
  }
  const auto missing = Judge(kHead + Rows() + "60,\n61,N/A\n");
  ASSERT_TRUE(missing.ok()) << missing.status();
  EXPECT_EQ(missing->verdict.series[0].samples, 60u);
  EXPECT_EQ(missing->rows, 62u);
  EXPECT_THAT(Judge(kHead + Rows() + "60")->notes, ::testing::ElementsAre("run.csv:62: the last line is cut off and was left out"));
}

TEST(LyingRecording, IsInvalidAndSaysWhere) {
  const auto twice = Judge(kHead + Rows() + Rows());
  ASSERT_TRUE(twice.ok()) << twice.status();
  EXPECT_EQ(twice->verdict.verdict, Verdict::kInvalid);
  EXPECT_THAT(twice->verdict.headline, HasSubstr("INVALID  run.csv:62: the time goes back from 59 s to 0 s"));
  const auto stuck = Judge(kHead + "5,1\n5,2\n5,3\n");
  ASSERT_TRUE(stuck.ok()) << stuck.status();
  EXPECT_EQ(stuck->verdict.verdict, Verdict::kInvalid);
  EXPECT_THAT(stuck->verdict.headline, HasSubstr("the time never advances: all 3 rows are at 5 s"));
  EXPECT_NE(Judge(kHead + "0,1\n2,1\n1.5,2\n" + "3,4\n")->verdict.verdict, Verdict::kInvalid) << "jitter is no lie";
}

// Bytes flipped, lost, doubled and swapped for troublesome ones: never a crash,
// a hang or a verdict-less answer; an error always names the file and a line.
TEST(MutatedRecording, IsJudgedOrRefused) {
  const char* chosen = std::getenv("SEEP_FUZZ_SEED");
  const unsigned seed = chosen != nullptr ? static_cast<unsigned>(std::strtoul(chosen, nullptr, 10)) : std::random_device()();
  std::printf("seed %u (SEEP_FUZZ_SEED=%u repeats it)\n", seed, seed);
  std::mt19937 random(seed);
  std::string good = "timestamp,elapsed_sec,heap_alloc_bytes,goroutines,payments,pid\n";
  for (int i = 0; i < 50; ++i) absl::StrAppend(&good, "2026-01-01T00:00:", i % 60, "Z,", i, ",", 5'000'000 + i * 100, ",7,", i, ",41\n");
  const std::vector<std::string> pieces = {",", "\n", "\"", "\r", "-", "e9", "e308", "nan", "1e18", ";", std::string(1, '\0'), "\xff", " ", "9999999999"};
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  int judged = 0, refused = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string text = good;
    for (std::size_t cuts = 1 + below(4); cuts > 0; --cuts) {
      const std::size_t at = below(text.size());
      switch (below(5)) {
        case 0: text[at] = static_cast<char>(below(256)); break;
        case 1: text.erase(at, 1 + below(40)); break;
        case 2: text.insert(at, pieces[below(pieces.size())]); break;
        case 3: text.insert(at, text.substr(below(text.size()), below(60))); break;
        default: text.resize(std::max<std::size_t>(at, 1)); break;
      }
      if (text.empty()) text = "x";
    }
    const auto result = Judge(text);
    if (result.ok()) {
      ++judged;
      EXPECT_FALSE(result->verdict.headline.empty());
      continue;
    }
    ++refused;
    ASSERT_TRUE(absl::StartsWith(result.status().message(), "run.csv:")) << result.status() << " seed " << seed << " round " << round;
  }
  EXPECT_GT(judged, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace seep::analysis
