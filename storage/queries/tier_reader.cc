#include "storage/queries/tier_reader.h"

#include <algorithm>

#include "common/status/status_macros.h"
#include "storage/stores/gauge_store.h"

namespace seep::storage {
namespace {

constexpr std::uint32_t kMaxSamples = 10'000;
constexpr std::int64_t kMicrosPerMinute = 60'000'000;

// Both in order of their keys; `span` in minutes.
constexpr char kSpans[] =
    "SELECT s.generation, s.minute, 1, g.gauge_id, s.last FROM sample_rollup s JOIN gauge g USING (gauge_no)"
    " WHERE s.run_no = ?1 AND (s.generation, s.minute) > (?2, ?3)"
    " UNION ALL SELECT h.generation, h.hour * 60, 60, g.gauge_id, h.last FROM sample_hour h JOIN gauge g USING (gauge_no)"
    " WHERE h.run_no = ?1 AND (h.generation, h.hour * 60) > (?2, ?3) ORDER BY 1, 2, 3";

}  // namespace

absl::StatusOr<SamplePage> ReadTiers(sqlite::Database& db, const std::string& run_id, SampleCursor from, std::uint32_t limit) {
  SEEP_ASSIGN_OR_RETURN(const RunNo run, FindRun(db, run_id));
  const std::size_t most = limit == 0 ? 1000 : std::min(limit, kMaxSamples);
  SamplePage page;
  page.expired = true;
  page.next = from;
  SEEP_ASSIGN_OR_RETURN(page.gauges, GaugeStore(db).LoadOfRun(run));
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare(kSpans));
  // Numbers of the cursor are one higher, so that a new one is before all.
  select.BindAll(run, from.stream - 1, static_cast<std::int64_t>(from.after_sequence) - 1);
  std::int64_t generation = -1, minute = -1, span = 0;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) break;
    const bool another = select.Integer(0) != generation || select.Integer(1) != minute;
    if (another && page.samples.size() >= most) return page;
    if (another || select.Integer(2) != span) {
      generation = select.Integer(0);
      minute = select.Integer(1);
      span = select.Integer(2);
      v1::Sample& sample = page.samples.emplace_back();
      sample.set_generation(static_cast<std::uint32_t>(generation));
      sample.set_monotonic_us(minute * kMicrosPerMinute + span * kMicrosPerMinute / 2);
      page.next = {generation + 1, static_cast<std::uint64_t>(minute) + 1};
    }
    page.samples.back().add_gauge(static_cast<std::uint32_t>(select.Integer(3)));
    page.samples.back().add_value(select.Real(4));
  }
  page.at_end = true;
  return page;
}

}  // namespace seep::storage
