#include "analysis/verdict/wording.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace seep::analysis {
namespace {

constexpr double kFewPerOperation = 0.1;  // below it "one in so many" reads better than 0.00013

struct Scale {
  double factor;
  const char* word;
};

Scale ByteScale(double magnitude) {
  if (magnitude >= 1e9) return {1e9, " GB"};
  if (magnitude >= 1e6) return {1e6, " MB"};
  if (magnitude >= 1e3) return {1e3, " KB"};
  return {1, " B"};
}

template <typename... Args>
std::string Format(const char* format, Args... args) {
  char buffer[96];
  std::snprintf(buffer, sizeof buffer, format, args...);
  return buffer;
}

// Three figures; never "-0".
std::string Figure(double v) {
  const double a = std::abs(v);
  if (a < 1e-12) return "0";
  if (a < 0.01) return Format("%.2g", v);
  if (a >= 100 || v == std::floor(v)) return Format("%.0f", v);
  return Format(a >= 10 ? "%.1f" : "%.2f", v);
}

// In a scale that the neighbouring figures share, hundredths are enough.
std::string SharedFigure(double v) {
  if (std::abs(v) < 0.005) return "0";
  return Format(std::abs(v) >= 100 ? "%.0f" : std::abs(v) >= 10 ? "%.1f" : "%.2f", v);
}

std::string Grouped(double count) {
  std::string text = Format("%.0f", count);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(at, ",");
  return text;
}

// Two leading figures: "1 in 7,700", not "1 in 7,693".
double Rounded(double count) {
  if (count < 10) return std::round(count);
  const double unit = std::pow(10, std::floor(std::log10(count)) - 1);
  return std::round(count / unit) * unit;
}

}  // namespace

std::string Amount(double value, const std::string& unit, bool sign) {
  if (std::isnan(value)) return "-";
  const std::string plus = sign && value > 0 ? "+" : "";
  if (unit != "bytes") return plus + Figure(value);
  if (std::abs(value) < 0.05) return "0 B";
  const Scale scale = ByteScale(std::abs(value));
  const std::string figure = scale.factor > 1 || std::abs(value) < 10 ? Figure(value / scale.factor) : Format("%.0f", value);
  return plus + figure + scale.word;
}

std::string RateWithInterval(const Estimate& rate, const std::string& unit) {
  if (!rate.known()) return "-";
  Scale scale{1, ""};
  double widest = std::abs(rate.value);
  for (double bound : {rate.low, rate.high}) {
    if (std::isfinite(bound)) widest = std::max(widest, std::abs(bound));
  }
  if (unit == "bytes") scale = ByteScale(widest);
  // Counts that grow by hundredths a minute need their leading figures.
  const auto figure = [&](double v) { return unit == "bytes" || widest >= 1 ? SharedFigure(v / scale.factor) : Figure(v); };
  return (rate.value / scale.factor >= 0.005 || (unit != "bytes" && rate.value > 1e-12) ? "+" : "") + figure(rate.value) +
         scale.word + "/min [" + figure(rate.low) + ", " + figure(rate.high) + "]";
}

std::string AmountPerOperation(double value, const std::string& unit, const std::string& operation) {
  if (unit == "bytes" && value >= 0 && value < 0.05) return "0.1 B " + AnOne(operation);
  if (unit != "bytes" && value > 0 && value < kFewPerOperation) {
    return "1 in " + Grouped(Rounded(1 / value)) + " " + ManyOf(operation);
  }
  return Amount(value, unit) + " " + AnOne(operation);
}

std::string Span(double minutes) {
  if (minutes < 2) return Format("%.0f s", minutes * 60);
  if (minutes < 180) return Format("%.0f min", minutes);
  if (minutes < 48 * 60) return Format("%.1f h", minutes / 60);
  return Format("%.1f days", minutes / 1440);
}

std::string OneOf(const std::string& operation) {
  if (operation.starts_with("ops_")) return OneOf(operation.substr(4));
  if (operation.empty() || operation == "ops" || operation == "operations") return "operation";
  if (operation == "pay") return "payment";
  // "failures.bad_input" and "invoke.sign_message" are kinds of one operation each.
  for (const auto& [group, noun] : {std::pair("failures.", " failure"), std::pair("invoke.", " call")}) {
    if (!operation.starts_with(group)) continue;
    std::string kind = operation.substr(std::string_view(group).size());
    std::replace(kind.begin(), kind.end(), '_', ' ');
    return kind + noun;
  }
  std::string one = operation;
  std::replace(one.begin(), one.end(), '_', ' ');
  if (one.size() > 3 && one.ends_with("ies")) return one.substr(0, one.size() - 3) + "y";
  if (one.size() > 1 && one.ends_with("s") && !one.ends_with("ss")) return one.substr(0, one.size() - 1);
  return one;
}

std::string ManyOf(const std::string& operation) {
  const std::string one = OneOf(operation);
  if (one.ends_with("y") && one.size() > 1 && std::string_view("aeiou").find(one[one.size() - 2]) == std::string_view::npos) {
    return one.substr(0, one.size() - 1) + "ies";
  }
  return one + "s";
}

std::string AnOne(const std::string& operation) {
  const std::string one = OneOf(operation);
  const bool vowel = std::string_view("aeioAEIO").find(one.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + one;
}

}  // namespace seep::analysis
