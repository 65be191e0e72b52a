// How a verdict that may still change is told: a provisional LEAK is an
// unfinished warm-up as often as a leak, so it is never shown as a bare LEAK
// before it has held long enough.
//
//   suspect so far            a provisional LEAK that waits to be confirmed
//   LEAK (confirmed early)    one that is
//   CLEAN?                    any other provisional verdict
#ifndef SEEP_CLI_RENDER_VERDICT_SO_FAR_H_
#define SEEP_CLI_RENDER_VERDICT_SO_FAR_H_

#include <string>

#include "cli/render/table.h"
#include "seep/v1/run.pb.h"

namespace seep::cli {

// A provisional LEAK, not confirmed.
bool Unconfirmed(const v1::RunVerdict& verdict);
bool ConfirmedEarly(const v1::RunVerdict& verdict);

// Of the run and of one of its series, in a word or three; "-": none yet.
std::string VerdictSoFar(const v1::RunVerdict& verdict);
std::string VerdictSoFar(const v1::RunVerdict& verdict, const v1::SeriesVerdict& series);
Tint TintSoFar(const v1::RunVerdict& verdict);
Tint TintSoFar(const v1::RunVerdict& verdict, const v1::SeriesVerdict& series);

// "first alarm at 12 min, needs to hold until 20 min"; empty without an alarm.
std::string AlarmText(const v1::RunVerdict& verdict);
// The headline with the word that it may use and what it waits for.
std::string HeadlineSoFar(const v1::RunVerdict& verdict);
// "stopped early at 31 min of 1 h: LEAK confirmed: ..."; empty: it was not.
std::string EarlyStopText(const v1::Run& run);

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_VERDICT_SO_FAR_H_
