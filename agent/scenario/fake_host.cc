#include "agent/scenario/fake_host.h"

#include "absl/strings/str_cat.h"
#include "sdk/driver_protocol/json.h"

namespace seep::agent {
namespace {

constexpr absl::Duration kLatency = absl::Milliseconds(1);

CallOutcome Ok(std::string result = "{}") { return {std::nullopt, std::move(result)}; }

// "alice-3" → "alice"
std::string RoleOf(const std::string& instance) { return instance.substr(0, instance.rfind('-')); }

std::string Text(const driver::Json& params, std::string_view member) {
  return std::string(params.FindString(member).value_or(""));
}

}  // namespace

void FakeHost::Call(HostCall call, Done done) {
  ++calls[std::string(call.method)];
  if (keep_log) log.push_back(absl::StrCat(std::string(call.method), " ", call.instance));
  auto& failures = fail[absl::StrCat(std::string(call.method), " ", RoleOf(call.instance))];
  CallOutcome outcome;
  absl::Duration after = kLatency;
  if (!failures.empty()) {
    outcome = LocalError(failures.front(), "as the test asked");
    if (failures.front() == "deadline_exceeded") after = absl::Seconds(30);
    failures.erase(failures.begin());
  } else if (call.method == "connect" && call.deadline > absl::ZeroDuration() && call.deadline < connect_takes) {
    outcome = LocalError("deadline_exceeded", "R-5.5: the connect is taken down");
    after = call.deadline;
  } else {
    outcome = Execute(call);
  }
  loop_.RunAfter(after, [done = std::move(done), outcome = std::move(outcome)] { done(outcome); });
}

CallOutcome FakeHost::Execute(const HostCall& call) {
  const auto params = driver::Json::Parse(call.params_json);
  if (!params.ok()) return LocalError("invalid_params", "not JSON");
  if (call.instance.empty()) return Ok(call.method == "metrics" ? "{\"values\":{}}" : "{}");
  if (call.method == "connect") {
    if (instances.contains(call.instance)) return LocalError("instance_exists", call.instance);
    if (params->FindString("mnemonic")) return LocalError("invalid_input", "no mnemonic");
    instances[call.instance] = {Text(*params, "seed"), Text(*params, "storage_dir"), Text(*params, "context"), {}, true,
                                params->FindBool("network_down").value_or(false)};
    return Ok();
  }
  const auto found = instances.find(call.instance);
  if (found == instances.end()) {
    ++use_of_the_dead;
    return LocalError("unknown_instance", call.instance);
  }
  if (call.method == "destroy") {
    lived.push_back(std::move(found->second));
    instances.erase(found);
    return Ok();
  }
  return OnInstance(call, found->second);
}

CallOutcome FakeHost::OnInstance(const HostCall& call, Instance& instance) {
  const driver::Json params = *driver::Json::Parse(call.params_json);
  if (call.method == "disconnect") {
    instance.connected = false;
    return Ok();
  }
  if (call.method == "add_listener") {
    const std::string id = absl::StrCat("l", ++last_listener_);
    instance.listeners.insert(id);
    return Ok(absl::StrCat("{\"listener\":\"", id, "\"}"));
  }
  if (call.method == "remove_listener") {
    return Ok(instance.listeners.erase(Text(params, "listener")) > 0 ? "{\"removed\":true}" : "{\"removed\":false}");
  }
  if (!instance.connected) return LocalError("not_connected", call.instance);
  if (call.method == "get_info") return Ok(absl::StrCat("{\"balance_sats\":", balances[instance.seed], "}"));
  if (call.method == "receive") {
    return Ok(absl::StrCat("{\"payment_request\":\"", Text(params, "method"), ":", instance.seed, "\",\"fee_sats\":0}"));
  }
  if (call.method == "prepare_send") {
    prepared_destination_ = Text(params, "destination");
    prepared_amount_ = params.FindInteger("amount_sats").value_or(0);
    return Ok("{\"prepared\":\"p\",\"amount_sats\":1,\"fee_sats\":0}");
  }
  if (call.method == "send") return Send(instance);
  if (call.method == "sync" && instance.network_down) return LocalError("network_error", "unreachable");
  if (call.method == "parse" && Text(params, "input") == "this is no payment request" && refuses_bad_input) {
    return LocalError("invalid_input", "no payment request");
  }
  return Ok("{\"type\":\"x\",\"count\":0}");
}

CallOutcome FakeHost::Send(Instance& instance) {
  if (balances[instance.seed] < prepared_amount_) return LocalError("insufficient_funds", "too poor");
  balances[instance.seed] -= prepared_amount_;
  balances[prepared_destination_.substr(prepared_destination_.find(':') + 1)] += prepared_amount_;
  return Ok("{\"payment\":{\"id\":\"1\",\"status\":\"completed\"}}");
}

void FakeHost::Fund(const std::string& address, std::uint64_t amount_sats, std::function<void(absl::Status)> done) {
  absl::Status status;
  if (faucet_failures > 0) {
    --faucet_failures;
    status = absl::UnavailableError("HTTP 503");
  } else if (faucet_pays) {
    balances[address.substr(address.find(':') + 1)] += static_cast<std::int64_t>(amount_sats);
  }
  loop_.RunAfter(kLatency, [done = std::move(done), status] { done(status); });
}

}  // namespace seep::agent
