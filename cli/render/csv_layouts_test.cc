#include "cli/render/csv_layouts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status_matchers.h"

namespace seep::cli {
namespace {

using ::seep::testing::StatusIs;
using ::testing::HasSubstr;

v1::ExportSamplesResponse TwoSamples() {
  v1::ExportSamplesResponse message;
  const std::vector<std::string> names = {"rss", "heap_allocated", "threads", "payments", "cpu_percent", "listeners"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto* definition = message.add_gauges();
    definition->set_id(static_cast<std::uint32_t>(i + 1));
    definition->set_name(names[i]);
  }
  auto* first = message.add_samples();
  first->set_monotonic_us(500'000);
  first->set_wall_us(1767225600'500'000);
  first->set_generation(1);
  first->set_phase(v1::PHASE_SOAK);
  for (const auto& [id, value] : std::vector<std::pair<std::uint32_t, double>>{{1, 67'633'152}, {2, 45'000'000}, {3, 18}, {4, 0}, {5, 1.5}, {6, 2}}) {
    first->add_gauge(id);
    first->add_value(value);
  }
  auto* second = message.add_samples();
  second->set_monotonic_us(1'000'000);
  second->set_wall_us(1767225601'000'000);
  second->set_generation(2);
  second->set_phase(v1::PHASE_COOL_DOWN);
  second->add_gauge(1);
  second->add_value(65'011'712);
  return message;
}

std::string Export(std::string_view name, bool crlf = false) {
  auto layout = CsvLayout::Make(name, crlf);
  EXPECT_OK(layout);
  layout->SetPids({{1, 4121}});
  auto text = layout->Take(TwoSamples());
  EXPECT_OK(text);
  return *text + layout->Finish();
}

TEST(CsvLayout, WritesTheGoHarnesssColumns) {
  EXPECT_EQ(Export("go-memtest"),
            "timestamp,elapsed_sec,rss_bytes,heap_alloc_bytes,heap_inuse_bytes,heap_objects,heap_sys_bytes,goroutines,payments,listeners\n"
            "2026-01-01T00:00:00.500Z,0.500,67633152,45000000,,,,,0,2\n"
            "2026-01-01T00:00:01.000Z,1.000,65011712,,,,,,,\n");
}

TEST(CsvLayout, WritesTheOlderGoColumnsWithoutRss) {
  EXPECT_THAT(Export("go-memtest-heap"),
              HasSubstr("timestamp,elapsed_sec,heap_alloc_bytes,heap_inuse_bytes,heap_objects,heap_sys_bytes,goroutines,payments,listeners\n"));
}

TEST(CsvLayout, WritesTheRustHarnesssColumns) {
  EXPECT_EQ(Export("rust-memtest"),
            "timestamp,elapsed_sec,rss_bytes,heap_allocated_bytes,heap_resident_bytes,payments\n"
            "2026-01-01T00:00:00.500Z,0.500,67633152,45000000,,0\n"
            "2026-01-01T00:00:01.000Z,1.000,65011712,,,\n");
}

TEST(CsvLayout, WritesTheNodeMonitorsColumns) {
  EXPECT_EQ(Export("node-monitor"),
            "timestamp,pid,cpu_percent,mem_percent,rss_mb,vsz_mb,threads,file_descriptors,tcp_connections,goroutines,heap_allocs,"
            "heap_inuse_mb,active_streams,service_cache,relay_circuits\n"
            "2026-01-01T00:00:00.500Z,4121,1.5,,64.5,,18,,,,45000000,,,,\n"
            "2026-01-01T00:00:01.000Z,,,,62,,,,,,,,,,\n");
}

TEST(CsvLayout, WritesEveryGaugeWhenWide) {
  EXPECT_EQ(Export("wide"),
            "timestamp,elapsed_sec,generation,phase,rss,heap_allocated,threads,payments,cpu_percent,listeners\n"
            "2026-01-01T00:00:00.500Z,0.500,1,soak,67633152,45000000,18,0,1.5,2\n"
            "2026-01-01T00:00:01.000Z,1.000,2,cool_down,65011712,,,,,\n");
}

TEST(CsvLayout, EndsLinesAsRfc4180WhenAsked) { EXPECT_THAT(Export("rust-memtest", true), HasSubstr("payments\r\n2026")); }

TEST(CsvLayout, WritesAHeaderForARunWithoutSamples) {
  ASSERT_OK_AND_ASSIGN(auto layout, CsvLayout::Make("rust-memtest", false));
  EXPECT_EQ(layout.Finish(), "timestamp,elapsed_sec,rss_bytes,heap_allocated_bytes,heap_resident_bytes,payments\n");
}

TEST(CsvLayout, NeverDropsALateColumnInSilence) {
  ASSERT_OK_AND_ASSIGN(auto layout, CsvLayout::Make("wide", false));
  ASSERT_OK(layout.Take(TwoSamples()));
  v1::ExportSamplesResponse late;
  late.add_gauges()->set_name("wasm_memory");
  EXPECT_THAT(layout.Take(late), StatusIs(absl::StatusCode::kInternal, HasSubstr("wasm_memory")));
}

TEST(CsvLayout, NamesThoseThereAre) {
  EXPECT_THAT(CsvLayout::Make("excel", false), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("node-monitor")));
}

}  // namespace
}  // namespace seep::cli
