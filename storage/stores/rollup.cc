#include "storage/stores/rollup.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/status/status_macros.h"

namespace seep::storage {
namespace {

constexpr std::int64_t kMicrosPerMinute = 60'000'000;

// Two streams of a run may share a minute (the agent was restarted in it).
constexpr char kMerge[] =
    "INSERT INTO sample_rollup (run_no, gauge_no, generation, minute, n, min, max, sum, last)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n,"
    " min = min(min, excluded.min), max = max(max, excluded.max), sum = sum + excluded.sum,"
    " last = excluded.last";

}  // namespace

absl::Status Rollup::Add(sqlite::Database& db, const StreamRow& stream, const StreamGauges& gauges,
                         const v1::Sample& sample) {
  const std::int64_t minute = sample.monotonic_us() / kMicrosPerMinute;
  if (through_sequence_ != 0 && (minute != minute_ || sample.generation() != generation_)) {
    SEEP_RETURN_IF_ERROR(Flush(db, stream));
  }
  minute_ = minute;
  generation_ = sample.generation();
  through_sequence_ = sample.sequence();
  for (int i = 0; i < sample.gauge_size(); ++i) {
    const double value = sample.value(i);
    // Not finite is nothing that can be drawn or averaged; the block keeps it.
    if (!std::isfinite(value)) continue;
    const std::uint32_t id = sample.gauge(i);
    const StreamGauge* const gauge = gauges.Find(id);
    if (gauge == nullptr) continue;
    if (id >= by_id_.size()) by_id_.resize(id + 1);
    Figures& figures = by_id_[id];
    figures.gauge_no = gauge->gauge_no;
    figures.min = figures.n == 0 ? value : std::min(figures.min, value);
    figures.max = figures.n == 0 ? value : std::max(figures.max, value);
    figures.sum += value;
    figures.last = value;
    ++figures.n;
  }
  return absl::OkStatus();
}

absl::Status Rollup::Flush(sqlite::Database& db, const StreamRow& stream) {
  if (through_sequence_ == 0) return absl::OkStatus();
  for (Figures& figures : by_id_) {
    if (figures.n == 0) continue;
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement merge, db.Prepare(kMerge));
    merge.BindAll(stream.run, figures.gauge_no, generation_, minute_, figures.n, figures.min, figures.max,
                  figures.sum, figures.last);
    SEEP_RETURN_IF_ERROR(merge.Run());
    figures = {};
  }
  SEEP_RETURN_IF_ERROR(StreamStore(db).SetRolledThrough(stream.number, through_sequence_));
  written_through_ = std::exchange(through_sequence_, 0);
  return absl::OkStatus();
}

}  // namespace seep::storage
