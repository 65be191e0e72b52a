// Amounts, rates and spans as people say them.
//
// Threads: pure functions. Failure: what is not known is "-".
// Decimal units, as in every table of the reports: one figure must not read as two.
#ifndef SEEP_ANALYSIS_VERDICT_WORDING_H_
#define SEEP_ANALYSIS_VERDICT_WORDING_H_

#include <string>

#include "analysis/verdict/verdict.h"

namespace seep::analysis {

// "1.27 MB", "512 B", "3": an amount in the series' unit. With a sign if asked.
std::string Amount(double value, const std::string& unit, bool sign = false);

// "+51.0 KB/min [46.0, 56.0]": figure and interval in one and the same unit.
std::string RateWithInterval(const Estimate& per_minute, const std::string& unit);

// "4.40 KB a payment"; counts that are small shares turn round: "1 in 7,700 payments".
std::string AmountPerOperation(double value, const std::string& unit, const std::string& operation);

// "45 s", "58 min", "6.0 h", "9.5 days".
std::string Span(double minutes);

// "payments" -> "payment", "listener_changes" -> "listener change".
std::string OneOf(const std::string& operation);
// "payments", "listener changes": several of them.
std::string ManyOf(const std::string& operation);
// "a payment", "an operation".
std::string AnOne(const std::string& operation);

}  // namespace seep::analysis

#endif  // SEEP_ANALYSIS_VERDICT_WORDING_H_
