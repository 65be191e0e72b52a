// seep analyze as its users call it: every layout, healthy and leaking; rules,
// budgets, formats, several files, corpora. No server anywhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <cmath>
#include <functional>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/arguments/command_line.h"
#include "cli/commands/session.h"
#include "common/os/files.h"
#include "common/os/temp_directory.h"
#include "common/os/unique_fd.h"
#include "common/status/check.h"
#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class AnalyzeTest : public ::testing::Test {
 protected:
  AnalyzeTest() : interrupt_(eventfd(0, EFD_NONBLOCK)), interruption_(interrupt_.get()) {
    auto directory = TempDirectory::Create("seep-analyze-test");
    SEEP_CHECK(directory.ok());
    directory_ = std::make_unique<TempDirectory>(*std::move(directory));
  }

  ExitCode Analyze(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "analyze");
    const ParsedCommandLine parsed = ParseCommandLine(arguments, {});
    if (!parsed.invocation) {
      console_.Err(parsed.text);
      return ExitCode::kUsage;
    }
    console_.out.clear();
    console_.err.clear();
    Session session{*parsed.invocation, {}, console_, interruption_, "/nonexistent"};
    return RunCommand(session);
  }
  std::string File(const std::string& name, const std::string& text) {
    const std::string path = directory_->path() + "/" + name;
    EXPECT_OK(WriteFileAtomically(path, text));
    return path;
  }

  UniqueFd interrupt_;
  Interruption interruption_;
  CapturedConsole console_;
  std::unique_ptr<TempDirectory> directory_;
};

// A moment of a run: 30 s apart as the seeds sample, a payment every 5 s.
struct Moment {
  int second = 0;
  std::int64_t heap = 0, rss = 0, payments = 0;
};

// An hour's worth; the leak keeps `per_payment` bytes, the collector breathes.
std::string Hour(const std::string& header, double per_payment, int step, const std::function<std::string(const Moment&)>& line) {
  std::string csv = header + "\n";
  for (int second = 0; second <= 3600; second += step) {
    Moment m;
    m.second = second;
    m.payments = second / 5;
    const double warm_up = 2e6 * (1 - std::exp(-second / 120.0));
    m.heap = static_cast<std::int64_t>(42e6 + warm_up + per_payment * static_cast<double>(m.payments) + 400 * (second * 7919 % 101));
    m.rss = m.heap + 30'000'000 + 4096 * (second * 104729 % 13);
    csv += line(m) + "\n";
  }
  return csv;
}

std::string Rfc3339(int second) { return absl::StrFormat("2026-11-20T%02d:%02d:%02dZ", 9 + second / 3600, second / 60 % 60, second % 60); }

// Seed 000: without rss; seed 001 adds it and the rest.
std::string GoMemtest(double per_payment) {
  return Hour("timestamp,elapsed_sec,heap_alloc_bytes,heap_inuse_bytes,heap_objects,heap_sys_bytes,goroutines,payments,listeners", per_payment, 30,
              [](const Moment& m) {
                return absl::StrCat(Rfc3339(m.second), ",", m.second, ".0,", m.heap, ",", m.heap + 1'000'000, ",", m.heap / 64, ",120000000,",
                                    42 + m.second % 3, ",", m.payments, ",2");
              });
}
std::string RustMemtest(double per_payment) {
  return Hour("timestamp,elapsed_sec,rss_bytes,heap_allocated_bytes,heap_resident_bytes,payments", per_payment, 5, [](const Moment& m) {
    return absl::StrCat(Rfc3339(m.second), ",", m.second, ",", m.rss, ",", m.heap, ",", m.rss - 10'000'000, ",", m.payments);
  });
}
std::string NodeMonitor(double per_payment) {
  return Hour("timestamp,pid,cpu_percent,mem_percent,rss_mb,vsz_mb,threads,file_descriptors,tcp_connections,goroutines,heap_allocs,"
              "heap_inuse_mb,active_streams,service_cache,relay_circuits",
              per_payment, 10, [](const Moment& m) {
                return absl::StrCat("2026-11-20 ", Rfc3339(m.second).substr(11, 8), ",4121,1.5,0.9,", absl::StrFormat("%.3f", m.rss / 1048576.0),
                                    ",1240.0,12,", 20 + m.second % 4, ",6,", 7 + m.second % 2, ",", 100000 + m.second, ",",
                                    absl::StrFormat("%.3f", m.heap / 1048576.0), ",3,12,N/A");
              });
}
std::string Corpus(double per_payment) {
  return Hour("t_s,rss_kb,heap_kb,threads,fds,conns,listeners,ops_pay,ops_reconnect,inflight,epoch", per_payment, 5, [](const Moment& m) {
    return absl::StrFormat("%d,%.1f,%.1f,18,42,6,2,%d,%d,4,0", m.second, m.rss / 1024.0, m.heap / 1024.0, m.payments, m.payments / 100);
  });
}
std::string Recordings(double per_payment) {
  return Hour("t_s,rss_kb,heap_kb,threads,fds,ops,ops2", per_payment, 1, [](const Moment& m) {
    return absl::StrFormat("%d.0,%.1f,%.1f,18,42,%d,0", m.second, m.rss / 1024.0, m.heap / 1024.0, m.payments);
  });
}

struct Layout {
  const char* name;
  std::string (*write)(double per_payment);
};
constexpr Layout kLayouts[] = {{"go-memtest", GoMemtest}, {"rust-memtest", RustMemtest}, {"node-monitor", NodeMonitor},
                               {"corpus", Corpus},        {"recordings", Recordings}};

TEST_F(AnalyzeTest, RecognisesEveryLayoutAndJudgesIt) {
  for (const Layout& layout : kLayouts) {
    // Seed 000's example leaks 1300 KB a minute: 108 KB for each of 12 payments.
    const std::string leak = File("leak.csv", layout.write(108'000)), healthy = File("healthy.csv", layout.write(0));
    EXPECT_EQ(Analyze({leak}), ExitCode::kLeak) << layout.name << console_.out << console_.err;
    EXPECT_THAT(console_.out, AllOf(HasSubstr(absl::StrCat("layout ", layout.name)), HasSubstr("\nLEAK  "), HasSubstr("+1.3"))) << layout.name;
    if (std::string(layout.name) != "node-monitor") {  // which counts no payments
      EXPECT_TRUE(console_.out.find("108 KB kept per ") != std::string::npos || console_.out.find("107 KB kept per ") != std::string::npos ||
                  console_.out.find("109 KB kept per ") != std::string::npos)
          << layout.name << console_.out;
    }
    EXPECT_EQ(Analyze({healthy}), ExitCode::kClean) << layout.name << console_.out;
    EXPECT_THAT(console_.out, AllOf(HasSubstr("\nCLEAN  "), HasSubstr("keeps less than"))) << layout.name;
  }
}

TEST_F(AnalyzeTest, AnyCsvWithAMap) {
  const std::string path = File("own.csv", Hour("when;mem;n;streams", 108'000, 5, [](const Moment& m) {
                                  return absl::StrCat(m.second * 1000, ";", m.rss / 1000, ";", m.payments, ";3");
                                }));
  EXPECT_EQ(Analyze({path, "--map", "time=when:ms,rss=mem:KB,ops.payments=n,gauge.streams=streams"}), ExitCode::kLeak) << console_.err;
  EXPECT_THAT(console_.out, AllOf(HasSubstr("layout mapped"), HasSubstr("kept per payment"), HasSubstr("streams")));
  EXPECT_EQ(Analyze({path, "--map", "rss=mem:KB"}), ExitCode::kUsage);
  EXPECT_THAT(console_.err, HasSubstr("--map time=COLUMN"));
  EXPECT_EQ(Analyze({path}), ExitCode::kUsage) << "no column of these names is known";
}

TEST_F(AnalyzeTest, RulesStandBesideTheVerdict) {
  const std::string leak = File("leak.csv", GoMemtest(108'000));
  EXPECT_EQ(Analyze({leak, "--rules", "memtest", "--rules", "listings", "--rules", "soak"}), ExitCode::kLeak);
  EXPECT_THAT(console_.out, AllOf(HasSubstr("BREACHED memtest   heap_alloc: slope > 100 KB/min and R²"), HasSubstr("goroutines: count doubles"),
                                  HasSubstr("BREACHED listings  heap_alloc: heap growth rate > 1 MB/min sustained"),
                                  HasSubstr("BREACHED soak      heap_alloc: memory grows < 10 % over 6 h")));
  EXPECT_EQ(Analyze({leak, "--rules", "memtset"}), ExitCode::kUsage);
  EXPECT_THAT(console_.err, AllOf(HasSubstr("no rule set 'memtset'"), HasSubstr("memtest")));
}

TEST_F(AnalyzeTest, BudgetsAreHeldAndProjected) {
  const std::string healthy = File("healthy.csv", RustMemtest(0)), leak = File("leak.csv", RustMemtest(108'000));
  EXPECT_EQ(Analyze({healthy, "--budget", "rss<400MB"}), ExitCode::kClean);
  EXPECT_THAT(console_.out, HasSubstr("ok       budget    rss: rss < 400.0 MB"));
  EXPECT_EQ(Analyze({healthy, "--budget", "rss<50MB"}), ExitCode::kFailed);
  EXPECT_EQ(Analyze({leak, "--budget", "heap_allocated<400MB"}), ExitCode::kLeak);
  EXPECT_THAT(console_.out, HasSubstr("the limit (budget) is reached in"));
  EXPECT_EQ(Analyze({healthy, "--budget", "heap<50MB"}), ExitCode::kUsage);
  EXPECT_THAT(console_.err, HasSubstr("no series 'heap' in this recording"));
  for (const char* wrong : {"rss", "rss<", "<5", "rss<many"}) EXPECT_EQ(Analyze({healthy, "--budget", wrong}), ExitCode::kUsage) << wrong;
}

TEST_F(AnalyzeTest, OneSectionAFileAndTheLoudestExitCode) {
  const std::string leak = File("leak.csv", RustMemtest(108'000)), healthy = File("healthy.csv", GoMemtest(0));
  EXPECT_EQ(Analyze({healthy, leak}), ExitCode::kLeak);
  EXPECT_THAT(console_.out, AllOf(HasSubstr("healthy.csv  121 rows"), HasSubstr("\n\n" + leak)));
  EXPECT_EQ(Analyze({healthy, directory_->path() + "/none.csv", leak}), ExitCode::kUsage) << "an unread file is no pass";
  EXPECT_THAT(console_.err, HasSubstr("none.csv: cannot be read"));
  EXPECT_EQ(Analyze({healthy, leak, "-o", "csv"}), ExitCode::kLeak);
  EXPECT_EQ(console_.out.rfind("run_id,"), 0u) << "one header for all";
  EXPECT_EQ(Analyze({leak, "-o", "json"}), ExitCode::kLeak);
  EXPECT_THAT(console_.out, AllOf(HasSubstr("\"schema_version\": 1"), HasSubstr("\"layout\": \"rust-memtest\""), HasSubstr("\"verdict\": \"LEAK\"")));
  EXPECT_EQ(Analyze({"-", "-"}), ExitCode::kUsage);
}

TEST_F(AnalyzeTest, PicturesKeepToTheTerminal) {
  console_.out_style.ascii = true;
  console_.out_style.columns = 80;
  EXPECT_EQ(Analyze({File("leak.csv", Corpus(108'000))}), ExitCode::kLeak);
  EXPECT_THAT(console_.out, AllOf(HasSubstr("* level"), HasSubstr("- trend"), HasSubstr("VERDICT\n")));
  const std::string pictures = console_.out.substr(console_.out.find('\n'), console_.out.find("--- Explanation") - console_.out.find('\n'));
  std::size_t width = 0;
  for (char c : pictures) {
    width = c == '\n' ? 0 : width + 1;
    EXPECT_LE(width, 80u);
    EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  }
}

TEST_F(AnalyzeTest, SaysWhatACutOffRecordingLost) {
  EXPECT_EQ(Analyze({File("cut.csv", RustMemtest(0) + "2026-11-20T10:00:05Z,36")}), ExitCode::kClean);
  EXPECT_THAT(console_.err, HasSubstr("cut.csv:723: the last line is cut off"));
}

TEST_F(AnalyzeTest, WritesTheVerdictFileOfACorpus) {
  File("a.csv", Corpus(108'000));
  File("b.csv", Corpus(0));
  File("labels.csv", "id,label\na,LEAK\nb,HEALTHY\n");
  EXPECT_EQ(Analyze({"--corpus", directory_->path(), "-o", "csv"}), ExitCode::kClean);
  EXPECT_THAT(console_.out, HasSubstr("id,verdict,metric,score,slope,slope_lo,slope_hi,bytes_per_op,detect_t_s\na,LEAK,heap_kb,"));
  EXPECT_THAT(console_.out, HasSubstr("\nb,CLEAN,"));
  EXPECT_EQ(Analyze({"--corpus", directory_->path()}), ExitCode::kUsage);
  File("labels.csv", "id,label\n../etc/passwd,LEAK\n");
  EXPECT_EQ(Analyze({"--corpus", directory_->path(), "-o", "csv"}), ExitCode::kUsage);
}

}  // namespace
}  // namespace seep::cli
