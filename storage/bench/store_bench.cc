// Question: what do samples cost to store, how small do they get, and how fast
// does the store say the least, the greatest and the slope of one gauge of every
// run; beside wide SQLite rows, Prometheus and PostgreSQL in the same run?
//
//   store_bench [--samples N] [--runs N] [--directory DIR] [--without-peers]
//
// Shape: N samples (10 million with `make bench-store`) of 20 gauges over 100
// runs, one a second, shaped after recordings of a soaked wallet
// (storage/chunks/testing/soak_figures.h): pages, heap bytes, counters, two
// quotients of three and six decimals. A value is one gauge of one sample; what the
// sample's times take counts, they themselves do not.
// Everything is CPU time; what makes the samples is not counted. Each answer is
// asked for twice, and the second time counts: files are in memory for all sides.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>

#include "common/os/temp_directory.h"
#include "common/status/check.h"
#include "storage/bench/cpu_time.h"
#include "storage/bench/peers.h"
#include "storage/bench/ratio.h"
#include "storage/bench/store_filler.h"
#include "storage/bench/store_questions.h"
#include "storage/bench/wide_rows.h"

namespace seep::storage::bench {
namespace {

constexpr double kValues = testing::kSoakGauges;  // a sample's

struct Options {
  std::uint64_t samples = 1'000'000;
  int runs = 100;
  std::string directory;  // empty: a temporary one
  bool peers = true;
};

// Of the ingest figures: a thousand, fewer when there are not a thousand samples for each.
int StreamsOf(const Options& options) { return static_cast<int>(std::clamp<std::uint64_t>(options.samples / 1000, 10, 1000)); }

struct WideFigures {
  double cpu_per_value = 0, bytes_per_value = 0, ask_seconds = 0;
  RunLines lines;
};

WideFigures MeasureWide(const Options& options, const std::string& directory) {
  WideRows wide(directory + "/wide.db");
  std::vector<testing::SoakTarget> targets;
  for (int run = 0; run < options.runs; ++run) targets.emplace_back(static_cast<std::uint64_t>(run) + 1, LeakOf(run));
  const std::uint64_t per_run = options.samples / static_cast<std::uint64_t>(options.runs);
  constexpr std::uint64_t kRowsAVisit = 100;  // as the batches come; a commit each ten visits
  double spent = 0;
  std::vector<testing::SoakFigures> rows;
  int visits = 0;
  wide.Begin();
  for (std::uint64_t done = 0; done < per_run; done += kRowsAVisit) {
    for (int run = 0; run < options.runs; ++run) {
      rows.clear();
      for (std::uint64_t i = done; i < std::min(done + kRowsAVisit, per_run); ++i) rows.push_back(targets[static_cast<std::size_t>(run)].Next());
      const double before = ThreadCpuSeconds();
      for (const testing::SoakFigures& row : rows) wide.Add(run, row);
      if (++visits % 10 == 0) wide.Commit(), wide.Begin();
      spent += ThreadCpuSeconds() - before;
    }
  }
  wide.Commit();
  WideFigures figures;
  const double values = static_cast<double>(per_run) * options.runs * kValues;
  figures.cpu_per_value = spent / values;
  figures.bytes_per_value = wide.PackedBytesPerRow() / kValues;
  wide.Ask(options.runs);
  const double before = ThreadCpuSeconds();
  figures.lines = wide.Ask(options.runs);
  figures.ask_seconds = ThreadCpuSeconds() - before;
  return figures;
}

// The same answers, or the benchmark measures nothing.
void ExpectSame(const char* who, const RunLines& lines, const RunLines& expected) {
  SEEP_CHECK(lines.size() == expected.size()) << who << ": " << lines.size() << " runs";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    SEEP_CHECK(lines[i].min == expected[i].min && lines[i].max == expected[i].max) << who << ": run " << i;
    const double tolerance = 1e-6 * std::abs(expected[i].slope) + 1e-3;
    SEEP_CHECK(std::abs(lines[i].slope - expected[i].slope) <= tolerance) << who << ": run " << i << ": " << lines[i].slope << " against " << expected[i].slope;
  }
}

double SecondsOf(const char* who, const RunLines& expected, const std::function<RunLines()>& ask) {
  ExpectSame(who, ask(), expected);
  const double before = ThreadCpuSeconds();
  const RunLines lines = ask();
  const double seconds = ThreadCpuSeconds() - before;
  ExpectSame(who, lines, expected);
  return seconds;
}

// Many streams with a bounded part of the samples: what a message costs on its way in.
FillCost MeasureIngest(const Options& options, const std::string& directory, std::uint32_t per_message, double& values) {
  FillPlan plan;
  plan.directory = directory + "/ingest-" + std::to_string(per_message);
  plan.runs = StreamsOf(options);
  plan.samples_per_run = std::clamp<std::uint64_t>(options.samples / static_cast<std::uint64_t>(plan.runs), per_message, 2000);
  plan.samples_per_message = per_message;
  const FillCost cost = Fill(plan);
  values = static_cast<double>(plan.samples_per_run) * plan.runs * kValues;
  std::filesystem::remove_all(plan.directory);
  return cost;
}

void ReportIngest(const Options& options, const std::string& directory, const WideFigures& wide, const PeerFigures& peers) {
  Section("ingest: CPU per value, " + std::to_string(StreamsOf(options)) + " streams, durable (FULL), compaction and compression included");
  for (const std::uint32_t per_message : {10u, 100u}) {
    double values = 0;
    const FillCost cost = MeasureIngest(options, directory, per_message, values);
    const double ours = cost.settled / values;
    const std::string what = std::to_string(per_message) + " samples a message";
    Figure(what + ", until acknowledged", cost.acknowledged / values * 1e9, "ns");
    Figure(what + ", until compressed", ours * 1e9, "ns");
    const double prometheus = per_message == 10 ? peers.prometheus_cpu_10 : peers.prometheus_cpu_100;
    Ratio("of Prometheus remote write", ours, prometheus, Reach::kAtMost, per_message == 10 ? 1.0 / 8 : 1.0 / 30, peers.prometheus);
    Ratio("of wide rows", ours, wide.cpu_per_value, Reach::kNone, 0, "");
    if (per_message == 10) continue;
    Ratio("of PostgreSQL COPY", ours, peers.postgresql_cpu, Reach::kNone, 0, peers.postgresql);
  }
}

void ReportSizes(const StoreSizes& sizes, const WideFigures& wide, const PeerFigures& peers) {
  Section("disk: bytes per value");
  const double values = static_cast<double>(sizes.samples) * kValues;
  Figure("chunks, run still open", static_cast<double>(sizes.plain_bytes) / values, "B");
  Figure("chunks, compressed", static_cast<double>(sizes.chunk_bytes) / values, "B");
  const double chunks = static_cast<double>(sizes.chunk_pages) / values, summaries = static_cast<double>(sizes.summary_pages) / values;
  Figure("chunks with their pages and indexes", chunks, "B");
  Figure("summaries", summaries, "B");
  Figure("minute rows, for clients that read no chunks", static_cast<double>(sizes.minute_pages) / values, "B");
  Figure("everything", static_cast<double>(sizes.all_pages) / values, "B");
  // What the peers keep: the samples, and what finds them. None has minute rows.
  const double ours = chunks + summaries;
  Ratio("chunks and summaries, of Prometheus' block", ours, peers.prometheus_bytes, Reach::kAtMost, 0.30, peers.prometheus);
  Ratio("chunks and summaries, of wide rows (vacuumed)", ours, wide.bytes_per_value, Reach::kAtMost, 0.2, "");
  Ratio("chunks and summaries, of PostgreSQL", ours, peers.postgresql_bytes, Reach::kAtMost, 0.10, peers.postgresql);
  Figure("wide rows (vacuumed)", wide.bytes_per_value, "B");
}

void ReportAnswers(const Options& options, const std::string& store, const WideFigures& wide, const PeerFigures& peers) {
  Section("least, greatest and slope of " + std::string(kAskedGaugeName) + ", " + std::to_string(options.runs) + " runs");
  Figure("wide rows, native aggregate", wide.ask_seconds * 1e3, "ms");
  for (const bool mapped : {false, true}) {
    StoreQuestions questions(store, mapped);
    const std::string how = mapped ? " (file mapped)" : "";
    const double scan = SecondsOf("scan", wide.lines, [&] { return questions.ScanChunks(); });
    const double summaries = SecondsOf("summaries", wide.lines, [&] { return questions.AddSummaries(); });
    const double table = SecondsOf("table", wide.lines, [&] { return questions.AskTable(); });
    Figure("scan of chunks" + how, scan * 1e3, "ms");
    Ratio("faster than wide rows", wide.ask_seconds, scan, Reach::kAtLeast, 40, "");
    Figure("summaries" + how, summaries * 1e3, "ms");
    Ratio("faster than wide rows", wide.ask_seconds, summaries, Reach::kAtLeast, 300, "");
    Figure("SQL over `samples`" + how, table * 1e3, "ms");
    Ratio("faster than wide rows", wide.ask_seconds, table, Reach::kNone, 0, "");
  }
  const double samples = static_cast<double>(options.samples);
  Ratio("PostgreSQL's time against wide rows', per sample", peers.postgresql_ask_per_sample, wide.ask_seconds / samples, Reach::kNone, 0, peers.postgresql);
}

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--without-peers") == 0) options.peers = false;
    else if (std::strcmp(argv[i], "--samples") == 0 && has_value) options.samples = std::strtoull(argv[++i], nullptr, 10);
    else if (std::strcmp(argv[i], "--runs") == 0 && has_value) options.runs = std::atoi(argv[++i]);
    else if (std::strcmp(argv[i], "--directory") == 0 && has_value) options.directory = argv[++i];
    else options.samples = 0;
  }
  if (options.runs >= 1 && options.runs <= 10'000 && options.samples >= static_cast<std::uint64_t>(options.runs) * 10) return options;
  std::fprintf(stderr, "usage: store_bench [--samples N] [--runs N] [--directory DIR] [--without-peers]\n"
                       "at least ten samples a run, 1 to 10,000 runs\n");
  std::exit(2);
}

int Main(const Options& options) {
  auto temporary = TempDirectory::Create("seep-store-bench");
  SEEP_CHECK(temporary.ok()) << temporary.status();
  const std::string directory = options.directory.empty() ? temporary->path() : options.directory;
  std::filesystem::create_directories(directory);
  std::printf("store_bench: %llu samples of %zu gauges, %d runs, in %s\n", static_cast<unsigned long long>(options.samples),
              testing::kSoakGauges, options.runs, directory.c_str());
  const PeerFigures peers = options.peers ? MeasurePeers(options.samples, directory) : NoPeers("left out");
  const WideFigures wide = MeasureWide(options, directory);
  ReportIngest(options, directory, wide, peers);

  FillPlan plan;
  plan.directory = directory + "/store";
  plan.runs = options.runs;
  plan.samples_per_run = options.samples / static_cast<std::uint64_t>(options.runs);
  Fill(plan);
  const std::size_t rss_of_filling = PeakRssBytes();
  ReportSizes(StoreQuestions(plan.directory, false).Sizes(), wide, peers);
  ReportAnswers(options, plan.directory, wide, peers);
  Section("memory: most in use of this process, which is both ends of the store");
  Figure("after filling", static_cast<double>(rss_of_filling) / 1e6, "MB");
  Figure("after asking, pages of the mapped file included", static_cast<double>(PeakRssBytes()) / 1e6, "MB");
  return Verdict();
}

}  // namespace
}  // namespace seep::storage::bench

int main(int argc, char** argv) { return seep::storage::bench::Main(seep::storage::bench::Parse(argc, argv)); }
