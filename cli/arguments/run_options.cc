#include "cli/arguments/run_options.h"

#include <CLI/CLI.hpp>

#include <charconv>

#include "absl/strings/str_join.h"
#include "cli/render/csv_layouts.h"
#include "cli/spec/spec_edits.h"

namespace seep::cli {
namespace {

constexpr char kHarness[] = "As in the Go and Rust harnesses";
constexpr char kScenario[] = "Scenario";
constexpr char kRun[] = "Run";
constexpr char kTarget[] = "Target";

// CLI11 2.1 lets "-1" and numbers beyond 64 bits wrap around.
std::string NotWhole(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? "" : "'" + text + "' is not a whole number";
}

void AddHarnessOptions(CLI::App& command, RunFlags& f) {
  command.add_option("--duration", f.duration, "How long to soak (default 1h)")->group(kHarness);
  command.add_option("--interval", f.interval, "From one payment, or tick, to the next (default 5s)")->group(kHarness);
  command.add_option("--mem-interval", f.mem_interval, "Memory sampling interval (default 30s)")->group(kHarness);
  command.add_option("--amount", f.amount, "Sats a payment (default 1000)")->check(NotWhole)->group(kHarness);
  command.add_option("--payment-type", f.payment_type, "spark, lightning or both (default spark)")->group(kHarness);
  command.add_flag("--reconnect-cycles", f.reconnect_cycles, "Disconnect and reconnect every N payments")->group(kHarness);
  command.add_option("--reconnect-every", f.reconnect_every, "Payments between reconnects (default 100)")->check(NotWhole)->group(kHarness);
  command.add_flag("--listener-churn", f.listener_churn, "Add and remove event listeners")->group(kHarness);
  command.add_flag("--frequent-sync", f.frequent_sync, "Sync on every tick")->group(kHarness);
  command.add_flag("--payment-history", f.payment_history, "Query the payment history on every tick")->group(kHarness);
  command.add_option("--payment-history-limit", f.payment_history_limit, "Payments a query (default 0: all)")->check(NotWhole)->group(kHarness);
  command.add_flag("--destroy-responses", f.destroy_responses, "Destroy the responses of history queries")->group(kHarness);
  command.add_flag("--force-gc", f.force_gc, "Collect garbage after each tick")->group(kHarness);
  command.add_option("--extra-instances", f.extra_instances, "Idle SDK instances a side, same seeds (default 0)")->check(NotWhole)->group(kHarness);
  command.add_flag("--pprof", f.pprof, "Keep heap and goroutine profiles of the target's pprof endpoint: start, end, on a leak")->group(kHarness);
  command.add_option("--pprof-port", f.pprof_port, "Port of --pprof on this host (default 6060)")->check(NotWhole)->group(kHarness);
  command.add_option("--pprof-url", f.pprof_url, "Endpoint of --pprof, such as http://127.0.0.1:6060/debug/pprof/")->group(kHarness);
  command.add_flag("--heap-dump", f.heap_dump, "Keep a heap dump of the end, where the driver can make one")->group(kHarness);
  command.add_option("--csv", f.csv, "Write the samples to FILE at the end")->group(kHarness)->type_name("FILE");
  command.add_option("--faucet-url", f.faucet_url, "Faucet (default: the simulated one; for networks other than local, the public one)")->group(kHarness);
}

void AddTargetOptions(CLI::App& command, ProcessFlags& f) {
  auto list = [&command](const char* flag, std::vector<std::string>& values, const char* help, const char* type) {
    command.add_option(flag, values, help)->allow_extra_args(false)->type_name(type)->group(kTarget);
  };
  command.add_option("--target", f.target, "sdk (default), process (with -- COMMAND...), attach, or process:ENTRY and attach:ENTRY of the agent's configuration")
      ->type_name("KIND[:ENTRY]")->group(kTarget);
  command.add_option("--load", f.load, "Command that gives the process work, started beside it")->type_name("'COMMAND...'")->group(kTarget);
  command.add_option("--load-entry", f.load_entry, "The same by its name in the agent's configuration")->type_name("ENTRY")->group(kTarget);
  command.add_option("--load-ends", f.load_ends, "When the load ends: end_run (default), repeat or continue")
      ->check(CLI::IsMember({"end_run", "repeat", "continue"}))->group(kTarget);
  command.add_option("--ready", f.ready, "HOST:PORT on loopback that accepts once the process works")->group(kTarget);
  command.add_option("--pid-file", f.pid_file, "Attach to the process whose id this file holds")->type_name("FILE")->group(kTarget);
  command.add_option("--unit", f.unit, "Attach to the main process of a systemd unit")->group(kTarget);
  command.add_option("--exe", f.executable, "Attach to the process that runs exactly this file")->type_name("FILE")->group(kTarget);
  list("--env", f.environment, "Variable of the process and its load: taken over, or set", "NAME[=VALUE]");
  list("--param", f.parameters, "Parameter of the agent's entry", "NAME=VALUE");
  list("--load-param", f.load_parameters, "Parameter of the load's entry", "NAME=VALUE");
  command.add_option("--collector", f.collector, "managed: its memory is garbage collected (Go, JVM, JavaScript)")
      ->check(CLI::IsMember({"none", "managed"}))->group(kTarget);
  list("--metrics", f.metrics, "Prometheus text endpoint of the target", "URL");
  list("--metrics-series", f.metrics_series, "Series to take from it, with * and ? (default: Go's own, and connections)", "GLOB");
  list("--operation", f.operations, "Counter among them by which rates are divided", "SERIES");
}

}  // namespace

void AddRunOptions(CLI::App& command, RunFlags& f) {
  command.add_option("spec", f.spec, "Campaign file, '-' for standard input; without one the flags make it")->type_name("SPEC");
  AddHarnessOptions(command, f);
  AddTargetOptions(command, f.process);
  auto list = [&command](const char* flag, std::vector<std::string>& values, const std::string& help, const char* type, const char* group) {
    command.add_option(flag, values, help)->allow_extra_args(false)->type_name(type)->group(group);
  };
  list("--scenario", f.scenarios, absl::StrJoin(ScenarioNames(), ", ") + "; several run together (default payments)", "NAME", kScenario);
  command.add_option("--lifecycles", f.lifecycles, "Lifecycles (build, use, disconnect, destroy), then stop")->check(NotWhole)->group(kScenario);
  command.add_option("--rate", f.rate, "Ticks a second, such as 10/s, whatever the target does, instead of --interval")->group(kScenario);
  list("--ramp", f.ramps, "Move the rate to RATE over a time, such as 50/s:1m; several follow each other", "RATE:OVER", kScenario);
  command.add_flag("--poisson", f.poisson, "Let the ticks of --rate come by chance, not evenly")->group(kScenario);
  command.add_option("--max-in-flight", f.max_in_flight, "Ticks at once with --rate (default 16)")->check(NotWhole)->group(kScenario);
  command.add_option("--backlog", f.backlog, "Ticks that may wait with --rate; more are dropped and counted (default 1000)")->check(NotWhole)->group(kScenario);
  command.add_option("--think-time", f.think_time, "Pause after each tick, such as 1s or 1s-3s")->group(kScenario);
  command.add_option("--warm-up", f.warm_up, "Of the duration, what counts neither for latencies nor thresholds nor the slope")->group(kRun);
  command.add_option("--cool-down", f.cool_down, "After the last tick, before the instances are taken down")->group(kRun);
  list("--threshold", f.thresholds, "Must hold, such as 'p(99)<250ms' or 'rss<400MiB abort_on_fail delay=30s'; else exit 4", "EXPRESSION", kRun);
  command.add_option("--processes", f.processes, "SDK host processes, each with wallets and a scenario of its own (default 1, at most 32)")->check(NotWhole)->group(kScenario);
  list("--leak", f.leaks, "Inject a leak into the simulated wallet, such as payment=4KiB", "NAME=SIZE", kScenario);
  list("--chaos-restart", f.chaos_restarts, "Restart the SDK at random intervals: kill, terminate or graceful (default 30s-2m)",
       "KIND[:10s-20s]", kScenario);
  command.add_option("--name", f.name, "Name of the campaign (default: its scenarios)")->group(kRun);
  command.add_option("--sdk", f.sdk, "Driver on the agents' allow list (default simulated-wallet)")->group(kRun);
  command.add_option("--sdk-version", f.sdk_version, "A version that the agent has installed")->group(kRun);
  command.add_option("--network", f.network, "local, regtest or mainnet (default local)")->group(kRun);
  command.add_option("--seed", f.seed, "Seed of every random choice (default: drawn and recorded)")->check(NotWhole)->group(kRun);
  list("--label", f.labels, "Label of the run", "KEY=VALUE", kRun);
  list("--placement", f.placement, "Label that the agent must have", "KEY=VALUE", kRun);
  command.add_flag("--stop-early", f.stop_early, "End the run once a leak is confirmed (it must hold for 0.4 of the planned run)")->group(kRun);
  list("--rules", f.rules, "Rule set shown beside the verdict: memtest, listings, soak", "NAME", kRun);
  list("--set", f.set, "Set a field of the campaign, such as sdk.version=0.19.2", "PATH=VALUE", kRun);
  command.add_option("--csv-layout", f.csv_layout, "Columns of --csv: " + absl::StrJoin(CsvLayoutNames(), ", ") + " (default go-memtest)")
      ->type_name("NAME")->group(kRun);
}

}  // namespace seep::cli
