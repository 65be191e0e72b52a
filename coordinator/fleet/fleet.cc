#include "coordinator/fleet/fleet.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/os/files.h"

namespace seep::coordinator {
namespace {

bool IsAgentName(std::string_view name) {
  return !name.empty() && name.size() <= 63 && name[0] != '.' && name[0] != '-' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

bool IsText(std::string_view text, std::size_t most) { return text.size() <= most && Printable(text) == text; }

v1::Reject Refuse(v1::Reject::Reason reason, std::string detail) {
  v1::Reject reject;
  reject.set_reason(reason);
  reject.set_detail(std::move(detail));
  return reject;
}

}  // namespace

// What is wrong with a registration; empty: nothing.
std::string Fleet::Fault(const v1::Register& request) const {
  if (!IsAgentName(request.agent())) {
    return "the agent's name must be 1 to 63 of a-z, 0-9, '.' and '-', beginning with a letter or digit";
  }
  if (request.instance_id().empty() || !IsText(request.instance_id(), 128)) return "instance_id is missing or too long";
  if (!IsText(request.boot_epoch(), 128)) return "boot_epoch is too long";
  if (request.slots() > 1024) return "slots must be at most 1,024";  // 0: it takes no runs
  if (request.labels_size() > 64) return "more than 64 labels";
  for (const auto& [key, value] : request.labels()) {
    if (!IsText(key, 63) || !IsText(value, 256)) return "a label is too long or has control characters";
  }
  if (request.drivers_size() > 64) return "more than 64 drivers";
  if (request.targets_size() > 256 || request.loads_size() > 256) return "more than 256 targets or loads";
  for (const auto& driver : request.drivers()) {
    if (!IsText(driver.name(), 63) || driver.versions_size() > 256) return "a driver's name or versions are too long";
    for (const std::string& version : driver.versions()) {
      if (!IsText(version, 64)) return "a driver's version is too long";
    }
  }
  if (request.runs_size() > 4096) return "more than 4,096 runs";
  return {};
}

std::variant<Admitted, v1::Reject> Fleet::Admit(const v1::Register& request, LinkId link) {
  const std::uint32_t version = std::min(request.max_version(), kMaxLinkVersion);
  if (version < std::max(request.min_version(), kMinLinkVersion)) {
    return Refuse(v1::Reject::REASON_VERSION,
                  absl::StrCat("the agent speaks link versions ", request.min_version(), " to ", request.max_version(),
                               ", this coordinator ", kMinLinkVersion, " to ", kMaxLinkVersion, "; upgrade the older"));
  }
  if (std::string fault = Fault(request); !fault.empty()) return Refuse(v1::Reject::REASON_BAD_REQUEST, fault);
  const std::string& name = request.agent();
  const auto known = agents_.find(name);
  if (known == agents_.end() && agents_.size() >= kMaxAgents) {
    return Refuse(v1::Reject::REASON_NOT_ALLOWED, absl::StrCat("the fleet is full: ", kMaxAgents, " agents"));
  }
  Admitted admitted;
  admitted.version = version;
  if (known != agents_.end()) {
    const Entry& entry = known->second;
    admitted.same_process = entry.instance_id == request.instance_id();
    const bool live = entry.link != LinkId::kNone && leases_.Holds(name);
    if (live && !admitted.same_process) {
      return Refuse(v1::Reject::REASON_NAME_IN_USE,
                    absl::StrCat("a live agent on ", entry.info.host(), " has the name ", name,
                                 "; give this one another (--name)"));
    }
    admitted.superseded = entry.link;
    by_link_.erase(entry.link);
  }
  Entry& entry = agents_[name];
  const bool draining = entry.info.draining();
  entry.info.Clear();
  entry.info.set_agent(name);
  *entry.info.mutable_labels() = request.labels();
  entry.info.set_slots(request.slots());
  entry.info.set_draining(draining);
  entry.info.set_last_seen_wall_us(clock_.WallNow().micros());
  entry.info.set_version(Printable(request.release().substr(0, 64)));
  entry.info.set_host(Printable(request.host().substr(0, 256)));
  *entry.info.mutable_drivers() = request.drivers();
  *entry.info.mutable_targets() = request.targets();
  *entry.info.mutable_loads() = request.loads();
  entry.instance_id = request.instance_id();
  entry.link = link;
  entry.welcomed = false;
  by_link_[link] = name;
  leases_.Grant(name);
  return admitted;
}

bool Fleet::Welcome(LinkId link) {
  const auto known = by_link_.find(link);
  if (known == by_link_.end()) return false;
  Entry& entry = agents_[known->second];
  entry.welcomed = true;
  entry.info.set_connected(true);
  return true;
}

absl::Status Fleet::Heartbeat(const std::string& agent, const v1::Heartbeat& heartbeat) {
  absl::Status renewed = leases_.Renew(agent);
  if (!renewed.ok()) return renewed;
  Entry& entry = agents_[agent];
  entry.info.set_slots_used(heartbeat.slots_used());
  entry.info.set_last_seen_wall_us(clock_.WallNow().micros());
  if (heartbeat.wall_us() > 0) {
    entry.clock_offset = WallTime::FromMicros(heartbeat.wall_us()).time() - clock_.WallNow().time();
  }
  return absl::OkStatus();
}

void Fleet::Disconnected(LinkId link) {
  const auto known = by_link_.find(link);
  if (known == by_link_.end()) return;
  Entry& entry = agents_[known->second];
  entry.link = LinkId::kNone;
  entry.info.set_connected(false);
  by_link_.erase(known);
}

std::vector<std::string> Fleet::TakeExpired() {
  std::vector<std::string> expired = leases_.TakeExpired();
  for (const std::string& agent : expired) agents_[agent].info.set_connected(false);
  return expired;
}

void Fleet::Remember(const v1::AgentInfo& agent) {
  Entry& entry = agents_[agent.agent()];
  if (entry.link != LinkId::kNone) return;
  entry.info = agent;
  entry.info.set_connected(false);
  entry.info.set_slots_used(0);
}

void Fleet::SetDraining(const std::string& agent, bool draining) {
  if (const auto known = agents_.find(agent); known != agents_.end()) known->second.info.set_draining(draining);
}

LinkId Fleet::LinkOf(const std::string& agent) const {
  const auto known = agents_.find(agent);
  return known == agents_.end() || !known->second.welcomed ? LinkId::kNone : known->second.link;
}

std::string Fleet::AgentOf(LinkId link) const {
  const auto known = by_link_.find(link);
  return known == by_link_.end() ? std::string() : known->second;
}

absl::Duration Fleet::ClockOffset(const std::string& agent) const {
  const auto known = agents_.find(agent);
  return known == agents_.end() ? absl::ZeroDuration() : known->second.clock_offset;
}

std::vector<v1::AgentInfo> Fleet::List() const {
  std::vector<v1::AgentInfo> list;
  for (const auto& [name, entry] : agents_) list.push_back(entry.info);
  return list;
}

const v1::AgentInfo* Fleet::Find(const std::string& agent) const {
  const auto known = agents_.find(agent);
  return known == agents_.end() ? nullptr : &known->second.info;
}

}  // namespace seep::coordinator
