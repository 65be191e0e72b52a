// thresholds: what a run must keep to, in numbers.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/campaign/sections.h"
#include "coordinator/thresholds/expression.h"

namespace seep::coordinator {
namespace {

constexpr std::size_t kMaxThresholds = 64;
constexpr absl::Duration kLongest = absl::Hours(24 * 366);

// The place of a byte within a scalar that stands on one line.
Place Within(const YamlValue& value, std::size_t at) {
  Place place = value.place;
  place.column += static_cast<int>(at) + (value.quoted ? 1 : 0);
  return place;
}

bool IsOneOf(const std::string& name, const std::vector<std::string>& known) {
  return std::find(known.begin(), known.end(), name) != known.end();
}

// Operations are Seep's own but for `invoke`; series are an open set.
void CheckName(const YamlValue& value, const ThresholdExpression& expression, Diagnostics& diagnostics) {
  const std::string& name = expression.name;
  const bool own = name.rfind("invoke.", 0) == 0 || name.rfind("errors.", 0) == 0 || name.rfind("failures.", 0) == 0 || name.rfind("host.", 0) == 0;
  const bool counts = expression.measure == Measure::kCount || expression.measure == Measure::kRate;
  const bool latency = expression.measure == Measure::kErrorRate || (expression.measure >= Measure::kPercentile &&
                                                                     expression.measure <= Measure::kMaxLatency);
  if (own || ((latency || counts) && IsOneOf(name, KnownOperations())) || (!latency && IsOneOf(name, KnownSeries()))) return;
  const Place place = Within(value, expression.name_at);
  const std::string nearest = NearestWord(name, latency ? KnownOperations() : KnownSeries());
  const std::string advice = nearest.empty() ? std::string() : absl::StrCat("did you mean ", nearest, "?");
  if (latency && !nearest.empty()) {
    diagnostics.Error(place, absl::StrCat("thresholds: no operation is called ", name), advice);
  } else if (latency) {
    diagnostics.Warning(place, absl::StrCat("thresholds: Seep itself has no operation called ", name),
                        "if the run has none either, the threshold is missed");
  } else {
    diagnostics.Warning(place, absl::StrCat("thresholds: Seep itself has no series called ", name),
                        nearest.empty() ? "if the SDK reports none either, the threshold is missed" : advice);
  }
}

void ReadOne(const YamlValue& item, Diagnostics& diagnostics, v1::VerdictSpec& judging) {
  FieldReader fields(item.kind == YamlValue::Kind::kMap ? &item : nullptr, "thresholds", diagnostics, item.place);
  const YamlValue* text = item.kind == YamlValue::Kind::kMap ? fields.Value("expression") : &item;
  if (text == nullptr || text->kind != YamlValue::Kind::kScalar) {
    diagnostics.Error(item.place, "thresholds: an entry has no expression", "write one such as \"p(99)<250ms\"");
    return;
  }
  ThresholdExpression expression;
  ExpressionMistake mistake;
  if (!ParseThreshold(text->text, expression, mistake)) {
    diagnostics.Error(Within(*text, mistake.at), absl::StrCat("thresholds: \"", text->text.substr(0, 60), "\" ", mistake.what),
                      mistake.advice);
    return;
  }
  CheckName(*text, expression, diagnostics);
  v1::Threshold& threshold = *judging.add_thresholds();
  threshold.set_expression(expression.text);
  threshold.set_abort_on_fail(fields.Flag("abort_on_fail", expression.abort_on_fail));
  threshold.set_delay_ms(static_cast<std::uint64_t>(
      absl::ToInt64Milliseconds(fields.Time("delay", expression.delay, absl::ZeroDuration(), kLongest))));
  if (threshold.delay_ms() > 0 && !threshold.abort_on_fail()) {
    diagnostics.Warning(text->place, "thresholds: delay has no effect without abort_on_fail", "add abort_on_fail, or remove it");
  }
  fields.Finish();
}

}  // namespace

void ReadThresholds(FieldReader& campaign, Diagnostics& diagnostics, v1::VerdictSpec& judging) {
  const YamlValue* list = campaign.Value("thresholds");
  if (list == nullptr) return;
  if (list->kind != YamlValue::Kind::kSequence || list->items.size() > kMaxThresholds) {
    campaign.Error("thresholds", absl::StrCat("must be a list of at most ", kMaxThresholds, " thresholds"),
                   "write - \"p(99)<250ms\"");
    return;
  }
  for (const YamlPtr& item : list->items) ReadOne(*item, diagnostics, judging);
}

}  // namespace seep::coordinator
