// SPEC.md, section 8. Shapes are judged in every conversation (traffic.cc);
// here events are provoked by `sync`.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sdk/conformance/rules.h"

namespace seep::conformance {
namespace {

using driver::Json;

constexpr absl::Duration kEventLimit = absl::Seconds(2);

std::size_t Heard(const HostSession& host, const std::string& listener, std::size_t from = 0) {
  const auto& events = host.events();
  return static_cast<std::size_t>(std::count_if(events.begin() + static_cast<std::ptrdiff_t>(from), events.end(),
                                                [&](const Event& event) { return event.listener == listener; }));
}

Problem AddListener(HostSession& host, const std::string& name, std::string& id) {
  Json added;
  SEEP_HOLDS(ExpectResult(host, "add_listener", OnInstance(name), &added));
  id = std::string(added.FindString("listener").value_or(""));
  return std::nullopt;
}

// A sync that `listener` heard of, or a skip: nobody can make this SDK speak.
Problem SyncUntilHeard(Trial& trial, HostSession& host, const std::string& name, const std::string& listener) {
  const std::size_t before = Heard(host, listener);
  Json synced;
  SEEP_HOLDS(ResultOrSkip(host, "sync", OnInstance(name), &synced));
  if (host.WaitUntil([&] { return Heard(host, listener) > before; }, trial.Limit(kEventLimit))) return std::nullopt;
  return Skip("no event came after `sync`");
}

Finding CheckRate(Trial& trial) {
  const auto host = trial.Fresh();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  std::string listener;
  SEEP_HOLDS(trial.Connect(*host, name));
  for (int i = 0; i < 100; ++i) SEEP_HOLDS(AddListener(*host, name, listener));
  SEEP_HOLDS(SyncUntilHeard(trial, *host, name, listener));
  for (int i = 0; i < 60; ++i) {
    Json synced;
    SEEP_HOLDS(ResultOrSkip(*host, "sync", OnInstance(name), &synced));
  }
  SEEP_HOLDS(ExpectAlive(*host, "many events"));
  return Pass();
}

Finding CheckEvents(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  std::string first, second;
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(AddListener(*host, name, first));
  SEEP_HOLDS(AddListener(*host, name, second));
  SEEP_HOLDS(SyncUntilHeard(trial, *host, name, first));
  if (!host->WaitUntil([&] { return Heard(*host, second) > 0; }, trial.Limit(kEventLimit))) {
    return host->Fail("an event for each of two listeners");
  }
  const auto& events = host->events();
  const bool named = std::all_of(events.begin(), events.end(), [&](const Event& event) {
    return event.instance == name || (event.listener != first && event.listener != second);
  });
  if (!named) return host->Fail("events of this instance's listeners to carry its name");
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

Finding CheckLogs(Trial& trial) {
  if (!trial.Shared()) return trial.NoHost();
  return trial.traffic().logs() > 0 ? Pass() : Skip("the host sent no `log`");
}

Finding CheckOutOfBandErrors(Trial& trial) {
  if (!trial.Shared()) return trial.NoHost();
  return trial.traffic().out_of_band_errors() > 0 ? Pass() : Skip("the host sent no `out_of_band_error`");
}

Finding CheckSilenceAfterRemoval(Trial& trial) {
  HostSession* const host = trial.Shared();
  if (!host) return trial.NoHost();
  const std::string name = trial.NewName();
  std::string removed, kept;
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(AddListener(*host, name, removed));
  SEEP_HOLDS(AddListener(*host, name, kept));
  SEEP_HOLDS(SyncUntilHeard(trial, *host, name, removed));
  SEEP_HOLDS(ExpectResult(*host, "remove_listener", OnInstance(name, absl::StrCat("\"listener\":", Quoted(removed)))));
  const std::size_t from = host->events().size();
  SEEP_HOLDS(SyncUntilHeard(trial, *host, name, kept));  // had the removed one heard of it, so would we by now
  if (Heard(*host, removed, from) > 0) return host->Fail(absl::StrCat("no event for the removed listener ", removed));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  const std::size_t end = host->events().size();
  SEEP_HOLDS(trial.Connect(*host, name));
  SEEP_HOLDS(AddListener(*host, name, removed));
  SEEP_HOLDS(SyncUntilHeard(trial, *host, name, removed));
  if (Heard(*host, kept, end) > 0 && kept != removed) return host->Fail("no event for a listener of a destroyed instance");
  SEEP_HOLDS(ExpectResult(*host, "disconnect", OnInstance(name)));
  SEEP_HOLDS(ExpectResult(*host, "destroy", OnInstance(name)));
  return Pass();
}

}  // namespace

std::vector<Rule> NotificationRules() {
  return {{"R-8.1", "at most 1,000 notifications a second", {"listeners", "sync"}, CheckRate},
          {"R-8.2", "one event for each listener, with instance and type", {"listeners", "sync"}, CheckEvents},
          {"R-8.3", "a log has a level and a message", {}, CheckLogs},
          {"R-8.4", "an out_of_band_error has a message", {}, CheckOutOfBandErrors},
          {"R-8.5", "nothing is sent for removed listeners and destroyed instances", {"listeners", "sync"}, CheckSilenceAfterRemoval}};
}

}  // namespace seep::conformance
