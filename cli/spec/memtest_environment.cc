// The variables of the Rust harness (seed 001), as flags that were not given.
#include <algorithm>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "cli/spec/spec_edits.h"
#include "common/os/files.h"
#include "common/status/status_macros.h"

namespace seep::cli {
namespace {

absl::Status TakeCount(const Environment& environment, const char* name, std::optional<std::uint64_t>& flag) {
  if (flag || !environment.Has(name)) return absl::OkStatus();
  const std::string text = environment.Get(name);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": '", Printable(text), "' is not a whole number"));
  }
  flag = value;
  return absl::OkStatus();
}

// "Set to enable": any value counts, as in the harness.
void TakeSwitch(const Environment& environment, const char* name, bool& flag) { flag = flag || environment.Has(name); }

constexpr const char* kVariables[] = {
    "MEMTEST_DURATION_SECS",   "MEMTEST_PAYMENT_TYPE",  "MEMTEST_RECONNECT_CYCLES",        "MEMTEST_RECONNECT_EVERY",
    "MEMTEST_EXTRA_INSTANCES", "MEMTEST_FREQUENT_SYNC", "MEMTEST_PAYMENT_HISTORY_QUERIES", "MEMTEST_PAYMENT_HISTORY_LIMIT",
    "MEMTEST_CSV_FILE"};
// The Rust harness's own; the Go harness's hour holds where none of its variables is set.
constexpr std::uint64_t kDefaultSeconds = 600;

}  // namespace

absl::Status ApplyMemtestEnvironment(const Environment& environment, RunFlags& flags) {
  std::optional<std::uint64_t> seconds;
  SEEP_RETURN_IF_ERROR(TakeCount(environment, "MEMTEST_DURATION_SECS", seconds));
  const bool any = std::any_of(std::begin(kVariables), std::end(kVariables),
                               [&](const char* name) { return environment.Has(name); });
  if (any && !seconds) seconds = kDefaultSeconds;
  if (seconds && !flags.duration) flags.duration = absl::StrCat(*seconds, "s");
  if (!flags.payment_type && environment.Has("MEMTEST_PAYMENT_TYPE")) flags.payment_type = environment.Get("MEMTEST_PAYMENT_TYPE");
  TakeSwitch(environment, "MEMTEST_RECONNECT_CYCLES", flags.reconnect_cycles);
  // The harness reads it only with cycles on; so does it here, lest a stray
  // variable start reconnects.
  if (flags.reconnect_cycles) SEEP_RETURN_IF_ERROR(TakeCount(environment, "MEMTEST_RECONNECT_EVERY", flags.reconnect_every));
  SEEP_RETURN_IF_ERROR(TakeCount(environment, "MEMTEST_EXTRA_INSTANCES", flags.extra_instances));
  TakeSwitch(environment, "MEMTEST_FREQUENT_SYNC", flags.frequent_sync);
  TakeSwitch(environment, "MEMTEST_PAYMENT_HISTORY_QUERIES", flags.payment_history);
  if (flags.payment_history) {
    SEEP_RETURN_IF_ERROR(TakeCount(environment, "MEMTEST_PAYMENT_HISTORY_LIMIT", flags.payment_history_limit));
  }
  if (flags.csv.empty() && environment.Has("MEMTEST_CSV_FILE")) {
    flags.csv = environment.Get("MEMTEST_CSV_FILE");
    if (flags.csv_layout.empty()) flags.csv_layout = "rust-memtest";
  }
  return absl::OkStatus();
}

}  // namespace seep::cli
