#include "storage/queries/samples_table.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "storage/queries/block_values.h"

namespace seep::storage {
namespace {

using sqlite::Bound;
using sqlite::ColumnValue;
using sqlite::Comparison;

enum Column { kRun, kSeconds, kWall, kGeneration, kPhase, kAgent, kGauge, kValue };

constexpr char kDeclaration[] =
    "CREATE TABLE samples (run TEXT, t_s REAL, wall_us INTEGER, generation INTEGER, phase TEXT, agent TEXT,"
    " gauge TEXT, value REAL)";

std::string_view PhaseWord(v1::Phase phase) {
  switch (phase) {
    case v1::PHASE_WARM_UP: return "warm-up";
    case v1::PHASE_SOAK: return "soak";
    case v1::PHASE_COOL_DOWN: return "cool-down";
    case v1::PHASE_TEARDOWN: return "teardown";
    case v1::PHASE_BASELINE: return "baseline";
    default: return "";
  }
}

// What is asked for. `nothing`: no row can fit (a comparison with NULL, or of a
// text with a number).
struct Wanted {
  bool nothing = false;
  std::optional<std::string> run, gauge;
  double from_s = -HUGE_VAL, to_s = HUGE_VAL;
};

void NarrowTime(const Bound& bound, Wanted& wanted) {
  double seconds = 0;
  if (const auto* real = std::get_if<double>(&bound.value)) seconds = *real;
  else if (const auto* integer = std::get_if<std::int64_t>(&bound.value)) seconds = static_cast<double>(*integer);
  else return;  // NULL or text: SQLite's own check decides
  const bool from = bound.comparison != Comparison::kLess && bound.comparison != Comparison::kLessOrEqual;
  const bool to = bound.comparison != Comparison::kGreater && bound.comparison != Comparison::kGreaterOrEqual;
  if (from) wanted.from_s = std::max(wanted.from_s, seconds);
  if (to) wanted.to_s = std::min(wanted.to_s, seconds);
}

void NarrowText(const Bound& bound, std::optional<std::string>& wanted, bool& nothing) {
  const auto* text = std::get_if<std::string>(&bound.value);
  nothing = nothing || text == nullptr || (wanted.has_value() && *wanted != *text);
  if (text != nullptr) wanted = *text;
}

// Whole blocks are chosen by microseconds; one more on each side is harmless.
std::int64_t Micros(double seconds, std::int64_t slack) {
  constexpr double kLimit = 9e12;  // 285,000 years of seconds
  return static_cast<std::int64_t>(std::clamp(seconds, -kLimit, kLimit) * 1e6) + slack;
}

class SamplesCursor : public sqlite::ScanCursor {
 public:
  explicit SamplesCursor(sqlite::Database& db) : db_(db) {}

  absl::Status Begin(const std::vector<Bound>& bounds) override {
    wanted_ = {};
    for (const Bound& bound : bounds) {
      if (bound.column == kRun) NarrowText(bound, wanted_.run, wanted_.nothing);
      if (bound.column == kGauge) NarrowText(bound, wanted_.gauge, wanted_.nothing);
      if (bound.column == kSeconds) NarrowTime(bound, wanted_);
    }
    blocks_.reset();
    values_.Clear();
    stream_ = 0;
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next() override {
    if (wanted_.nothing) return false;
    while (!values_.Next()) {
      if (!blocks_.has_value()) {
        SEEP_ASSIGN_OR_RETURN(const bool found, NextStream());
        if (!found) return false;
      }
      SEEP_RETURN_IF_ERROR(NextBlock());
    }
    return true;
  }

  ColumnValue Column(int column) const override {
    switch (column) {
      case kRun: return std::string_view(run_id_);
      case kSeconds: return static_cast<double>(values_.monotonic_us()) / 1e6;
      case kWall: return values_.wall_us();
      case kGeneration: return static_cast<std::int64_t>(values_.generation());
      case kPhase: return PhaseWord(values_.phase());
      case kAgent: return std::string_view(agent_);
      case kGauge: {
        const StreamGauge* const gauge = by_run_.Find(values_.gauge());
        return gauge == nullptr ? std::string_view() : std::string_view(gauge->name);
      }
      default: {
        const double value = values_.value();
        if (std::isnan(value)) return std::monostate();
        return value;
      }
    }
  }

 private:
  // The next stream, or, if it never had the gauge, none of its blocks.
  absl::StatusOr<bool> NextStream() {
    std::string sql = "SELECT s.stream_no, r.run_id, s.agent FROM stream s JOIN run r USING (run_no)"
                      " WHERE s.stream_no > ?1";
    if (wanted_.run.has_value()) sql += " AND r.run_id = ?2";
    sql += " ORDER BY s.stream_no LIMIT 1";
    SEEP_ASSIGN_OR_RETURN(sqlite::Statement next, db_.Prepare(sql));
    next.BindAll(stream_);
    if (wanted_.run.has_value()) next.BindText(2, *wanted_.run);
    SEEP_ASSIGN_OR_RETURN(const bool found, next.Step());
    if (!found) return false;
    stream_ = next.Integer(0);
    run_id_ = next.Text(1);
    agent_ = next.Text(2);
    SEEP_ASSIGN_OR_RETURN(gauges_, GaugeStore(db_).LoadOfStream(StreamNo{stream_}));
    by_run_ = gauges_.ByRunNumber();
    only_.reset();
    if (wanted_.gauge.has_value()) {
      only_ = by_run_.NumberOf(*wanted_.gauge);
      if (!only_.has_value()) return true;
    }
    BlockRange range;
    range.from_us = Micros(wanted_.from_s, -1);
    range.to_us = Micros(wanted_.to_s, 1);
    SEEP_ASSIGN_OR_RETURN(StoredBlocks blocks, StoredBlocks::Open(db_, StreamNo{stream_}, range));
    blocks_.emplace(std::move(blocks));
    return true;
  }

  // The next block of this stream, or its end.
  absl::Status NextBlock() {
    values_.Clear();
    if (!blocks_.has_value()) return absl::OkStatus();
    SEEP_ASSIGN_OR_RETURN(const bool row, blocks_->Next());
    if (!row) {
      blocks_.reset();
      return absl::OkStatus();
    }
    return Annotate(values_.Open(blocks_->block(), gauges_, only_),
                    absl::StrCat("run ", run_id_, " (stream ", stream_, ")"));
  }

  sqlite::Database& db_;
  Wanted wanted_;
  std::int64_t stream_ = 0;
  std::string run_id_, agent_;
  StreamGauges gauges_, by_run_;       // by the stream's numbers, and by the run's
  std::optional<std::uint32_t> only_;  // the gauge that is wanted, by the run's number
  std::optional<StoredBlocks> blocks_;
  BlockValues values_;
};

class SamplesTable : public sqlite::ScanTable {
 public:
  explicit SamplesTable(sqlite::Database& db) : db_(db) {}

  std::string Declaration() const override { return kDeclaration; }
  bool Uses(int column, Comparison comparison) const override {
    return column == kSeconds || (comparison == Comparison::kEqual && (column == kRun || column == kGauge));
  }
  bool Decides(int column, Comparison comparison) const override {
    return comparison == Comparison::kEqual && (column == kRun || column == kGauge);
  }
  double ShareLeft(int column, Comparison comparison) const override {
    if (column == kRun) return 1e-3;
    if (column == kGauge) return 0.05;
    return comparison == Comparison::kEqual ? 1e-4 : 0.3;
  }
  double ExpectedRows() const override { return 1e9; }
  std::unique_ptr<sqlite::ScanCursor> Open() override { return std::make_unique<SamplesCursor>(db_); }

 private:
  sqlite::Database& db_;
};

}  // namespace

std::shared_ptr<sqlite::ScanTable> MakeSamplesTable(sqlite::Database& source) {
  return std::make_shared<SamplesTable>(source);
}

}  // namespace seep::storage
