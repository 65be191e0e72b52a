// What a golden database holds: three runs as a fleet would have left them, the
// same whatever version writes them and without chance or the time of day.
//
// It is compiled against old checkouts too (make_golden.sh), so it uses nothing
// but what the first schema's messages had; what came later is added where the
// messages have a place for it.
#ifndef SEEP_STORAGE_MIGRATIONS_GOLDEN_GOLDEN_CONTENT_H_
#define SEEP_STORAGE_MIGRATIONS_GOLDEN_GOLDEN_CONTENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/checksum/crc32c.h"
#include "storage/records.h"

namespace seep::storage::golden {

inline constexpr std::int64_t kBegin = 1'767'225'600'000'000;  // 2026-01-01
inline constexpr int kSamples = 480;                           // of each run
inline constexpr int kBatch = 40;
inline constexpr std::int64_t kIntervalUs = 250'000;
inline constexpr char kAgent[] = "lab-1";

enum RunNumber { kLeaking = 1, kClean = 2, kOpen = 3 };

inline std::string RunId(int run) { return "r-000" + std::to_string(run); }

inline std::vector<v1::GaugeDefinition> Gauges() {
  struct { const char* name; const char* unit; v1::GaugeKind kind; v1::GaugeOrigin origin; bool operation; } const rows[] = {
      {"rss", "bytes", v1::GAUGE_KIND_GAUGE, v1::GAUGE_ORIGIN_OUTSIDE, false},
      {"heap_allocated", "bytes", v1::GAUGE_KIND_GAUGE, v1::GAUGE_ORIGIN_INSIDE, false},
      {"threads", "count", v1::GAUGE_KIND_GAUGE, v1::GAUGE_ORIGIN_OUTSIDE, false},
      {"payments", "count", v1::GAUGE_KIND_COUNTER, v1::GAUGE_ORIGIN_SCENARIO, true}};
  std::vector<v1::GaugeDefinition> gauges;
  for (const auto& row : rows) {
    v1::GaugeDefinition& gauge = gauges.emplace_back();
    gauge.set_id(static_cast<std::uint32_t>(gauges.size()));
    gauge.set_name(row.name);
    gauge.set_unit(row.unit);
    gauge.set_kind(row.kind);
    gauge.set_origin(row.origin);
    gauge.set_operation(row.operation);
  }
  return gauges;
}

// Pages of resident memory with some noise; run kLeaking keeps 4 KiB a payment.
// Now and then a gauge is not known, as right after a start.
inline v1::Sample MakeSample(int run, int i) {
  v1::Sample sample;
  sample.set_sequence(static_cast<std::uint64_t>(i) + 1);
  sample.set_monotonic_us(i * kIntervalUs);
  sample.set_wall_us(kBegin + i * kIntervalUs);
  sample.set_generation(1);
  sample.set_phase(i < 20 ? v1::PHASE_WARM_UP : v1::PHASE_SOAK);
  const double noise = 4096.0 * static_cast<double>((static_cast<unsigned>(i) * 2654435761u + static_cast<unsigned>(run)) % 64);
  const double kept = run == kLeaking ? i * 51'200.0 : 0;
  const double values[] = {6e7 + kept + noise, 3.2e7 + kept + noise / 8, 18, i * 12.5};
  for (int gauge = 0; gauge < 4; ++gauge) {
    if (gauge == 1 && i % 97 == 0) continue;
    sample.add_gauge(static_cast<std::uint32_t>(gauge) + 1);
    sample.add_value(values[gauge]);
  }
  return sample;
}

inline v1::StreamKey Key(int run) {
  v1::StreamKey key;
  key.set_agent(kAgent);
  key.set_boot_epoch("b-1");
  key.set_run_id(RunId(run));
  return key;
}

inline v1::SampleBatch MakeBatch(int run, int first) {
  v1::SampleBlock block;
  if (first == 0) {
    for (const v1::GaugeDefinition& gauge : Gauges()) *block.add_gauges() = gauge;
  }
  for (int i = first; i < first + kBatch; ++i) *block.add_samples() = MakeSample(run, i);
  v1::SampleBatch batch;
  *batch.mutable_stream() = Key(run);
  batch.set_first_sequence(static_cast<std::uint64_t>(first) + 1);
  batch.set_count(kBatch);
  batch.set_block(block.SerializeAsString());
  batch.set_crc32c(Crc32c(batch.block()));
  return batch;
}

inline NewCampaign MakeCampaign() {
  NewCampaign made;
  made.idempotency_key = "golden";
  made.campaign.set_name("golden");
  made.campaign.set_yaml("name: golden\nscenario: {name: payments}\n");
  made.campaign.set_created_wall_us(kBegin);
  for (const char* name : {"leaking", "clean", "open"}) {
    v1::Run& run = made.runs.emplace_back();
    run.set_state(v1::RUN_STATE_QUEUED);
    run.set_created_wall_us(kBegin);
    run.mutable_spec()->set_name(name);
    run.mutable_spec()->set_seed(20261101);
    run.mutable_spec()->set_duration_ms(120'000);
    run.mutable_spec()->mutable_target()->set_driver("simulated-wallet");
    (*run.mutable_spec()->mutable_labels())["team"] = "payments";
  }
  return made;
}

template <typename Verdict>
void AddLaterFigures(Verdict& verdict) {
  if constexpr (requires { verdict.add_operations(); }) {
    auto& payments = *verdict.add_operations();
    payments.set_operation("payment");
    payments.set_count(6000);
    payments.set_failed(3);
    payments.set_p99_us(12'300);
    auto& residual = *verdict.add_residuals();
    residual.set_series("rss");
    residual.set_unit("bytes");
    residual.set_kept(1'048'576);
    auto& threshold = *verdict.add_thresholds();
    threshold.mutable_threshold()->set_expression("p(99, payment)<250ms");
    threshold.set_state(threshold.STATE_PASSED);
    threshold.set_measured("p(99)=12.3ms");
  }
}

inline v1::RunVerdict MakeVerdict(int run) {
  v1::RunVerdict verdict;
  const bool leak = run == kLeaking;
  verdict.set_verdict(leak ? v1::VERDICT_LEAK : v1::VERDICT_CLEAN);
  verdict.set_deciding_series("rss");
  verdict.set_headline(leak ? "rss: +12.3 MB/min; 4.1 KB kept per payment" : "CLEAN: less than 512 B a payment");
  v1::SeriesVerdict& rss = *verdict.add_series();
  rss.set_series("rss");
  rss.set_unit("bytes");
  rss.set_verdict(verdict.verdict());
  rss.set_judged(true);
  rss.mutable_slope_per_minute()->set_value(leak ? 12'288'000 : 20);
  AddLaterFigures(verdict);
  return verdict;
}

// The end of a run, with all that is told about it besides.
inline RunChange MakeEnd(v1::Run run, int number) {
  RunChange change;
  change.run_id = run.run_id();
  run.set_state(number == kOpen ? v1::RUN_STATE_RUNNING : v1::RUN_STATE_FINISHED);
  run.set_agent(kAgent);
  run.set_sdk_name("simulated-wallet");
  run.set_sdk_version("4.2.0");
  run.set_started_wall_us(kBegin);
  if (number != kOpen) run.set_ended_wall_us(kBegin + kSamples * kIntervalUs);
  run.set_generation(1);
  change.run = run;
  if (number != kOpen) change.verdict = MakeVerdict(number);
  v1::RunEvent& event = change.events.emplace_back();
  event.set_at_ms(120'000);
  event.set_wall_us(kBegin + 120'000'000);
  event.set_kind("state");
  event.set_message("its time is over: <b>&'\"");
  v1::GenerationInfo& generation = change.generations.emplace_back();
  generation.set_generation(1);
  generation.set_pid(4121);
  generation.set_ended_at_ms(120'000);
  generation.set_ended_by("end of run");
  v1::FaultReport& fault = change.faults.emplace_back();
  fault.set_fault_id("f-1");
  fault.set_run_id(run.run_id());
  fault.set_kind(v1::FAULT_KIND_KILL);
  fault.set_state(v1::FAULT_STATE_SKIPPED);
  fault.set_planned_at_ms(130'000);
  return change;
}

inline v1::LogBatch MakeLogs(int run) {
  v1::LogBatch logs;
  logs.set_run_id(RunId(run));
  for (int i = 0; i < 5; ++i) {
    v1::LogLine& line = *logs.add_lines();
    line.set_wall_us(kBegin + i * 1'000'000);
    line.set_source("stderr");
    line.set_text("line " + std::to_string(i));
  }
  return logs;
}

inline std::string ArtefactData() {
  std::string data;
  for (int i = 0; i < 5000; ++i) data += static_cast<char>(i % 251);
  return data;
}

inline constexpr std::uint64_t kGapThrough = kSamples + 20;  // of run kClean
inline constexpr char kGapReason[] = "the agent's spool was full";

}  // namespace seep::storage::golden

#endif  // SEEP_STORAGE_MIGRATIONS_GOLDEN_GOLDEN_CONTENT_H_
