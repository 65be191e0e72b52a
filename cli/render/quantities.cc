#include "cli/render/quantities.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

namespace seep::cli {
namespace {

struct Scale {
  double factor;
  const char* unit;
};

Scale ByteScale(double magnitude) {
  // 999.95 would round to "1000.0KB"; it is 1.0MB.
  if (magnitude >= 999.95e6) return {1e9, "GB"};
  if (magnitude >= 999.95e3) return {1e6, "MB"};
  if (magnitude >= 999.5) return {1e3, "KB"};
  return {1, "B"};
}

bool IsBytes(std::string_view unit) { return unit == "bytes"; }

// Decimals that leave three significant digits.
int Decimals(double magnitude) {
  if (magnitude >= 99.95) return 0;
  if (magnitude >= 9.995) return 1;
  if (magnitude >= 0.9995 || magnitude == 0) return 2;
  return std::min(6, 2 - static_cast<int>(std::floor(std::log10(magnitude))));
}

std::string Trimmed(std::string digits) {
  if (digits.find('.') == std::string::npos) return digits;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

bool IsNothing(double value) { return std::abs(value) < 5e-7; }

std::tm Calendar(std::int64_t microseconds) {
  const auto seconds = static_cast<std::time_t>(microseconds / 1'000'000);
  std::tm calendar{};
  gmtime_r(&seconds, &calendar);
  return calendar;
}

}  // namespace

std::string FormatBytes(double bytes, int decimals) {
  if (!std::isfinite(bytes)) return "-";
  const Scale scale = ByteScale(std::abs(bytes));
  return fmt::format("{:.{}f}{}", bytes / scale.factor, scale.factor == 1 ? 0 : decimals, scale.unit);
}

std::string FormatNumber(double value) {
  if (!std::isfinite(value)) return "-";
  if (IsNothing(value)) return "0";
  if (std::abs(value) >= 1e15) return fmt::format("{:.3g}", value);
  return Trimmed(fmt::format("{:.{}f}", value, Decimals(std::abs(value))));
}

std::string FormatLevel(double value, std::string_view unit) {
  if (IsBytes(unit)) return FormatBytes(value);
  const bool whole = std::isfinite(value) && value == std::floor(value) && std::abs(value) < 1e15;
  return whole ? fmt::format("{:.0f}", value) : FormatNumber(value);
}

std::string FormatChange(double value, std::string_view unit) {
  if (!std::isfinite(value)) return "-";
  if (IsBytes(unit) ? std::abs(value) < 0.5 : IsNothing(value)) return "0";
  if (!IsBytes(unit)) return fmt::format("{}{}", value > 0 ? "+" : "", FormatNumber(value));
  const Scale scale = ByteScale(std::abs(value));
  const double scaled = value / scale.factor;
  return fmt::format("{:+.{}f}{}", scaled, scale.factor == 1 ? 0 : Decimals(std::abs(scaled)), scale.unit);
}

std::string FormatInterval(const v1::Estimate& estimate, std::string_view unit) {
  if (!std::isfinite(estimate.low()) || !std::isfinite(estimate.high())) return "-";
  if (IsBytes(unit) && std::abs(estimate.low()) < 0.5 && std::abs(estimate.high()) < 0.5) return "[0,0]";
  const double center = std::isfinite(estimate.value()) ? std::abs(estimate.value()) : 0;
  const double reach = std::max({center, std::abs(estimate.low()), std::abs(estimate.high())});
  if (!IsBytes(unit)) return fmt::format("[{},{}]", FormatChange(estimate.low(), unit), FormatChange(estimate.high(), unit));
  // The unit is the slope's own, so that the three figures can be compared at
  // a glance; a slope of about zero takes that of its interval.
  const Scale scale = ByteScale(center >= reach / 20 ? center : reach);
  const int decimals = scale.factor == 1 ? 0 : Decimals(reach / scale.factor);
  const bool named = FormatChange(estimate.value(), unit).find(scale.unit) == std::string::npos;
  return fmt::format("[{:+.{}f},{:+.{}f}]{}", estimate.low() / scale.factor, decimals,
                     estimate.high() / scale.factor, decimals, named ? scale.unit : "");
}

std::string FormatClock(std::int64_t microseconds) {
  const std::int64_t seconds = std::max<std::int64_t>(0, microseconds) / 1'000'000;
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string FormatSpan(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  if (seconds < 120) return fmt::format("{} s", FormatNumber(seconds));
  if (seconds < 7200) return fmt::format("{} min", FormatNumber(seconds / 60));
  return fmt::format("{} h", FormatNumber(seconds / 3600));
}

std::string FormatWallTime(std::int64_t microseconds) {
  if (microseconds <= 0) return "-";
  char text[32];
  const std::tm calendar = Calendar(microseconds);
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%SZ", &calendar);
  return text;
}

std::string FormatRfc3339(std::int64_t microseconds) {
  if (microseconds <= 0) return {};
  char text[32];
  const std::tm calendar = Calendar(microseconds);
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &calendar);
  return fmt::format("{}.{:03}Z", text, microseconds / 1000 % 1000);
}

std::string_view VerdictWord(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_INVALID: return "INVALID";
    case v1::VERDICT_INCONCLUSIVE: return "INCONCLUSIVE";
    case v1::VERDICT_CLEAN: return "CLEAN";
    case v1::VERDICT_SUSPECT: return "SUSPECT";
    case v1::VERDICT_LEAK: return "LEAK";
    default: return "-";
  }
}

std::string EnumName(std::string_view full_name) {
  static constexpr std::string_view kPrefixes[] = {"RUN_STATE_",  "VERDICT_",    "FAULT_STATE_", "FAULT_KIND_",
                                                   "PAYMENT_TYPE_", "GAUGE_KIND_", "GAUGE_ORIGIN_", "PHASE_", "OUTCOME_", "ALIGNMENT_", "STATE_"};
  for (const std::string_view prefix : kPrefixes) {
    if (full_name.substr(0, prefix.size()) == prefix) return std::string(full_name.substr(prefix.size()));
  }
  return std::string(full_name);
}

std::string EnumWord(std::string_view full_name) {
  std::string word = EnumName(full_name);
  if (full_name.substr(0, 8) == "VERDICT_") return word;
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return word;
}

}  // namespace seep::cli
