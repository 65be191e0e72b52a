// What is exported and imported is exported the same again: random runs through
// every layout.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "cli/recordings/csv_source.h"
#include "cli/recordings/imported_messages.h"
#include "cli/recordings/json_lines_source.h"
#include "cli/render/csv_layouts.h"
#include "cli/render/json_lines.h"
#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

constexpr int kRuns = 40;

const char* const kNames[] = {"rss", "heap_allocated", "heap_in_use", "heap_objects", "heap_sys", "heap_resident", "goroutines", "listeners", "vsz", "threads",
                              "fds", "tcp_connections", "heap_allocs", "active_streams", "service_cache", "relay_circuits", "cpu_percent", "memory_percent",
                              "payments", "wallet.cache_kb", "pool_bytes", "errors", "errors.network", "invoke.sign", "x"};

// Values as stores hold them: whole bytes, shares, the very large and small.
double Value(std::mt19937_64& draw) {
  switch (draw() % 4) {
    case 0: return static_cast<double>(draw() % 1'000'000'000'000);
    case 1: return static_cast<double>(draw() % 1000);
    case 2: return static_cast<double>(draw() % 1'000'000) / 7.0;
    default: return static_cast<double>(draw() % 100) / 1e9;
  }
}

v1::ExportSamplesResponse RandomRun(std::mt19937_64& draw, bool whole) {
  v1::ExportSamplesResponse run;
  run.mutable_run()->mutable_spec()->set_name("soak");
  run.mutable_run()->set_sdk_name("wal\"let\n\xc3\xa4");
  run.mutable_run()->set_run_id("r-0007");
  const int gauges = 1 + static_cast<int>(draw() % std::size(kNames));
  for (int i = 0; i < gauges; ++i) {
    v1::GaugeDefinition& gauge = *run.add_gauges();
    gauge.set_id(static_cast<std::uint32_t>(i + 1));
    gauge.set_name(kNames[i]);
    gauge.set_unit("count");
    gauge.set_kind(v1::GAUGE_KIND_GAUGE);
  }
  std::int64_t at_ms = 0;
  std::uint32_t generation = 1;
  const int samples = 2 + static_cast<int>(draw() % 200);
  for (int i = 0; i < samples; ++i) {
    v1::Sample& sample = *run.add_samples();
    sample.set_sequence(static_cast<std::uint64_t>(i + 1));
    sample.set_monotonic_us(at_ms * 1000 + (whole ? static_cast<std::int64_t>(draw() % 1000) : 0));
    sample.set_wall_us(1'767'225'600'000'000 + at_ms * 1000);
    sample.set_generation(generation);
    sample.set_phase(static_cast<v1::Phase>(1 + draw() % 5));
    double counted = 0;
    for (int k = 0; k < gauges; ++k) {
      if (draw() % 5 == 0) continue;
      sample.add_gauge(static_cast<std::uint32_t>(k + 1));
      // Counters only go up: one that falls begins another life.
      const bool counter = std::string_view(kNames[k]) == "payments" || std::string_view(kNames[k]) == "invoke.sign";
      sample.add_value(counter ? i + counted : Value(draw));
    }
    if (whole && draw() % 3 == 0) {
      v1::OperationDelta& operation = *sample.add_operations();
      operation.set_operation("payment");
      operation.set_warm_up(draw() % 2 == 0);
      operation.mutable_latency()->add_bucket(7);
      operation.mutable_latency()->add_count(draw() % 100 + 1);
      operation.mutable_latency()->set_sum_us(draw());
      operation.add_errors()->set_kind("net\"work");
      operation.mutable_errors(0)->set_count(2);
    }
    at_ms += 1 + static_cast<std::int64_t>(draw() % 30'000);
    if (draw() % 50 == 0) ++generation;
  }
  for (std::uint32_t life = 1; life <= generation; ++life) {
    v1::GenerationInfo& info = *run.add_generations();
    info.set_generation(life);
    info.set_pid(4000 + life);
  }
  return run;
}

std::string Csv(std::string_view layout, const v1::ExportSamplesResponse& run) {
  auto csv = CsvLayout::Make(layout, false);
  EXPECT_OK(csv);
  auto text = csv->Take(run);
  EXPECT_OK(text);
  return *text + csv->Finish();
}

std::string Lines(const v1::ExportSamplesResponse& run) {
  JsonLines lines;
  auto text = lines.Take(run);
  EXPECT_OK(text);
  auto rest = lines.Finish();
  EXPECT_OK(rest);
  return *text + *rest;
}

TEST(RoundTrip, EveryCsvLayoutComesBackTheSame) {
  for (const std::string& layout : CsvLayoutNames()) {
    for (int seed = 0; seed < kRuns; ++seed) {
      std::mt19937_64 draw(static_cast<std::uint64_t>(seed));
      const std::string text = Csv(layout, RandomRun(draw, false));
      ImportedMessages imported;
      RunSender sender(imported.Taker(), nullptr);
      std::istringstream in(text);
      const auto sent = SendCsv(in, "run.csv", "", "", {}, sender);
      ASSERT_TRUE(sent.ok()) << layout << " seed " << seed << ": " << sent.status();
      ASSERT_OK(sender.End("x"));
      ASSERT_EQ(imported.runs.size(), 1u);
      ASSERT_EQ(Csv(layout, imported.runs[0]), text) << layout << " seed " << seed;
    }
  }
}

TEST(RoundTrip, JsonLinesComeBackTheSameWithAllThatIsInThem) {
  for (int seed = 0; seed < kRuns; ++seed) {
    std::mt19937_64 draw(static_cast<std::uint64_t>(seed));
    v1::ExportSamplesResponse run = RandomRun(draw, true);
    run.add_faults()->set_fault_id("f-1");
    run.mutable_faults(0)->set_injected_at_ms(123);
    run.add_events()->set_kind("note");
    run.mutable_events(0)->set_message("a \x01 line\nof two");
    const std::string text = Lines(run);
    std::stringbuf in(text);
    ImportedMessages imported;
    RunSender sender(imported.Taker(), nullptr);
    ASSERT_OK(SendJsonLines(in, "run.jsonl", sender));
    ASSERT_OK(sender.End("x"));
    ASSERT_EQ(imported.runs.size(), 1u);
    const std::string again = Lines(imported.runs[0]);
    const auto behind_first = [](const std::string& lines) { return lines.substr(lines.find('\n')); };
    ASSERT_EQ(behind_first(again), behind_first(text)) << "seed " << seed;
    EXPECT_EQ(imported.runs[0].run().origin().run_id(), "r-0007");
    EXPECT_EQ(imported.runs[0].run().sdk_name(), run.run().sdk_name());
  }
}

TEST(RoundTrip, HolesAndStreamsStay) {
  v1::ExportSamplesResponse run;
  run.add_gauges()->set_name("rss");
  run.mutable_gauges(0)->set_id(1);
  for (const std::uint64_t sequence : {1, 2, 6, 1, 2}) {  // three lost; then the agent began anew
    v1::Sample& sample = *run.add_samples();
    sample.set_sequence(sequence);
    sample.set_generation(1);
    sample.set_phase(v1::PHASE_SOAK);
  }
  for (const auto& [from, to, reason] : {std::tuple{3, 5, "spool full"}, {3, 9, "the agent's disk is gone"}}) {
    v1::SampleGap& gap = *run.add_gaps();
    gap.set_from_sequence(static_cast<std::uint64_t>(from));
    gap.set_to_sequence(static_cast<std::uint64_t>(to));
    gap.set_reason(reason);
  }
  std::stringbuf in(Lines(run));
  ImportedMessages imported;
  RunSender sender(imported.Taker(), nullptr);
  ASSERT_OK(SendJsonLines(in, "run.jsonl", sender));
  ASSERT_OK(sender.End("x"));
  EXPECT_EQ(imported.epochs, (std::vector<std::string>{"import-1", "import-2"}));
  ASSERT_EQ(imported.holes.size(), 2u);
  EXPECT_EQ(imported.holes[0].dropped_from(), 3u);
  EXPECT_EQ(imported.holes[0].first_sequence(), 6u);
  EXPECT_EQ(imported.holes[0].dropped_reason(), "spool full");
  EXPECT_EQ(imported.holes[1].count(), 0u) << "nothing stands behind the last hole";
}

}  // namespace
}  // namespace seep::cli
