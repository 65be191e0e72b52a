// Whole command lines against a fake coordinator, over real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "cli/arguments/command_line.h"
#include "cli/commands/commands_fixture.h"
#include "cli/commands/fake_control_server.h"
#include "cli/commands/session.h"
#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/os/unique_fd.h"
#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(CommandsTest, RunSubmitsWatchesReportsAndAnswersWithTheVerdict) {
  for (const auto& [verdict, code] : {std::pair(v1::VERDICT_LEAK, ExitCode::kLeak), std::pair(v1::VERDICT_CLEAN, ExitCode::kClean),
                                      std::pair(v1::VERDICT_INCONCLUSIVE, ExitCode::kUndecided)}) {
    server_.runs.clear();
    server_.updates.clear();
    console_.out.clear();
    const v1::Run run = AddRun("r-1", v1::RUN_STATE_FINISHED, verdict);
    AddUpdate(run, v1::RUN_STATE_RUNNING);
    AddUpdate(run, v1::RUN_STATE_FINISHED);
    EXPECT_EQ(Seep({"run", "--scenario", "payments", "--duration", "60s"}), code);
    EXPECT_THAT(console_.out, HasSubstr("=== Memory Trend Report ==="));
    EXPECT_THAT(console_.out, HasSubstr("\nexit " + std::to_string(static_cast<int>(code)) + "\n"));
    EXPECT_THAT(console_.err, HasSubstr("run r-1  payments  sdk=simulated-wallet  agent=lab-1"));
  }
  EXPECT_THAT(server_.submitted().yaml(), HasSubstr("duration: 60s\n"));
  EXPECT_FALSE(server_.submitted().idempotency_key().empty());
}

TEST_F(CommandsTest, RunKeepsProgressOffStandardOutput) {
  const v1::Run run = AddRun("r-1", v1::RUN_STATE_FINISHED, v1::VERDICT_CLEAN);
  AddUpdate(run, v1::RUN_STATE_FINISHED);
  EXPECT_EQ(Seep({"run", "--scenario", "payments", "-o", "json"}), ExitCode::kClean);
  EXPECT_EQ(console_.out.front(), '{');
  EXPECT_THAT(console_.out, HasSubstr("\"schema_version\": 1"));
  EXPECT_THAT(console_.out, Not(HasSubstr("exit ")));
}

TEST_F(CommandsTest, RunGoesOnWhenTheCoordinatorRestarts) {
  const v1::Run run = AddRun("r-1", v1::RUN_STATE_FINISHED, v1::VERDICT_CLEAN);
  AddUpdate(run, v1::RUN_STATE_RUNNING);
  AddUpdate(run, v1::RUN_STATE_FINISHED);
  server_.unavailable_watches = 1;
  EXPECT_EQ(Seep({"run", "--scenario", "payments"}), ExitCode::kClean);
  EXPECT_THAT(console_.err, HasSubstr("lost the coordinator"));
  EXPECT_THAT(console_.err, HasSubstr("the coordinator is back"));
}

TEST_F(CommandsTest, InterruptDetachesFromARunOfAServer) {
  const v1::Run run = AddRun("r-1", v1::RUN_STATE_RUNNING, v1::VERDICT_UNSPECIFIED);
  AddUpdate(run, v1::RUN_STATE_RUNNING);
  server_.hold_watch = true;
  ExitCode code = ExitCode::kClean;
  std::thread command([&] { code = Seep({"runs", "watch", "r-1"}); });
  // Counted from the moment the follower begins: repeated until it is seen.
  std::atomic<bool> ended{false};
  std::thread presser([&] {
    while (!ended) {
      Interrupt();
      pollfd nothing{-1, 0, 0};
      poll(&nothing, 1, 50);
    }
  });
  command.join();
  ended = true;
  presser.join();
  EXPECT_EQ(code, ExitCode::kInterrupted);
  EXPECT_THAT(server_.stopped(), IsEmpty());
}

TEST_F(CommandsTest, FlagsOfASpecFileBecomeOverrides) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-cli-test"));
  const std::string path = directory.path() + "/spec.yaml";
  ASSERT_OK(WriteFileAtomically(path, "name: x\n"));
  const v1::Run run = AddRun("r-1", v1::RUN_STATE_FINISHED, v1::VERDICT_CLEAN);
  AddUpdate(run, v1::RUN_STATE_FINISHED);
  EXPECT_EQ(Seep({"run", path, "--duration", "5s", "--set", "sdk.version=0.15.1"}), ExitCode::kClean);
  EXPECT_EQ(server_.submitted().yaml(), "name: x\n");
  EXPECT_EQ(server_.submitted().file_name(), path);
  ASSERT_EQ(server_.submitted().overrides_size(), 2);
  EXPECT_EQ(server_.submitted().overrides(0).path(), "duration");
  EXPECT_EQ(server_.submitted().overrides(1).value(), "0.15.1");
}

TEST_F(CommandsTest, PrintSpecSubmitsNothing) {
  EXPECT_EQ(Seep({"run", "--leak", "payment=4KiB", "--print-spec"}), ExitCode::kClean);
  EXPECT_THAT(console_.out, HasSubstr("leaks:\n    payment: 4KiB\n"));
  EXPECT_EQ(server_.submitted().yaml(), "");
}

TEST_F(CommandsTest, ProfilesArePartOfTheCampaign) {
  EXPECT_EQ(Seep({"run", "--scenario", "payments", "--pprof", "--pprof-port", "6061", "--heap-dump", "--print-spec"}), ExitCode::kClean);
  EXPECT_THAT(console_.out, HasSubstr("http://127.0.0.1:6061/debug/pprof/"));
  EXPECT_THAT(console_.out, HasSubstr("heap_dump: true"));
}

TEST_F(CommandsTest, AFleetIsNotAskedToStartACommand) {
  EXPECT_EQ(Seep({"run", "--target", "process:redis", "--load", "/bin/true"}), ExitCode::kUsage);
  EXPECT_THAT(console_.err, HasSubstr("only what their own configuration names"));
  EXPECT_EQ(server_.submitted().yaml(), "");
}

TEST_F(CommandsTest, ShowsEveryProblemOfASpec) {
  server_.error = {grpc::StatusCode::INVALID_ARGUMENT, "spec.yaml:3:5: unknown field 'paymets'\nspec.yaml:9:1: duration: 1e18\x1b[2J"};
  EXPECT_EQ(Seep({"run", "--scenario", "payments"}), ExitCode::kUsage);
  EXPECT_EQ(console_.err, "seep run: spec.yaml:3:5: unknown field 'paymets'\nspec.yaml:9:1: duration: 1e18?[2J\n");
}

TEST_F(CommandsTest, WritesCsvOfTheOneRun) {
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-cli-test"));
  const std::string path = directory.path() + "/out.csv";
  const v1::Run run = AddRun("r-1", v1::RUN_STATE_FINISHED, v1::VERDICT_CLEAN);
  AddUpdate(run, v1::RUN_STATE_FINISHED);
  EXPECT_EQ(Seep({"run", "--scenario", "payments", "--csv", path}), ExitCode::kClean);
  ASSERT_OK_AND_ASSIGN(const std::string csv, ReadFile(path));
  EXPECT_THAT(csv, HasSubstr("timestamp,elapsed_sec,rss_bytes,heap_alloc_bytes,"));
  AddRun("r-2", v1::RUN_STATE_FINISHED, v1::VERDICT_CLEAN);
  EXPECT_EQ(Seep({"run", "--scenario", "payments", "--csv", path}), ExitCode::kUsage);
  EXPECT_THAT(console_.err, HasSubstr("makes 2"));
  EXPECT_EQ(Seep({"run", "--scenario", "payments", "--csv", "/nonexistent/out.csv"}), ExitCode::kUsage);
}

TEST_F(CommandsTest, ListsRunsAcrossPages) {
  for (int i = 1200; i > 0; --i) AddRun("r-" + std::to_string(i), v1::RUN_STATE_FINISHED, v1::VERDICT_CLEAN);
  EXPECT_EQ(Seep({"runs", "ls", "--limit", "1100", "-o", "csv"}), ExitCode::kClean);
  EXPECT_EQ(std::count(console_.out.begin(), console_.out.end(), '\n'), 1101);
  EXPECT_THAT(console_.out, HasSubstr("\nr-101,"));
  EXPECT_THAT(console_.out, Not(HasSubstr("\nr-100,")));
  EXPECT_EQ(Seep({"runs", "ls", "--verdict", "bad"}), ExitCode::kUsage);
}

TEST_F(CommandsTest, NamesWhatIsNotThere) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"report", "r-9"}, {"runs", "show", "r-9"}, {"export", "r-9"}}) {
    console_.err.clear();
    EXPECT_EQ(Seep(arguments), ExitCode::kUsage);
    EXPECT_THAT(console_.err, HasSubstr("no run r-9"));
  }
}

TEST_F(CommandsTest, QueriesAndLists) {
  server_.rows.add_columns("run_id");
  server_.rows.add_rows()->add_values()->set_text("r-1");
  EXPECT_EQ(Seep({"query", "SELECT run_id FROM runs"}), ExitCode::kClean);
  EXPECT_EQ(console_.out, "run_id\nr-1\n");
  auto* agent = server_.agents.add_agents();
  agent->set_agent("lab-1");
  agent->set_connected(true);
  agent->set_slots(4);
  EXPECT_EQ(Seep({"agents", "ls"}), ExitCode::kClean);
  EXPECT_THAT(console_.out, HasSubstr("lab-1  connected  0/4"));
  EXPECT_EQ(Seep({"chaos", "ls", "-o", "json"}), ExitCode::kClean);
  EXPECT_THAT(console_.out, HasSubstr("\"faults\": []"));
  EXPECT_EQ(Seep({"version"}), ExitCode::kClean);
  EXPECT_THAT(console_.out, HasSubstr("coordinator 9.9.9"));
}

std::string Recording(double bytes_per_second) {
  std::string csv = "timestamp,elapsed_sec,rss_bytes,heap_allocated_bytes,heap_resident_bytes,payments\n";
  for (int second = 0; second < 1800; ++second) {
    const double heap = 20e6 + bytes_per_second * second + 1000 * (second * 7919 % 101);
    csv += absl::StrCat("2026-01-01T00:00:00Z,", second, ",", heap + 10e6, ",", heap, ",,", second, "\n");
  }
  return csv;
}

TEST_F(CommandsTest, AnalyzesRecordingsWithoutAServer) {
  own_server_ = true;
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-cli-test"));
  const std::string leak = directory.path() + "/leak.csv", flat = directory.path() + "/flat.csv";
  ASSERT_OK(WriteFileAtomically(leak, Recording(10'000)));
  ASSERT_OK(WriteFileAtomically(flat, Recording(0)));
  EXPECT_EQ(Seep({"analyze", flat}), ExitCode::kClean);
  EXPECT_THAT(console_.out, HasSubstr("layout rust-memtest"));
  EXPECT_EQ(Seep({"analyze", flat, leak, "--rules", "memtest"}), ExitCode::kLeak);
  EXPECT_THAT(console_.out, HasSubstr("BREACHED memtest"));
  ASSERT_OK(WriteFileAtomically(directory.path() + "/labels.csv", "id,label\nleak,x\nflat,y\n"));
  console_.out.clear();
  EXPECT_EQ(Seep({"analyze", "--corpus", directory.path(), "-o", "csv"}), ExitCode::kClean);
  EXPECT_THAT(console_.out, HasSubstr("id,verdict,metric,score,slope,slope_lo,slope_hi,bytes_per_op,detect_t_s\nleak,LEAK,"));
  EXPECT_THAT(console_.out, HasSubstr("\nflat,CLEAN,"));
}

TEST_F(CommandsTest, NamesFileAndLineOfABrokenRecording) {
  own_server_ = true;
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-cli-test"));
  const std::string path = directory.path() + "/broken.csv";
  ASSERT_OK(WriteFileAtomically(path, Recording(0) + "x,nonsense,y\n"));
  EXPECT_EQ(Seep({"analyze", path}), ExitCode::kUsage);
  EXPECT_THAT(console_.err, HasSubstr(path + ":1802:"));
  EXPECT_EQ(Seep({"analyze", directory.path()}), ExitCode::kUsage);
  EXPECT_EQ(Seep({"analyze", "/nonexistent.csv"}), ExitCode::kUsage);
  EXPECT_EQ(Seep({"analyze"}), ExitCode::kUsage);
  EXPECT_EQ(Seep({"analyze", path, "--rules", "memtets"}), ExitCode::kUsage);
  EXPECT_THAT(console_.err, HasSubstr("did you mean 'memtest'?"));
}

TEST_F(CommandsTest, AnAbsentCoordinatorIsExitFive) {
  own_server_ = true;
  EXPECT_EQ(Seep({"runs", "ls", "--server", "unix:/nonexistent/control.sock"}), ExitCode::kUnreachable);
  EXPECT_THAT(console_.err, HasSubstr("does not answer"));
  EXPECT_EQ(Seep({"runs", "ls", "--server", "far.example:7420"}), ExitCode::kUsage);
}

TEST_F(CommandsTest, AnEmbeddedRunWithoutItsBinariesSaysSo) {
  own_server_ = true;
  ASSERT_OK_AND_ASSIGN(TempDirectory directory, TempDirectory::Create("seep-cli-test"));
  EXPECT_EQ(Seep({"runs", "ls", "--data-dir", directory.path()}), ExitCode::kUnreachable);
  EXPECT_THAT(console_.err, HasSubstr("/nonexistent/seep-coordinator"));
  EXPECT_EQ(Seep({"campaign", "submit", "x.yaml"}), ExitCode::kUsage);
  EXPECT_THAT(console_.err, HasSubstr("SEEP_SERVER"));
}

}  // namespace
}  // namespace seep::cli
