#include "cli/render/verdict_so_far.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/render/listings.h"
#include "cli/render/quantities.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

constexpr char kSuspectSoFar[] = "suspect so far";
constexpr char kConfirmedEarly[] = "LEAK (confirmed early)";

bool ProvisionalLeak(const v1::RunVerdict& verdict) {
  return verdict.provisional() && verdict.verdict() == v1::VERDICT_LEAK;
}

// Only of the series that was confirmed, though others may well follow it.
bool Confirmed(const v1::RunVerdict& verdict, const v1::SeriesVerdict& series) {
  return verdict.confirmation().confirmed() && verdict.confirmation().series() == series.series();
}

std::string Provisional(v1::Verdict word) {
  return word == v1::VERDICT_UNSPECIFIED ? "-" : fmt::format("{}?", VerdictWord(word));
}

}  // namespace

bool Unconfirmed(const v1::RunVerdict& verdict) { return ProvisionalLeak(verdict) && !verdict.confirmation().confirmed(); }
bool ConfirmedEarly(const v1::RunVerdict& verdict) { return ProvisionalLeak(verdict) && verdict.confirmation().confirmed(); }

std::string VerdictSoFar(const v1::RunVerdict& verdict) {
  if (Unconfirmed(verdict)) return kSuspectSoFar;
  if (ConfirmedEarly(verdict)) return kConfirmedEarly;
  return verdict.provisional() ? Provisional(verdict.verdict()) : std::string(VerdictWord(verdict.verdict()));
}

std::string VerdictSoFar(const v1::RunVerdict& verdict, const v1::SeriesVerdict& series) {
  if (!verdict.provisional()) return std::string(VerdictWord(series.verdict()));
  if (series.verdict() != v1::VERDICT_LEAK) return Provisional(series.verdict());
  return Confirmed(verdict, series) ? kConfirmedEarly : kSuspectSoFar;
}

Tint TintSoFar(const v1::RunVerdict& verdict) {
  return TintOf(Unconfirmed(verdict) ? v1::VERDICT_SUSPECT : verdict.verdict());
}

Tint TintSoFar(const v1::RunVerdict& verdict, const v1::SeriesVerdict& series) {
  const bool waits = verdict.provisional() && series.verdict() == v1::VERDICT_LEAK && !Confirmed(verdict, series);
  return TintOf(waits ? v1::VERDICT_SUSPECT : series.verdict());
}

std::string AlarmText(const v1::RunVerdict& verdict) {
  const v1::Confirmation& alarm = verdict.confirmation();
  if (!Unconfirmed(verdict) || alarm.series().empty()) return {};
  const std::string first = fmt::format("first alarm at {}", FormatSpan(alarm.first_alarm_s()));
  return std::isfinite(alarm.hold_until_s())
             ? fmt::format("{}, needs to hold until {}", first, FormatSpan(alarm.hold_until_s()))
             : fmt::format("{}, too late to be confirmed before the end", first);
}

std::string HeadlineSoFar(const v1::RunVerdict& verdict) {
  const std::string word(VerdictWord(verdict.verdict()));
  std::string headline = Printable(verdict.headline());
  if (headline.empty() || !ProvisionalLeak(verdict)) return headline;
  if (headline.rfind(word, 0) == 0) headline = VerdictSoFar(verdict) + headline.substr(word.size());
  const std::string alarm = AlarmText(verdict);
  if (!alarm.empty()) headline += "; " + alarm;
  return headline;
}

std::string EarlyStopText(const v1::Run& run) {
  if (!run.has_stopped_early()) return {};
  return fmt::format("stopped early at {} of {}: LEAK confirmed: {}", FormatSpan(std::round(run.stopped_early().at_s())),
                     FormatSpan(static_cast<double>(run.spec().duration_ms()) / 1000), Printable(run.stopped_early().reason()));
}

}  // namespace seep::cli
