#include "coordinator/runs/run_messages.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/os/files.h"
#include "coordinator/runs/run_state.h"

namespace seep::coordinator {
namespace {

constexpr std::size_t kMaxMessage = 1024;

std::string Word(std::string name, std::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, absl::string_view(prefix.data(), prefix.size())));
}

// Told once when it begins and once when it ends.
void NoteGeneration(const v1::Run& run, WallTime now, const v1::GenerationInfo* before,
                    const v1::GenerationInfo& generation, storage::RunChange& change) {
  if (before == nullptr) {
    change.events.push_back(MakeEvent(run, now, absl::Milliseconds(generation.started_at_ms()), "generation",
                                      absl::StrCat("generation ", generation.generation(), " began, pid ",
                                                   generation.pid())));
  }
  const bool ended_before = before != nullptr && before->ended_at_ms() > 0;
  if (generation.ended_at_ms() > 0 && !ended_before) {
    change.events.push_back(MakeEvent(run, now, absl::Milliseconds(generation.ended_at_ms()), "generation",
                                      absl::StrCat("generation ", generation.generation(), " ended: ",
                                                   generation.ended_by())));
  }
}

void NoteLimits(const v1::RunStatus& now, v1::Run& run) {
  if (now.limits_size() == 0) return;
  run.clear_limits();
  for (int i = 0; i < std::min(now.limits_size(), 16); ++i) {
    v1::ResourceLimit& limit = *run.add_limits();
    limit = now.limits(i);
    limit.set_series(Printable(limit.series().substr(0, 64)));
    limit.set_name(Printable(limit.name().substr(0, 64)));
  }
}

const v1::GenerationInfo* GenerationOf(const v1::RunStatus& status, std::uint32_t number) {
  for (const auto& generation : status.generations()) {
    if (generation.generation() == number) return &generation;
  }
  return nullptr;
}

}  // namespace

v1::RunEvent MakeEvent(const v1::Run& run, WallTime now, absl::Duration elapsed, std::string kind,
                       std::string message) {
  v1::RunEvent event;
  event.set_run_id(run.run_id());
  event.set_at_ms(static_cast<std::uint64_t>(std::max<std::int64_t>(absl::ToInt64Milliseconds(elapsed), 0)));
  event.set_wall_us(now.micros());
  event.set_kind(std::move(kind));
  event.set_message(Printable(message.substr(0, kMaxMessage)));
  return event;
}

v1::RunEvent FaultEvent(const v1::Run& run, WallTime now, const v1::FaultReport& report) {
  const std::uint64_t at_ms = report.state() == v1::FAULT_STATE_HEALED ? report.healed_at_ms()
                              : report.injected_at_ms() > 0            ? report.injected_at_ms()
                                                                       : report.planned_at_ms();
  std::string message = absl::StrCat(report.fault_id(), ": ", Word(v1::FaultKind_Name(report.kind()), "FAULT_KIND_"),
                                     " ", Word(v1::FaultState_Name(report.state()), "FAULT_STATE_"));
  if (report.state() == v1::FAULT_STATE_HEALED) {
    absl::StrAppend(&message, ", generation ", report.old_generation(), "→", report.new_generation(), ", pid ",
                    report.old_pid(), "→", report.new_pid(), ", ", report.healed_at_ms() - report.injected_at_ms(),
                    " ms");
  }
  if (!report.detail().empty()) absl::StrAppend(&message, ": ", report.detail());
  return MakeEvent(run, now, absl::Milliseconds(at_ms), "fault", std::move(message));
}

std::string DescribeState(const v1::Run& run) {
  return run.state_reason().empty() ? StateName(run.state()) : absl::StrCat(StateName(run.state()), ": ", run.state_reason());
}

bool StopsByItself(const v1::Run& run) { return run.has_stopped_early() || run.has_aborted(); }

std::string DescribeOwnStop(const v1::Run& run) {
  const v1::EarlyStop& early = run.stopped_early();
  const v1::ThresholdAbort& missed = run.aborted();
  if (!run.has_stopped_early()) {
    return absl::StrCat("stopped at ", absl::FormatDuration(absl::Trunc(absl::Seconds(missed.at_s()), absl::Seconds(1))), " of ",
                        absl::FormatDuration(absl::Milliseconds(run.spec().duration_ms())), ": threshold missed: ",
                        Printable(missed.expression()), ", is ", Printable(missed.measured()));
  }
  return absl::StrFormat("stopped early at %.1f min of %.1f min: LEAK confirmed: %s", early.at_s() / 60,
                         static_cast<double>(run.spec().duration_ms()) / 60'000, Printable(early.reason()));
}

// How the load beside the target fares.
void NoteLoad(const v1::RunStatus& now, WallTime wall, v1::Run& run, storage::RunChange& change) {
  if (!now.has_load()) return;
  // One that is repeated ends too often to tell each time: its first failure is news.
  const bool repeats = run.spec().target().load().at_end() == v1::LoadSpec::AT_END_REPEAT;
  const bool failed_first = now.load().failed() > 0 && run.load().failed() == 0;
  if (now.load().ended() > run.load().ended() && (!repeats || failed_first)) {
    change.events.push_back(MakeEvent(run, wall, absl::Milliseconds(now.load().ended_at_ms()), "load",
                                      absl::StrCat("load ", now.load().entry(), " ended: ", now.load().last_end())));
  }
  *run.mutable_load() = now.load();
  run.mutable_load()->set_last_end(Printable(now.load().last_end().substr(0, kMaxMessage)));
}

storage::RunChange ChangesIn(const v1::RunStatus& before, const v1::RunStatus& now, v1::Run& run) {
  storage::RunChange change;
  change.run_id = run.run_id();
  const std::string old = run.SerializeAsString();
  const WallTime wall = WallTime::FromMicros(now.ended_wall_us() > 0 ? now.ended_wall_us() : now.started_wall_us());
  for (int i = 0; i < std::min(now.generations_size(), 20'000); ++i) {
    const auto& generation = now.generations(i);
    const v1::GenerationInfo* known = GenerationOf(before, generation.generation());
    if (known != nullptr && known->SerializeAsString() == generation.SerializeAsString()) continue;
    // After a restart of the coordinator `before` is empty; what the run
    // already counts was told then.
    if (known != nullptr || generation.generation() > run.generation()) {
      NoteGeneration(run, wall, known, generation, change);
    }
    change.generations.push_back(generation);
    change.generations.back().set_ended_by(Printable(generation.ended_by().substr(0, kMaxMessage)));
  }
  run.set_generation(std::max(run.generation(), now.generation()));
  run.set_pid(now.pid());
  if (run.started_wall_us() == 0) run.set_started_wall_us(now.started_wall_us());
  if (now.ended_wall_us() > 0) run.set_ended_wall_us(now.ended_wall_us());
  if (!now.sdk_name().empty()) run.set_sdk_name(Printable(now.sdk_name().substr(0, 256)));
  if (!now.sdk_version().empty()) run.set_sdk_version(Printable(now.sdk_version().substr(0, 256)));
  if (!now.sdk_language().empty()) run.set_sdk_language(Printable(now.sdk_language().substr(0, 256)));
  if (now.has_managed_collector()) run.set_managed_collector(now.managed_collector());
  // An agent of an earlier release takes every stop for a person's.
  if (now.interrupted() && !StopsByItself(run)) run.set_interrupted(true);
  NoteLimits(now, run);
  NoteLoad(now, wall, run, change);
  if (run.SerializeAsString() != old) change.run = run;
  return change;
}

}  // namespace seep::coordinator
