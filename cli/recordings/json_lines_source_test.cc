// JSON lines that are not what an export wrote.
#include "cli/recordings/json_lines_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "cli/recordings/imported_messages.h"
#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kRun = R"({"type":"run","schema_version":1,"source":{},"gauges":[{"name":"rss","unit":"bytes"}],"run":{"sdk_name":"w"}})" "\n";
std::string Sample(int sequence, const std::string& rest = R"("generation":1,"phase":"soak","gauges":{"rss":1})") {
  return absl::StrCat(R"({"type":"sample","sequence":)", sequence, R"(,"monotonic_us":)", sequence, R"(,"wall_us":0,)", rest, "}\n");
}
const std::string kEnd = R"({"type":"end","samples":2})" "\n";

absl::Status Read(const std::string& text, ImportedMessages& messages) {
  std::stringbuf in(text);
  RunSender sender(messages.Taker(), nullptr);
  return SendJsonLines(in, "run.jsonl", sender);
}

TEST(JsonLinesSource, ForgivesWhatANewerSeepMayAdd) {
  ImportedMessages messages;
  ASSERT_OK(Read(kRun + R"({"type":"weather","weather":{}})" "\n\n" + Sample(1) + Sample(2, R"("generation":1,"phase":"soak","gauges":{},"mood":3)") + kEnd, messages));
  EXPECT_EQ(messages.runs[0].run().sdk_name(), "w");
}

TEST(JsonLinesSource, RefusesWithFileLineAndPath) {
  const struct {
    std::string text, place, what;
  } cases[] = {
      {"", "run.jsonl:0: ", "no run"},
      {"{\n", "run.jsonl:1: ", "not JSON"},
      {"[1]\n", "run.jsonl:1: type: ", "`type`"},
      {Sample(1), "run.jsonl:1: type: ", "before its run"},
      {kRun + kRun, "run.jsonl:2: type: ", "before the one before"},
      {kRun + Sample(1), "run.jsonl:2: ", "cut off"},
      {kRun + Sample(1) + kEnd, "run.jsonl:3: samples: ", "the run had 2 samples, the file has 1"},
      {kRun + Sample(0), "run.jsonl:2: sequence: ", "counts from 1"},
      {kRun + Sample(1, R"("generation":0,"phase":"soak","gauges":{})"), "run.jsonl:2: generation: ", "counts from 1"},
      {kRun + Sample(1, R"("generation":1,"phase":"lunch","gauges":{})"), "run.jsonl:2: phase: ", "'lunch'"},
      {kRun + Sample(1, R"("generation":1,"phase":"soak","gauges":{"fds":1})"), "run.jsonl:2: gauges.fds: ", "no such gauge"},
      {kRun + Sample(1, R"("generation":1,"phase":"soak","gauges":{"rss":"1"})"), "run.jsonl:2: gauges.rss: ", "a number"},
      {kRun + R"({"type":"fault","fault":{"detail":[1]}})" "\n", "run.jsonl:2: fault: ", ""},
      {R"({"type":"run","schema_version":2})" "\n", "run.jsonl:1: schema_version: ", "version 1"},
      {kRun + std::string(kLongestJsonLine + 10, ' '), "run.jsonl:2: ", "a line of more than"},
  };
  for (const auto& c : cases) {
    ImportedMessages messages;
    const absl::Status status = Read(c.text, messages);
    ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.text.substr(0, 200);
    EXPECT_THAT(std::string(status.message()), StartsWith(c.place));
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.what));
  }
}

TEST(JsonLinesSource, DamagedLinesNeverDoMoreThanFail) {
  const std::string good = kRun + Sample(1) + Sample(2) + kEnd;
  std::mt19937 draw(11);
  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    for (std::size_t hits = 1 + draw() % 4; hits > 0; --hits) text[draw() % text.size()] = static_cast<char>(draw() % 256);
    ImportedMessages messages;
    const absl::Status status = Read(text, messages);
    for (const char c : std::string(status.message())) ASSERT_GE(static_cast<unsigned char>(c), 0x20) << "round " << round;
  }
}

TEST(JsonLinesSource, AGaugeTooManyIsRefused) {
  std::string gauges;
  for (int i = 0; i <= 1024; ++i) absl::StrAppend(&gauges, i > 0 ? "," : "", R"({"name":"g)", i, "\"}");
  ImportedMessages messages;
  EXPECT_THAT(std::string(Read(R"({"type":"run","schema_version":1,"gauges":[)" + gauges + "],\"run\":{}}\n", messages).message()),
              HasSubstr("run.jsonl:1: gauges[1024]: more than 1024 gauges"));
}

}  // namespace
}  // namespace seep::cli
