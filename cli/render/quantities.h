// Figures as people read them: 61.9MB, +1.30MB, [00:01:00], 0.94.
//
// Decimal units, as the seeds' harnesses print (1 MB = 1,000,000 B). Not a
// number is "-".
#ifndef SEEP_CLI_RENDER_QUANTITIES_H_
#define SEEP_CLI_RENDER_QUANTITIES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "seep/v1/verdict.pb.h"

namespace seep::cli {

std::string FormatBytes(double bytes, int decimals = 1);
// A level in the unit of its series: bytes, else a plain number.
std::string FormatLevel(double value, std::string_view unit);
// A change: with its sign and three significant digits; zero is "0".
std::string FormatChange(double value, std::string_view unit);
// "[+1.27,+1.33]" in the unit that FormatChange(value) chose.
std::string FormatInterval(const v1::Estimate& estimate, std::string_view unit);
// Three significant digits, trailing zeros dropped: 18, 0.94, 1,300 is "1300".
std::string FormatNumber(double value);
std::string FormatClock(std::int64_t microseconds);     // "00:01:00"
std::string FormatSpan(double seconds);                 // "42 s", "12.5 min", "3.2 h"
std::string FormatWallTime(std::int64_t microseconds);  // "2026-11-21 11:04:10Z"; 0: "-"
std::string FormatRfc3339(std::int64_t microseconds);   // "2026-11-21T11:04:10.250Z"

std::string_view VerdictWord(v1::Verdict verdict);      // "LEAK", ..., "-" when there is none
// "RUN_STATE_FINISHED" → "FINISHED", as JSON has it; any enum of ours.
std::string EnumName(std::string_view full_name);
// The same for people: "finished"; verdicts stay in capitals.
std::string EnumWord(std::string_view full_name);

}  // namespace seep::cli

#endif  // SEEP_CLI_RENDER_QUANTITIES_H_
