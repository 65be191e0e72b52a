#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/campaign/named_operations.h"
#include "coordinator/campaign/sections.h"

namespace seep::coordinator {
namespace {

constexpr absl::Duration kZero = absl::ZeroDuration();
constexpr std::uint64_t kChurned = 5;  // listeners a side, as the seeds' harness
constexpr std::uint64_t kMaxSats = 2'100'000'000'000'000;  // all there will ever be

void ReadPayments(const YamlValue* value, Diagnostics& diagnostics, v1::PaymentsScenario& payments) {
  FieldReader fields(value, "scenario.payments", diagnostics);
  const std::string type = fields.OneOf("type", {"spark", "lightning", "both"});
  payments.set_type(type == "both"        ? v1::PAYMENT_TYPE_BOTH
                    : type == "lightning" ? v1::PAYMENT_TYPE_LIGHTNING
                                          : v1::PAYMENT_TYPE_SPARK);
  payments.set_amount_sats(fields.Integer("amount", 1000, 1, kMaxSats));
  payments.set_refill_below_sats(fields.Integer("refill_below", 5000, 0, kMaxSats));
  payments.set_refill_amount_sats(fields.Integer("refill_amount", 50'000, 1, kMaxSats));
  payments.set_refill_timeout_ms(fields.Millis("refill_timeout", absl::Minutes(5), absl::Seconds(1), absl::Hours(1)));
  payments.set_refill_poll_ms(fields.Millis("refill_poll", absl::Seconds(5), absl::Milliseconds(10), absl::Minutes(10)));
  fields.Finish();
}

void ReadReconnect(const YamlValue* value, Diagnostics& diagnostics, v1::ReconnectScenario& reconnect) {
  FieldReader fields(value, "scenario.reconnect", diagnostics);
  const bool by_time = fields.Has("every_time");
  reconnect.set_every_payments(
      static_cast<std::uint32_t>(fields.Integer("every", by_time ? 0 : 100, 0, 1'000'000'000)));
  reconnect.set_every_ms(fields.Millis("every_time", kZero, kZero, absl::Hours(24)));
  reconnect.set_settle_ms(fields.Millis("settle", absl::Seconds(5), kZero, absl::Hours(1)));
  fields.Finish();
}

void ReadLifecycle(const YamlValue* value, Diagnostics& diagnostics, v1::LifecycleScenario& lifecycle) {
  static const std::vector<std::string> kUses = {"get_info", "list_payments", "parse", "receive", "sync", "listeners",
                                                 "capturing_listener"};
  FieldReader fields(value, "scenario.lifecycle", diagnostics);
  lifecycle.set_count(fields.Integer("count", 0, 0, 1'000'000'000'000));
  lifecycle.set_fresh_directories(fields.Flag("fresh_directories", false));
  lifecycle.set_distinct_wallets(fields.Flag("distinct_wallets", false));
  lifecycle.set_disconnect(fields.Flag("disconnect", true));
  lifecycle.set_concurrency(static_cast<std::uint32_t>(fields.Integer("concurrency", 1, 1, 256)));
  for (const std::string& use : fields.Texts("use", 32)) {
    if (std::find(kUses.begin(), kUses.end(), use) == kUses.end()) {
      const std::string nearest = NearestWord(use, kUses);
      fields.Error("use", absl::StrCat("names an unknown operation: \"", use.substr(0, 40), "\""),
                   nearest.empty() ? "use get_info, list_payments, parse, receive, sync, listeners, capturing_listener"
                                   : absl::StrCat("did you mean ", nearest, "?"));
    }
    lifecycle.add_use(use);
  }
  fields.Finish();
}

void ReadSmall(FieldReader& parts, Diagnostics& diagnostics, v1::ScenarioSpec& scenario) {
  if (parts.Has("listener_churn")) {
    FieldReader fields(parts.Value("listener_churn"), "scenario.listener_churn", diagnostics);
    auto& churn = *scenario.mutable_listener_churn();
    churn.set_count(static_cast<std::uint32_t>(fields.Integer("count", kChurned, 1, 10'000)));
    churn.set_capture_instance(fields.Flag("capture_instance", false));
    fields.Finish();
  }
  if (parts.Has("history")) {
    FieldReader fields(parts.Value("history"), "scenario.history", diagnostics);
    auto& history = *scenario.mutable_history();
    history.set_limit(static_cast<std::uint32_t>(fields.Integer("limit", 0, 0, 1'000'000)));
    history.set_destroy_response(fields.Flag("destroy_response", true));
    history.set_prefill(static_cast<std::uint32_t>(fields.Integer("prefill", 0, 0, 1'000'000)));
    fields.Finish();
  }
  if (parts.Has("sync")) {
    FieldReader(parts.Value("sync"), "scenario.sync", diagnostics).Finish();
    scenario.mutable_sync();
  }
  if (parts.Has("collect_garbage")) {
    FieldReader(parts.Value("collect_garbage"), "scenario.collect_garbage", diagnostics).Finish();
    scenario.mutable_collect_garbage();
  }
  if (parts.Has("parse")) {
    FieldReader fields(parts.Value("parse"), "scenario.parse", diagnostics);
    scenario.mutable_parse();
    for (std::string& input : fields.Texts("inputs", 1000)) scenario.mutable_parse()->add_inputs(std::move(input));
    fields.Finish();
  }
}

// Who pays: a mix that names payments draws them, and `payments` then only says
// how; a prefill needs to know how as well.
void SettlePayments(Diagnostics& diagnostics, v1::ScenarioSpec& scenario) {
  const auto& entries = scenario.mix().entries();
  const auto& together = scenario.concurrent().operations();
  const bool drawn = std::any_of(entries.begin(), entries.end(), [](const auto& e) { return e.operation() == "payment"; }) ||
                     std::find(together.begin(), together.end(), "payment") != together.end();
  if (!drawn && (scenario.history().prefill() == 0 || scenario.has_payments())) return;
  if (!scenario.has_payments()) ReadPayments(nullptr, diagnostics, *scenario.mutable_payments());
  scenario.mutable_payments()->set_idle(true);
}

bool Draws(const v1::ScenarioSpec& scenario, const char* operation) {
  const auto& entries = scenario.mix().entries();
  return std::any_of(entries.begin(), entries.end(), [operation](const auto& e) { return e.operation() == operation; });
}

// The same of what else a mix draws: its section then only says how.
void SettleDrawn(FieldReader& parts, Diagnostics& diagnostics, v1::ScenarioSpec& scenario) {
  if (Draws(scenario, "reconnect")) {
    scenario.mutable_reconnect()->set_idle(true);  // without a section nothing settles: the pace says how often
  }
  if (Draws(scenario, "listener_churn")) {
    auto& churn = *scenario.mutable_listener_churn();
    if (churn.count() == 0) churn.set_count(kChurned);
    churn.set_idle(true);
  }
  if (!Draws(scenario, "lifecycle")) return;
  if (!scenario.has_lifecycle()) ReadLifecycle(nullptr, diagnostics, *scenario.mutable_lifecycle());
  scenario.mutable_lifecycle()->set_idle(true);
  if (scenario.lifecycle().count() > 0) {
    parts.Error("lifecycle", "has a count, and the mix draws lifecycles as long as the run lasts", "remove count, or lifecycle from the mix");
  }
}

}  // namespace

void ReadScenario(FieldReader& campaign, Diagnostics& diagnostics, v1::ScenarioSpec& scenario) {
  if (!campaign.Has("scenario")) {
    campaign.Error("scenario", "is missing", "add scenario: {lifecycle: {}} or another");
    return;
  }
  FieldReader parts(campaign.Value("scenario"), "scenario", diagnostics, campaign.PlaceOf("scenario"));
  if (parts.Has("payments")) ReadPayments(parts.Value("payments"), diagnostics, *scenario.mutable_payments());
  if (parts.Has("reconnect")) ReadReconnect(parts.Value("reconnect"), diagnostics, *scenario.mutable_reconnect());
  if (parts.Has("lifecycle")) ReadLifecycle(parts.Value("lifecycle"), diagnostics, *scenario.mutable_lifecycle());
  ReadSmall(parts, diagnostics, scenario);
  ReadNamedOperations(parts, diagnostics, scenario);
  SettlePayments(diagnostics, scenario);
  SettleDrawn(parts, diagnostics, scenario);
  parts.Finish();
  if (scenario.ByteSizeLong() == 0 && diagnostics.ok()) {
    campaign.Error("scenario", "names nothing to do",
                   "add at least one of payments, reconnect, listener_churn, lifecycle, history, sync, "
                   "collect_garbage, parse, failures, connect_cancel, concurrent, invoke, mix");
  }
}

}  // namespace seep::coordinator
