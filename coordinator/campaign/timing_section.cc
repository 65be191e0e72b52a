// Pace, phases, duration, sampling.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "coordinator/campaign/sections.h"

namespace seep::coordinator {
namespace {

constexpr absl::Duration kZero = absl::ZeroDuration();
constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Duration kLongest = absl::Hours(24 * 366);
constexpr std::size_t kMaxStages = 100;
constexpr std::uint64_t kMaxInFlight = 64;  // the protocol's calls at once
constexpr std::uint64_t kMaxBacklog = 1'000'000;
// What a target of a healthy pace never needs, and a stall of a minute at 16/s.
constexpr std::uint64_t kBacklog = 1000;
constexpr absl::Duration kTeardown = absl::Milliseconds(500);

// "10/s", "6/m", "1/h" → a second; false after telling.
bool ReadRate(FieldReader& fields, std::string_view key, double lowest, double& rate) {
  const std::string text = fields.Text(key);
  absl::string_view number(text);
  const double unit = absl::ConsumeSuffix(&number, "/s")   ? 1.0
                      : absl::ConsumeSuffix(&number, "/m") ? 60.0
                      : absl::ConsumeSuffix(&number, "/h") ? 3600.0
                                                           : 0.0;
  double given = 0;
  if (unit == 0 || !absl::SimpleAtod(number, &given) || !(given / unit >= lowest && given / unit <= 1e6)) {
    fields.Error(key, absl::StrCat("is no rate: \"", text.substr(0, 40), "\""), "write one such as 10/s, 6/m or 2/h");
    return false;
  }
  rate = given / unit;
  return true;
}

// One duration, or [min, max] to be drawn from.
void ReadThinkTime(FieldReader& pace, Diagnostics& diagnostics, v1::Pace& out) {
  const YamlValue* value = pace.Value("think_time");
  if (value == nullptr) return;
  absl::Duration low = kZero, high = kZero;
  if (value->kind == YamlValue::Kind::kSequence && value->items.size() == 2) {
    const bool both = ReadTime(*value->items[0], "pace.think_time", kZero, kDay, diagnostics, low) &&
                      ReadTime(*value->items[1], "pace.think_time", kZero, kDay, diagnostics, high);
    if (both && low > high) pace.Error("think_time", "has its minimum above its maximum", "swap them");
  } else if (value->kind == YamlValue::Kind::kSequence) {
    pace.Error("think_time", "must be one duration or [min, max]", "write [1s, 3s]");
  } else if (ReadTime(*value, "pace.think_time", kZero, kDay, diagnostics, low)) {
    high = low;
  }
  out.set_think_time_ms(static_cast<std::uint32_t>(absl::ToInt64Milliseconds(low)));
  out.set_think_time_max_ms(static_cast<std::uint32_t>(absl::ToInt64Milliseconds(high)));
}

void ReadStages(FieldReader& pace, Diagnostics& diagnostics, v1::Pace& out) {
  const YamlValue* list = pace.Value("stages");
  if (list == nullptr) return;
  if (list->kind != YamlValue::Kind::kSequence || list->items.empty() || list->items.size() > kMaxStages) {
    pace.Error("stages", absl::StrCat("must be a list of 1 to ", kMaxStages, " stages"), "write - {rate: 50/s, over: 1m}");
    return;
  }
  double highest = out.rate_per_second();
  for (const YamlPtr& item : list->items) {
    FieldReader stage(item.get(), "pace.stages", diagnostics);
    double rate = 0;
    if (!stage.Has("rate")) stage.Error("rate", "is missing", "say where the stage leads, such as 50/s");
    else ReadRate(stage, "rate", 0, rate);
    if (!stage.Has("over")) stage.Error("over", "is missing", "say how long it takes to get there, such as 1m");
    v1::RateStage& added = *out.add_stages();
    added.set_rate_per_second(rate);
    added.set_over_ms(stage.Millis("over", kZero, kZero, absl::Hours(24 * 40)));
    highest = std::max(highest, rate);
    stage.Finish();
  }
  if (highest <= 0 && diagnostics.ok()) pace.Error("stages", "never leave a rate of 0", "give one of them a rate");
}

void ReadOpenLoop(FieldReader& pace, Diagnostics& diagnostics, v1::Pace& out) {
  double rate = 0;
  if (pace.Has("rate") && ReadRate(pace, "rate", pace.Has("stages") ? 0 : 1e-5, rate)) out.set_rate_per_second(rate);
  ReadStages(pace, diagnostics, out);
  out.set_poisson(pace.OneOf("arrivals", {"even", "poisson"}) == "poisson");
  out.set_max_in_flight(static_cast<std::uint32_t>(pace.Integer("max_in_flight", 16, 1, kMaxInFlight)));
  out.set_backlog(static_cast<std::uint32_t>(pace.Integer("backlog", kBacklog, 0, kMaxBacklog)));
  for (const std::string_view closed : {"interval", "think_time"}) {
    if (pace.Has(closed)) {
      pace.Error(closed, "belongs to a closed loop, where the next tick waits for the last",
                 "remove it, or rate and stages");
    }
  }
}

void ReadPace(FieldReader& campaign, Diagnostics& diagnostics, v1::Pace& out) {
  FieldReader pace(campaign.Value("pace"), "pace", diagnostics);
  if (pace.Has("rate") || pace.Has("stages")) {
    ReadOpenLoop(pace, diagnostics, out);
  } else {
    const absl::Duration otherwise = pace.Has("think_time") ? kZero : absl::Seconds(5);
    out.set_interval_ms(pace.Millis("interval", otherwise, kZero, kDay));
    ReadThinkTime(pace, diagnostics, out);
    for (const std::string_view open : {"arrivals", "max_in_flight", "backlog"}) {
      if (pace.Has(open)) pace.Error(open, "needs an arrival rate", "add rate: 10/s, or remove it");
    }
  }
  pace.Finish();
}

// `warm_up` and `cool_down` stand alone or in `phases`, with `teardown`.
void ReadPhases(FieldReader& campaign, Diagnostics& diagnostics, v1::RunSpec& spec) {
  FieldReader phases(campaign.Value("phases"), "phases", diagnostics);
  const auto read = [&](std::string_view key) {
    const bool inside = phases.Has(key), outside = campaign.Has(key);
    if (inside && outside) phases.Error(key, "is given here and outside", "remove one");
    const absl::Duration time = inside ? phases.Time(key, kZero, kZero, kLongest) : campaign.Time(key, kZero, kZero, kLongest);
    return static_cast<std::uint64_t>(absl::ToInt64Milliseconds(time));
  };
  spec.set_warm_up_ms(read("warm_up"));
  spec.set_cool_down_ms(read("cool_down"));
  spec.set_teardown_ms(
      static_cast<std::uint64_t>(absl::ToInt64Milliseconds(phases.Time("teardown", kTeardown, kZero, absl::Hours(1)))));
  if (spec.warm_up_ms() >= spec.duration_ms()) {
    (phases.Has("warm_up") ? phases : campaign).Error("warm_up", "is not shorter than the duration", "shorten it");
  }
  phases.Finish();
}

}  // namespace

void ReadTiming(FieldReader& campaign, Diagnostics& diagnostics, v1::RunSpec& spec) {
  ReadPace(campaign, diagnostics, *spec.mutable_pace());
  spec.set_duration_ms(static_cast<std::uint64_t>(
      absl::ToInt64Milliseconds(campaign.Time("duration", absl::Hours(1), absl::Seconds(1), kLongest))));
  ReadPhases(campaign, diagnostics, spec);
  FieldReader sampling(campaign.Value("sampling"), "sampling", diagnostics);
  auto& out = *spec.mutable_sampling();
  out.set_interval_ms(sampling.Millis("interval", absl::Seconds(30), absl::Milliseconds(50), absl::Hours(1)));
  out.set_detailed_interval_ms(sampling.Millis("detailed", absl::Minutes(5), kZero, kDay));
  out.set_force_collection(sampling.Flag("force_collection", false));
  sampling.Finish();
}

}  // namespace seep::coordinator
