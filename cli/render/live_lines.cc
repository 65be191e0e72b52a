#include "cli/render/live_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/console/exit_code.h"
#include "cli/render/quantities.h"
#include "cli/render/verdict_so_far.h"
#include "common/os/files.h"

namespace seep::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

std::string Level(std::string_view gauge, double value, std::string_view unit) {
  if (unit != "bytes") return FormatLevel(value, unit);
  // The seeds print heaps with two decimals.
  return FormatBytes(value, gauge.substr(0, 4) == "heap" ? 2 : 1);
}

std::string Delta(std::string_view gauge, double delta) {
  const std::string text = FormatBytes(delta, gauge.substr(0, 4) == "heap" ? 2 : 1);
  return delta < 0 ? text : "+" + text;
}

std::string Shown(const std::string& text) { return Printable(text); }

}  // namespace

std::string RunHeader(const v1::Run& run) {
  const v1::TargetSpec& target = run.spec().target();
  const std::string version = run.sdk_version().empty() ? target.version() : run.sdk_version();
  const char* what = target.kind() == v1::TARGET_KIND_PROCESS ? "process" : target.kind() == v1::TARGET_KIND_ATTACH ? "attach" : "sdk";
  std::string header = fmt::format("run {}  {}  {}={}", Shown(run.run_id()), Shown(run.spec().name()), what,
                                   Shown(target.entry().empty() ? target.driver() : target.entry()));
  if (target.has_load()) header += fmt::format("  load={}", Shown(target.load().entry()));
  if (!version.empty()) header += fmt::format(" {}", Shown(version));
  if (!run.agent().empty()) header += fmt::format("  agent={}", Shown(run.agent()));
  return header + fmt::format("  seed={}", run.spec().seed());
}

std::string FaultText(const v1::FaultReport& fault) {
  const std::string kind = EnumWord(v1::FaultKind_Name(fault.kind()));
  switch (fault.state()) {
    case v1::FAULT_STATE_HEALED:
      return fmt::format("{} gen {}→{} (pid {}→{}, {} ms)", kind, fault.old_generation(), fault.new_generation(),
                         fault.old_pid(), fault.new_pid(),
                         fault.healed_at_ms() - std::min(fault.injected_at_ms(), fault.healed_at_ms()));
    case v1::FAULT_STATE_FAILED: return fmt::format("{} failed: {}", kind, Shown(fault.detail()));
    case v1::FAULT_STATE_SKIPPED: return fmt::format("{} skipped: {}", kind, Shown(fault.detail()));
    default: return fmt::format("{} {}", kind, EnumWord(v1::FaultState_Name(fault.state())));
  }
}

std::vector<std::string> LiveLines::Take(const v1::RunUpdate& update) {
  std::vector<std::string> lines;
  if (update.has_run()) TakeRun(update.run(), lines);
  for (const auto& definition : update.gauges()) gauges_.Define(definition);

  // Chaos and events belong between the samples of their times.
  std::vector<const v1::FaultReport*> faults;
  for (const auto& fault : update.faults()) faults.push_back(&fault);
  std::vector<const v1::RunEvent*> events;
  for (const auto& event : update.events()) events.push_back(&event);
  std::size_t next_fault = 0, next_event = 0;
  auto take_until = [&](std::int64_t at_us) {
    while (next_fault < faults.size() && static_cast<std::int64_t>(faults[next_fault]->injected_at_ms()) * 1000 <= at_us) {
      TakeFault(*faults[next_fault++], lines);
    }
    while (next_event < events.size() && static_cast<std::int64_t>(events[next_event]->at_ms()) * 1000 <= at_us) {
      TakeEvent(*events[next_event++], lines);
    }
  };
  for (const auto& sample : update.samples()) {
    take_until(sample.monotonic_us());
    TakeSample(sample, lines);
  }
  take_until(INT64_MAX);
  if (update.dropped_samples() > 0) {
    lines.push_back(fmt::format("[{}] note: {} samples not shown here (this watcher was too slow); all are stored",
                                FormatClock(last_sample_us_), update.dropped_samples()));
  }
  return lines;
}

void LiveLines::TakeRun(const v1::Run& run, std::vector<std::string>& lines) {
  run_ = run;
  has_run_ = true;
  const bool waiting = run.state() == v1::RUN_STATE_QUEUED || run.state() == v1::RUN_STATE_LOST;
  if (waiting && !run.state_reason().empty() && run.state_reason() != waiting_reason_) {
    lines.push_back(fmt::format("run {}  {}: {}", Shown(run.run_id()), EnumWord(v1::RunState_Name(run.state())),
                                Shown(run.state_reason())));
    waiting_reason_ = run.state_reason();
  }
  const bool started = run.state() == v1::RUN_STATE_RUNNING || run.state() == v1::RUN_STATE_STOPPING || IsOver(run.state());
  if (started && !header_shown_) {
    lines.push_back(RunHeader(run));
    header_shown_ = true;
  }
  if (run.verdict().provisional()) TakeVerdict(run.verdict(), lines);
  if (run.state() == v1::RUN_STATE_FAILED || run.state() == v1::RUN_STATE_CANCELLED) {
    lines.push_back(fmt::format("run {}  {}: {}", Shown(run.run_id()), EnumWord(v1::RunState_Name(run.state())),
                                run.state_reason().empty() ? "no reason given" : Shown(run.state_reason())));
  }
}

// A line when an alarm begins, is withdrawn or is confirmed; else silence.
void LiveLines::TakeVerdict(const v1::RunVerdict& verdict, std::vector<std::string>& lines) {
  const v1::Confirmation& now = verdict.confirmation();
  const auto say = [&](const std::string& text) {
    lines.push_back(fmt::format("[{}] verdict: {}", FormatClock(static_cast<std::int64_t>(now.looked_s() * 1e6)), text));
  };
  if (ConfirmedEarly(verdict)) {
    if (!std::exchange(confirmed_, true)) say(fmt::format("{}: {}", VerdictSoFar(verdict), Shown(now.reason())));
  } else if (Unconfirmed(verdict) && !now.series().empty()) {
    if (alarm_ == now.series() && alarm_began_s_ == now.first_alarm_s()) return;
    alarm_ = now.series();
    alarm_began_s_ = now.first_alarm_s();
    say(fmt::format("{}: {}, {}", VerdictSoFar(verdict), Shown(alarm_), AlarmText(verdict)));
  } else if (!alarm_.empty() && !confirmed_) {
    say(fmt::format("the alarm of {} is withdrawn, {} so far", Shown(std::exchange(alarm_, {})), VerdictWord(verdict.verdict())));
  }
}

std::int64_t LiveLines::Interval() const {
  if (pace_.interval_us > 0) return pace_.interval_us;
  const auto sampling = static_cast<std::int64_t>(run_.spec().sampling().interval_ms()) * 1000;
  const auto duration = static_cast<std::int64_t>(std::min<std::uint64_t>(run_.spec().duration_ms(), 1ULL << 50)) * 1000;
  return std::max(sampling, std::clamp(duration / 60, kSecond, 30 * kSecond));
}

void LiveLines::TakeSample(const v1::Sample& sample, std::vector<std::string>& lines) {
  if (sample.monotonic_us() <= last_sample_us_) return;  // replayed
  last_sample_us_ = sample.monotonic_us();
  gauges_.Take(sample);
  // A tenth of slack: a sample that comes a little early is still this line's.
  const std::int64_t interval = Interval();
  if (sample.monotonic_us() + interval / 10 < next_line_us_) return;
  next_line_us_ = std::max(next_line_us_ + interval, sample.monotonic_us() + interval / 2);
  lines.push_back(SampleLine(sample.monotonic_us()));
}

std::string LiveLines::SampleLine(std::int64_t at_us) {
  std::string line = fmt::format("[{}]", FormatClock(at_us));
  for (const char* gauge : {"rss", "heap_allocated", "wasm_memory"}) {
    const auto value = gauges_.Latest(gauge);
    if (!value) continue;
    line += fmt::format(" {}={}", DisplayName(gauge), Level(gauge, *value, "bytes"));
    const auto before = last_printed_.find(gauge);
    if (before != last_printed_.end()) line += fmt::format(" ({})", Delta(gauge, *value - before->second));
    last_printed_[gauge] = *value;
  }
  for (const char* gauge : {"goroutines", "threads", "fds"}) line += Plain(gauge);
  // Of a service, what seed 002's monitor showed besides.
  if (!run_.spec().target().entry().empty()) {
    for (const char* gauge : {"tcp_connections", "cpu_percent"}) line += Plain(gauge);
  }
  for (const auto& definition : gauges_.definitions()) {
    const std::string& name = definition.name();
    if (name.find(".process") != std::string::npos) continue;  // single processes are for the report
    const double value = gauges_.Latest(name).value_or(0);
    const bool interesting = definition.operation() || name == "errors" || name == "dropped_iterations" || name == "waiting_iterations" ||
                             name == "scrape_failures" || name == "load_failures";
    const bool always = name == "payments" && run_.spec().scenario().has_payments() && gauges_.Latest(name);
    if ((interesting && value > 0) || always) line += Plain(name);
  }
  return line + Plain("listeners");
}

// " FDs=42", " CPU=3.5%", in the gauge's own unit; nothing while it has no value.
std::string LiveLines::Plain(const std::string& gauge) const {
  const auto value = gauges_.Latest(gauge);
  if (!value) return "";
  const std::string& unit = gauges_.Find(gauge)->unit();
  return fmt::format(" {}={}{}", DisplayName(gauge), FormatLevel(*value, unit), unit == "percent" ? "%" : unit == "seconds" ? "s" : "");
}

void LiveLines::TakeFault(const v1::FaultReport& fault, std::vector<std::string>& lines) {
  const bool settled = fault.state() == v1::FAULT_STATE_HEALED || fault.state() == v1::FAULT_STATE_FAILED ||
                       fault.state() == v1::FAULT_STATE_SKIPPED;
  if (!settled || !shown_faults_.insert(fault.fault_id()).second) return;
  const std::uint64_t at_ms = fault.injected_at_ms() > 0 ? fault.injected_at_ms() : fault.planned_at_ms();
  lines.push_back(fmt::format("[{}] chaos: {}", FormatClock(static_cast<std::int64_t>(at_ms) * 1000), FaultText(fault)));
}

void LiveLines::TakeEvent(const v1::RunEvent& event, std::vector<std::string>& lines) {
  if (event.id() <= last_event_ && event.id() != 0) return;
  last_event_ = std::max(last_event_, event.id());
  // States and faults have lines of their own, and with them every change of
  // generation but these: a crash, a hang.
  const bool crash = event.message().find("crash") != std::string::npos || event.message().find("hang: ") != std::string::npos;
  if (event.kind() == "state" || event.kind() == "fault" || (event.kind() == "generation" && !crash)) return;
  lines.push_back(fmt::format("[{}] {}: {}", FormatClock(static_cast<std::int64_t>(event.at_ms()) * 1000),
                              Shown(event.kind()), Shown(event.message())));
}

std::string LiveLines::Progress() const {
  if (!has_run_) return "waiting for the run";
  const std::string state = EnumWord(v1::RunState_Name(run_.state()));
  if (last_sample_us_ < 0) return fmt::format("{}: {}", Shown(run_.spec().name()), state);
  std::string line = fmt::format("{}: {} {} of {}", Shown(run_.spec().name()), state, FormatClock(last_sample_us_),
                                 FormatClock(static_cast<std::int64_t>(run_.spec().duration_ms()) * 1000));
  const v1::RunVerdict& verdict = run_.verdict();
  if (Unconfirmed(verdict)) {
    const std::string alarm = AlarmText(verdict);
    line += fmt::format("  {}{}", VerdictSoFar(verdict), alarm.empty() ? "" : fmt::format(" ({})", alarm));
  } else if (run_.has_verdict()) {
    line += fmt::format("  so far {}", ConfirmedEarly(verdict) ? VerdictSoFar(verdict) : std::string(VerdictWord(verdict.verdict())));
  }
  return line;
}

}  // namespace seep::cli
