#include "coordinator/campaign/named_operations.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/campaign/yaml_value.h"

namespace seep::coordinator {
namespace {

constexpr std::size_t kMaxInvokes = 16;  // each is a counter of its own
constexpr std::size_t kMaxMix = 32;
constexpr std::size_t kMaxArgumentBytes = 64 << 10;

const std::vector<std::string>& FailureKinds() {
  static const std::vector<std::string> kKinds = {"bad_input", "insufficient_funds", "network_down", "bad_connect"};
  return kKinds;
}

const std::vector<std::string>& InstanceOperations() {
  static const std::vector<std::string> kOperations = {
      "payment",         "get_info",  "list_payments",      "sync",         "parse",       "receive", "listener",
      "collect_garbage", "bad_input", "insufficient_funds", "network_down", "bad_connect", "connect_cancel"};
  return kOperations;
}

// These concern instances as wholes: a mix may draw them, callers on one cannot.
// `invoke` is an entry of its own.
std::vector<std::string> DrawnOperations() {
  std::vector<std::string> all = InstanceOperations();
  all.insert(all.end(), {"reconnect", "listener_churn", "lifecycle"});
  return all;
}

void CheckWord(FieldReader& fields, std::string_view key, const std::string& word, const std::vector<std::string>& known,
               std::string_view what) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  const std::string nearest = NearestWord(word, known);
  fields.Error(key, absl::StrCat("names an unknown ", std::string(what), ": \"", word.substr(0, 40), "\""),
               nearest.empty() ? absl::StrCat("use ", absl::StrJoin(known, ", ")) : absl::StrCat("did you mean ", nearest, "?"));
}

void ReadFailures(const YamlValue* value, Diagnostics& diagnostics, v1::FailuresScenario& failures) {
  FieldReader fields(value, "scenario.failures", diagnostics);
  for (std::string& kind : fields.Texts("kinds", 16)) {
    CheckWord(fields, "kinds", kind, FailureKinds(), "kind");
    failures.add_kinds(std::move(kind));
  }
  failures.set_every(static_cast<std::uint32_t>(fields.Integer("every", 1, 1, 1'000'000'000)));
  fields.Finish();
}

// One duration or [shortest, longest].
void ReadConnectCancel(const YamlValue* value, Diagnostics& diagnostics, v1::ConnectCancelScenario& cancel) {
  constexpr absl::Duration kLow = absl::Milliseconds(1), kHigh = absl::Minutes(1);
  FieldReader fields(value, "scenario.connect_cancel", diagnostics);
  absl::Duration shortest = absl::Milliseconds(1), longest = absl::Milliseconds(20);
  const YamlValue* deadline = fields.Value("deadline");
  if (deadline != nullptr && deadline->kind == YamlValue::Kind::kSequence) {
    const bool pair = deadline->items.size() == 2;
    if (!pair) fields.Error("deadline", "must be one duration or [shortest, longest]", "write [1ms, 20ms]");
    if (pair && ReadTime(*deadline->items[0], "scenario.connect_cancel.deadline", kLow, kHigh, diagnostics, shortest) &&
        ReadTime(*deadline->items[1], "scenario.connect_cancel.deadline", kLow, kHigh, diagnostics, longest) &&
        shortest > longest) {
      fields.Error("deadline", "has its shortest above its longest", "swap them");
    }
  } else if (deadline != nullptr) {
    shortest = longest = fields.Time("deadline", shortest, kLow, kHigh);
  }
  cancel.set_deadline_ms(static_cast<std::uint32_t>(absl::ToInt64Milliseconds(shortest)));
  cancel.set_deadline_max_ms(static_cast<std::uint32_t>(absl::ToInt64Milliseconds(longest)));
  cancel.set_count(static_cast<std::uint32_t>(fields.Integer("count", 1, 1, 1000)));
  fields.Finish();
}

void ReadConcurrent(const YamlValue* value, Diagnostics& diagnostics, v1::ConcurrentScenario& concurrent) {
  FieldReader fields(value, "scenario.concurrent", diagnostics);
  concurrent.set_callers(static_cast<std::uint32_t>(fields.Integer("callers", 8, 1, 64)));
  for (std::string& operation : fields.Texts("operations", 32)) {
    CheckWord(fields, "operations", operation, InstanceOperations(), "operation");
    concurrent.add_operations(std::move(operation));
  }
  fields.Finish();
}

void ReadInvoke(FieldReader& fields, v1::InvokeCall& call) {
  call.set_operation(fields.Text("operation"));
  if (call.operation().empty() || call.operation().size() > 64) {
    fields.Error("operation", "is missing or longer than 64 characters", "name one that the SDK host lists");
  }
  const YamlValue* arguments = fields.Value("arguments");
  call.set_arguments_json("{}");
  if (arguments != nullptr && arguments->kind != YamlValue::Kind::kMap) {
    fields.Error("arguments", "must be a map", "write {NAME: VALUE}");
  } else if (arguments != nullptr) {
    call.set_arguments_json(ToJson(*arguments));
    if (call.arguments_json().size() > kMaxArgumentBytes) fields.Error("arguments", "are larger than 64 KiB", "shorten them");
  }
  call.set_on_host(fields.OneOf("on", {"instance", "host"}) == "host");
}

// `list`: the items of one, or none with an error said.
const std::vector<YamlPtr>* Items(FieldReader& parts, std::string_view key, const YamlValue* list, std::size_t most,
                                  std::string_view advice) {
  if (list != nullptr && list->kind == YamlValue::Kind::kSequence && !list->items.empty() && list->items.size() <= most) {
    return &list->items;
  }
  parts.Error(key, absl::StrCat("must be a list of 1 to ", most, " operations"), advice);
  return nullptr;
}

void ReadInvokes(FieldReader& parts, Diagnostics& diagnostics, v1::InvokeScenario& invoke) {
  const auto* items = Items(parts, "invoke", parts.Value("invoke"), kMaxInvokes,
                            "write - {operation: sign_message, arguments: {message: hello}}");
  if (items == nullptr) return;
  for (const YamlPtr& item : *items) {
    FieldReader fields(item.get(), "scenario.invoke", diagnostics, item->place);
    ReadInvoke(fields, *invoke.add_calls());
    fields.Finish();
  }
}

// A list of operations, or {per_tick: N, operations: [...]}.
void ReadMix(FieldReader& parts, Diagnostics& diagnostics, v1::MixScenario& mix) {
  const YamlValue* list = parts.Value("mix");
  mix.set_per_tick(1);
  if (list != nullptr && list->kind == YamlValue::Kind::kMap) {
    FieldReader fields(list, "scenario.mix", diagnostics);
    mix.set_per_tick(static_cast<std::uint32_t>(fields.Integer("per_tick", 1, 1, 10'000)));
    list = fields.Value("operations");
    fields.Finish();
  }
  const auto* items = Items(parts, "mix", list, kMaxMix, "write - {operation: payment, weight: 5}");
  if (items == nullptr) return;
  for (const YamlPtr& item : *items) {
    FieldReader fields(item.get(), "scenario.mix", diagnostics, item->place);
    v1::MixEntry& entry = *mix.add_entries();
    entry.set_weight(static_cast<std::uint32_t>(fields.Integer("weight", 1, 1, 1'000'000)));
    // `invoke: NAME` in place of `operation`, as arguments come with it.
    if (fields.Has("invoke")) {
      FieldReader call(fields.Value("invoke"), "scenario.mix.invoke", diagnostics, fields.PlaceOf("invoke"));
      ReadInvoke(call, *entry.mutable_invoke());
      call.Finish();
      entry.set_operation("invoke");
    } else {
      entry.set_operation(fields.Text("operation"));
      CheckWord(fields, "operation", entry.operation(), DrawnOperations(), "operation");
    }
    fields.Finish();
  }
}

// Each operation of the SDK's own is a counter, and a verdict weighs 32 at most.
void LimitInvoked(FieldReader& parts, const v1::ScenarioSpec& scenario) {
  std::set<std::string> invoked;
  for (const v1::InvokeCall& call : scenario.invoke().calls()) invoked.insert(call.operation());
  for (const v1::MixEntry& entry : scenario.mix().entries()) invoked.insert(entry.invoke().operation());
  invoked.erase("");
  if (invoked.size() > kMaxInvokes) {
    parts.Error(scenario.has_mix() ? "mix" : "invoke", "invokes more than 16 operations of the SDK's own", "leave some out");
  }
}

}  // namespace

void ReadNamedOperations(FieldReader& parts, Diagnostics& diagnostics, v1::ScenarioSpec& scenario) {
  if (parts.Has("failures")) ReadFailures(parts.Value("failures"), diagnostics, *scenario.mutable_failures());
  if (parts.Has("connect_cancel")) {
    ReadConnectCancel(parts.Value("connect_cancel"), diagnostics, *scenario.mutable_connect_cancel());
  }
  if (parts.Has("concurrent")) ReadConcurrent(parts.Value("concurrent"), diagnostics, *scenario.mutable_concurrent());
  if (parts.Has("invoke")) ReadInvokes(parts, diagnostics, *scenario.mutable_invoke());
  if (parts.Has("mix")) ReadMix(parts, diagnostics, *scenario.mutable_mix());
  LimitInvoked(parts, scenario);
}

}  // namespace seep::coordinator
