#include "cli/render/measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/render/quantities.h"
#include "cli/render/table.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

constexpr std::size_t kMostKinds = 4;
constexpr std::size_t kMostResiduals = 6;

Cell Mark(v1::ThresholdResult::State state, bool ascii) {
  switch (state) {
    case v1::ThresholdResult::STATE_PASSED: return Cell(ascii ? "ok" : "✓", Tint::kGreen);
    case v1::ThresholdResult::STATE_MISSED: return Cell(ascii ? "x" : "✗", Tint::kRed);
    default: return Cell(ascii ? "?" : "…", Tint::kYellow);
  }
}

std::string ErrorsOf(const v1::OperationFigures& figures) {
  if (figures.failed() == 0) return "0";
  std::string text = fmt::format("{} ({:.3g}%)", figures.failed(),
                                 100 * static_cast<double>(figures.failed()) / static_cast<double>(std::max<std::uint64_t>(figures.count(), 1)));
  return text;
}

std::string ErrorKinds(const OperationList& operations) {
  std::string text;
  for (const auto& figures : operations) {
    if (figures.errors_size() == 0) continue;
    std::string kinds;
    const auto shown = std::min<std::size_t>(kMostKinds, static_cast<std::size_t>(figures.errors_size()));
    for (std::size_t i = 0; i < shown; ++i) {
      const v1::ErrorCount& error = figures.errors(static_cast<int>(i));
      kinds += fmt::format("{}{} {}", i == 0 ? "" : ", ", error.count(), Printable(error.kind()));
    }
    if (static_cast<std::size_t>(figures.errors_size()) > shown) kinds += ", ...";
    // "failed" alone repeats the table.
    if (figures.errors_size() == 1 && figures.errors(0).kind() == "failed") continue;
    text += fmt::format("errors of {}: {}\n", Printable(figures.operation()), kinds);
  }
  return text;
}

}  // namespace

std::string FormatLatency(double us) {
  if (!std::isfinite(us)) return "-";
  if (us < 1000) return fmt::format("{:.0f}us", us);
  if (us < 1e6) return FormatNumber(us / 1e3) + "ms";
  return us < 600e6 ? FormatNumber(us / 1e6) + "s" : fmt::format("{:.1f}min", us / 60e6);
}

std::string ThresholdList(const v1::RunVerdict& verdict, const Style& style) {
  if (verdict.thresholds_size() == 0) return {};
  Table table({{""}, {"THRESHOLD"}, {"MEASURED"}, {""}});
  for (const v1::ThresholdResult& result : verdict.thresholds()) {
    std::string note;
    if (std::isfinite(result.since_s())) {
      const std::string at = FormatClock(static_cast<std::int64_t>(result.since_s() * 1e6));
      note = fmt::format("{} {}", result.abort() ? "ended the run at" : "since", at);
    }
    table.Add({Mark(result.state(), style.ascii), result.threshold().expression(), result.measured(), note});
  }
  return "=== Thresholds ===\n" + table.Text(style, true);
}

std::string LatencyTable(const OperationList& operations, const Style& style, bool wide) {
  if (operations.empty()) return {};
  Table table({{"OPERATION"}, {"COUNT"}, {"PER S", true}, {"ERRORS"}, {"MIN", true}, {"MEAN"}, {"P50"}, {"P90"}, {"P99"}, {"P99.9"}, {"MAX"},
               {"WARM-UP", true}});
  for (const v1::OperationFigures& o : operations) {
    table.Add({Printable(o.operation()), fmt::format("{}", o.count()), FormatNumber(o.per_second()),
               Cell(ErrorsOf(o), o.failed() > 0 ? Tint::kYellow : Tint::kNone), FormatLatency(o.min_us()), FormatLatency(o.mean_us()),
               FormatLatency(o.p50_us()), FormatLatency(o.p90_us()), FormatLatency(o.p99_us()), FormatLatency(o.p999_us()),
               FormatLatency(o.max_us()), fmt::format("{}", o.warm_up_count())});
  }
  return "--- Latency ---\n" + table.Text(style, wide) + ErrorKinds(operations);
}

std::string DroppedText(const v1::RunVerdict& verdict) {
  if (verdict.dropped_iterations() == 0) return {};
  return fmt::format("dropped: {} iterations found the backlog full; the target does not keep up with the rate\n",
                     verdict.dropped_iterations());
}

std::string ResidualText(const v1::RunVerdict& verdict, bool wide) {
  // Memory first, the largest first; then whatever else is not back.
  std::vector<const v1::Residual*> kept, back;
  for (const v1::Residual& residual : verdict.residuals()) {
    const bool level = residual.unit() == "bytes" || residual.unit() == "count";
    // Address space is no memory.
    const bool shown = wide || residual.series() != "vsz";
    if (level && shown) (residual.kept() != 0 ? kept : back).push_back(&residual);
  }
  if (kept.empty() && back.empty()) return {};
  std::stable_sort(kept.begin(), kept.end(), [](const v1::Residual* a, const v1::Residual* b) {
    const bool a_bytes = a->unit() == "bytes", b_bytes = b->unit() == "bytes";
    return a_bytes != b_bytes ? a_bytes : std::fabs(a->kept()) > std::fabs(b->kept());
  });
  std::string text;
  std::size_t shown = 0;
  for (const v1::Residual* residual : kept) {
    if (++shown > kMostResiduals && !wide) break;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", FormatChange(residual->kept(), residual->unit()),
                        Printable(residual->series()));
  }
  if (kept.size() > kMostResiduals && !wide) text += fmt::format(", and {} more", kept.size() - kMostResiduals);
  if (kept.empty()) text = "nothing";
  text = "residual: " + text + " above the level before the first connect\n";
  if (!wide || back.empty()) return text;
  std::string names;
  for (const v1::Residual* residual : back) names += (names.empty() ? "" : ", ") + Printable(residual->series());
  return text + "back at that level: " + names + "\n";
}

}  // namespace seep::cli
