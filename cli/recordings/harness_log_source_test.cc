// The seeds' own example outputs, and what else a log may hold.
#include "cli/recordings/harness_log_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/recordings/imported_messages.h"
#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The figures that seed 000 shows as examples.
constexpr char kPeriodic[] =
    "Building bindings...\n"
    "[00:00:00] HeapAlloc=45.00MB Goroutines=42 Payments=0 Listeners=2\n"
    "[00:00:30] HeapAlloc=47.12MB (+2.12MB) Goroutines=44 Payments=6 Listeners=2\n"
    "...\n";
constexpr char kTable[] =
    "=== Memory Trend Report ===\n"
    "Time(min)  HeapAlloc    Delta      Rate(KB/min)  Goroutines  Payments\n"
    "---------------------------------------------------------------\n"
    "0.0        42.00MB      -          -             42          0\n"
    "5.0        48.50MB      +6.5MB     +1300         44          60\n"
    "10.0       55.00MB      +6.5MB     +1300         46          120\n"
    "...\n"
    "\n"
    "--- Summary ---\n"
    "Heap: 42.00MB -> 68.00MB (max: 68.00MB)\n";

absl::Status Read(const std::string& text, ImportedMessages& messages) {
  std::istringstream in(text);
  RunSender sender(messages.Taker(), nullptr);
  const absl::Status status = SendHarnessLog(in, "out.log", {}, sender);
  return status.ok() ? sender.End("x") : status;
}

TEST(HarnessLogSource, TakesThePeriodicLines) {
  EXPECT_TRUE(LooksLikeHarnessLog(kPeriodic));
  ImportedMessages messages;
  ASSERT_OK(Read(std::string(kPeriodic) + kTable, messages)) << "the table says the same once more";
  const auto& run = messages.runs[0];
  ASSERT_EQ(run.samples_size(), 2);
  ASSERT_EQ(run.gauges_size(), 4);
  EXPECT_EQ(run.gauges(0).name(), "heap_allocated");
  EXPECT_EQ(run.gauges(0).unit(), "bytes");
  EXPECT_TRUE(run.gauges(2).operation());
  EXPECT_EQ(run.samples(1).monotonic_us(), 30'000'000);
  EXPECT_THAT(run.samples(1).value(), ElementsAre(49408901, 44, 6, 2));
}

TEST(HarnessLogSource, TakesTheTimeTableWhereThereAreNone) {
  EXPECT_TRUE(LooksLikeHarnessLog(kTable));
  ImportedMessages messages;
  ASSERT_OK(Read(kTable, messages));
  const auto& run = messages.runs[0];
  ASSERT_EQ(run.samples_size(), 3);
  EXPECT_EQ(run.samples(2).monotonic_us(), 600'000'000);
  EXPECT_THAT(run.samples(2).value(), ElementsAre(55.0 * 1024 * 1024, 46, 120));
}

TEST(HarnessLogSource, SaysWhatIsWrongWithWhichLine) {
  ImportedMessages messages;
  EXPECT_THAT(std::string(Read("[00:00:00] RSS=1MB\n[00:00:01] RSS=much\n", messages).message()), HasSubstr("out.log:2: RSS: 'much' is no amount"));
  EXPECT_THAT(std::string(Read("hello\n", messages).message()), HasSubstr("no time table"));
  EXPECT_THAT(std::string(Read("[00:00:00] RSS=1MB\n", messages).message()), HasSubstr("two at least"));
  ImportedMessages twice;
  ASSERT_OK(Read("[00:00:10] RSS=1MB\n[00:00:20] RSS=1MB\n[00:00:05] RSS=1MB\n", twice));
  EXPECT_THAT(twice.invalid, HasSubstr("the time goes back from 20 s to 5 s"));
  EXPECT_FALSE(LooksLikeHarnessLog("timestamp,elapsed_sec,rss_bytes\n"));
  EXPECT_FALSE(LooksLikeHarnessLog("[[1,2]]"));
}

}  // namespace
}  // namespace seep::cli
