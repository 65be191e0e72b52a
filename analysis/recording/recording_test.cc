#include "analysis/recording/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "analysis/recording/csv_lines.h"
#include "analysis/recording/replay.h"

namespace seep::analysis {
namespace {

using ::testing::HasSubstr;

struct Read {
  absl::Status status;
  RecordingLayout layout;
  std::vector<std::vector<double>> values, operations;
  std::vector<int> generation;
  std::vector<double> t, wall;
};

Read ReadText(const std::string& text, const std::string& map = "") {
  Read out;
  std::istringstream in(text);
  RecordingSink sink;
  sink.begin = [&](const RecordingLayout& layout) {
    out.layout = layout;
    return absl::OkStatus();
  };
  sink.row = [&](const RecordedRow& row) {
    const RunSample& s = row.sample;
    out.values.emplace_back(s.values.begin(), s.values.end());
    out.operations.emplace_back(s.operations.begin(), s.operations.end());
    out.generation.push_back(s.generation);
    out.t.push_back(s.t_s);
    out.wall.push_back(row.wall_s.value_or(-1));
    return absl::OkStatus();
  };
  RecordingOptions options;
  options.column_map = map;
  out.status = ReadRecording(in, "run.csv", options, sink);
  return out;
}

std::string ErrorOf(const std::string& text, const std::string& map = "") {
  return std::string(ReadText(text, map).status.message());
}

TEST(RecordingTest, RecognisesTheSeedsLayouts) {
  const Read go = ReadText(
      "timestamp,elapsed_sec,rss_bytes,heap_alloc_bytes,heap_inuse_bytes,heap_objects,heap_sys_bytes,goroutines,payments,"
      "listeners\n2026-01-01T00:00:00Z,0,1000,500,600,7,900,42,0,2\n2026-01-01T00:00:30Z,30,1100,510,610,8,900,44,6,2\n");
  ASSERT_TRUE(go.status.ok()) << go.status;
  EXPECT_EQ(go.layout.name, "go-memtest");
  EXPECT_EQ(go.values[1], (std::vector<double>{1100, 510, 610, 8, 900, 44, 2}));
  EXPECT_EQ(go.operations[1], (std::vector<double>{6}));
  EXPECT_EQ(go.t[1], 30);
  EXPECT_EQ(go.wall[1], 1767225630) << "the calendar stays known beside the clock";

  const Read rust = ReadText(
      "timestamp,elapsed_sec,rss_bytes,heap_allocated_bytes,heap_resident_bytes,payments\nx,0,1,2,3,0\ny,5,1,2,3,1\n");
  ASSERT_TRUE(rust.status.ok()) << rust.status;
  EXPECT_EQ(rust.layout.name, "rust-memtest");

  const Read node = ReadText(
      "timestamp,pid,cpu_percent,mem_percent,rss_mb,vsz_mb,threads,file_descriptors,tcp_connections,goroutines,heap_allocs,"
      "heap_inuse_mb,active_streams,service_cache,relay_circuits\n"
      "2026-01-01 00:00:00,10,1,2,100,200,7,20,3,50,1000,30,4,5,6\n2026-01-01 00:01:00,11,1,2,101,200,7,20,3,50,1000,30,4,5,6\n");
  ASSERT_TRUE(node.status.ok()) << node.status;
  EXPECT_EQ(node.layout.name, "node-monitor");
  EXPECT_EQ(node.t[1], 60);
  EXPECT_EQ(node.generation[1], node.generation[0] + 1) << "another pid is another generation";
  EXPECT_EQ(node.values[0][2], 100.0 * 1024 * 1024);
}

TEST(RecordingTest, RecognisesBothCorpusLayouts) {
  EXPECT_EQ(ReadText("t_s,rss_kb,heap_kb,threads,fds,conns,listeners,ops_pay,ops_reconnect,inflight,epoch\n"
                     "0,10,,1,2,3,4,0,0,8,0\n1,11,5,1,2,3,4,1,0,8,1\n").layout.name, "corpus");
  const Read real = ReadText("t_s,rss_kb,heap_kb,threads,fds,ops,ops2\n0.0,10,,1,4,,\n1.0,11,5.5,1,4,10,0\n");
  EXPECT_EQ(real.layout.name, "recordings");
  EXPECT_TRUE(std::isnan(real.values[0][1]));
  EXPECT_EQ(real.values[1][1], 5.5 * 1024);
}

// What `seep export` writes: its phases must count as they did in the run.
TEST(RecordingTest, RecognisesSeepsOwnExport) {
  std::string text = "timestamp,elapsed_sec,generation,phase,rss,listeners_expected,payments\n";
  for (int i = 0; i < 100; ++i) {
    text += "2026-11-20T09:00:00.000Z," + std::to_string(i) + ".000,1," + (i < 40 ? "warm_up," : i < 90 ? "soak," : "teardown,") +
            std::to_string(i < 40 ? 1000000 + i * 50000 : 3000000) + ",2," + std::to_string(i) + "\n";
  }
  const Read wide = ReadText(text);
  ASSERT_TRUE(wide.status.ok()) << wide.status;
  EXPECT_EQ(wide.layout.name, "seep-wide");
  const Read own = ReadText("timestamp,elapsed_sec,generation,phase,rss,host.syncs,wallet.pool_kb\n"
                            "2026-11-20T09:00:00.000Z,0.000,1,soak,1,2,3\n2026-11-20T09:00:01.000Z,1.000,1,soak,1,4,5\n");
  ASSERT_TRUE(own.status.ok()) << own.status;
  EXPECT_EQ(own.values[1], (std::vector<double>{1, 4, 5})) << "a gauge's name is a name, whatever it ends in";
  EXPECT_EQ(own.layout.columns[5].series.series_class, SeriesClass::kInformational) << "it may only count up";
  EXPECT_EQ(own.layout.columns[5].gauge, "host.syncs");
  const Read several = ReadText("elapsed_sec,generation,phase,rss.process1,rss.process2\n0,1,soak,1,2\n1,1,soak,1,2\n");
  ASSERT_TRUE(several.status.ok()) << several.status;
  EXPECT_EQ(several.layout.columns[4].series.series_class, SeriesClass::kResidentMemory);
  std::istringstream in(text);
  const absl::StatusOr<ReplayResult> replay = JudgeRecording(in, "run.csv", {});
  ASSERT_TRUE(replay.ok()) << replay.status();
  EXPECT_EQ(replay->verdict.verdict, Verdict::kClean) << "the climb is all warm-up: " << replay->verdict.headline;
  EXPECT_FALSE(replay->verdict.series[1].judged) << "what the scenario wants is no property of the target";
}

TEST(RecordingTest, AnyCsvWithAMap) {
  const Read mapped = ReadText("when,mem,n,streams\n0,1.5,0,3\n1000,1.6,4,3\n",
                               "time=when:ms,rss=mem:MB,ops.payments=n,gauge.streams=streams");
  ASSERT_TRUE(mapped.status.ok()) << mapped.status;
  EXPECT_EQ(mapped.t[1], 1);
  EXPECT_EQ(mapped.values[0][0], 1.5 * 1024 * 1024);
  EXPECT_EQ(mapped.layout.columns[3].series.series_class, SeriesClass::kResource);
  EXPECT_THAT(ErrorOf("a,b\n1,2\n2,3\n", "time=a,rss=c"), HasSubstr("column 'c'"));
  EXPECT_THAT(ErrorOf("a,b\n1,2\n2,3\n", "time"), HasSubstr("--map"));
  EXPECT_THAT(ErrorOf("a,b\n1,2\n2,3\n", "time=a,rss=b:stone"), HasSubstr("stone"));
}

TEST(RecordingTest, BrokenFilesAreNamedByFileAndLine) {
  const std::string head = "t_s,rss_kb\n";
  EXPECT_THAT(ErrorOf(""), HasSubstr("run.csv:1: the file is empty"));
  EXPECT_THAT(ErrorOf(head), HasSubstr("no rows"));
  EXPECT_THAT(ErrorOf(head + "0,1\n"), HasSubstr("one row"));
  EXPECT_THAT(ErrorOf(head + "0,1\n1,abc\n"), HasSubstr("run.csv:3: column rss_kb: 'abc' is not a number"));
  EXPECT_THAT(ErrorOf(head + "0,1\n1,nan\n"), HasSubstr("run.csv:3"));
  EXPECT_THAT(ErrorOf(head + "0,1\n1,inf\n"), HasSubstr("run.csv:3"));
  EXPECT_THAT(ErrorOf(head + "-5,1\n1,2\n"), HasSubstr("negative"));
  EXPECT_THAT(ErrorOf(head + "0,1\n1\n"), HasSubstr("run.csv:3: 1 field where the header has 2"));
  EXPECT_THAT(ErrorOf(head + "0,1\n1,2,3\n"), HasSubstr("3 fields"));
  EXPECT_THAT(ErrorOf("a,b\n1,2\n"), HasSubstr("no time column"));
  EXPECT_THAT(ErrorOf("t_s,b\n1,2\n"), HasSubstr("no memory or resource column"));
  EXPECT_THAT(ErrorOf(std::string("\x7f\x45LF\0\0", 6) + head), HasSubstr("binary"));
  EXPECT_THAT(ErrorOf(head + "0,1\n1,\x1b[31mred\n"), HasSubstr("?[31mred")) << "no escape reaches the terminal";
  EXPECT_THAT(ErrorOf(head + std::string(kLongestLine + 10, 'x') + "\n"), HasSubstr("a line of more than"));
}

TEST(RecordingTest, ACounterThatBeginsAgainBeginsAGeneration) {
  const Read read = ReadText("t_s,rss_kb,payments\n0,1,10\n1,1,20\n2,1,1\n3,1,5\n");
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_EQ(read.generation, (std::vector<int>{1, 1, 2, 2}));
}

TEST(ReplayTest, AnswersAsTheJudgeDoesLive) {
  std::string text = "t_s,rss_kb,payments\n";
  RunJudge live({});
  live.AddSeries(ClassifySeries("rss", "bytes", false));
  live.AddOperation("payments");
  for (int i = 0; i < 600; ++i) {
    const double kb = 50000 + 8 * (i + (i * 7) % 13), n = 2.0 * i;
    text += std::to_string(i) + "," + std::to_string(kb) + "," + std::to_string(n) + "\n";
    const double values[] = {kb * 1024}, operations[] = {n};
    live.AddSample({static_cast<double>(i), 1, Phase::kSoak, values, operations, kUnknown});
  }
  std::istringstream in(text);
  const absl::StatusOr<ReplayResult> replay = JudgeRecording(in, "run.csv", {});
  ASSERT_TRUE(replay.ok()) << replay.status();
  const RunVerdict direct = live.Final();
  EXPECT_EQ(replay->verdict.headline, direct.headline);
  EXPECT_EQ(replay->verdict.verdict, Verdict::kLeak) << direct.headline;
  EXPECT_EQ(replay->rows, 600u);
}

}  // namespace
}  // namespace seep::analysis
