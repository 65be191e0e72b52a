#include "storage/stores/agent_store.h"

#include "common/status/status_macros.h"

namespace seep::storage {

absl::Status AgentStore::Save(const v1::AgentInfo& agent) {
  if (agent.agent().empty()) return absl::InvalidArgumentError("an agent without a name");
  SEEP_ASSIGN_OR_RETURN(
      sqlite::Statement replace,
      db_.Prepare("INSERT OR REPLACE INTO agent (agent, host, version, slots, last_seen_wall_us, record)"
                  " VALUES (?, ?, ?, ?, ?, ?)"));
  replace.BindAll(agent.agent(), agent.host(), agent.version(), agent.slots(), agent.last_seen_wall_us());
  replace.BindBlob(6, agent.SerializeAsString());
  return replace.Run();
}

absl::StatusOr<std::vector<v1::AgentInfo>> AgentStore::List() {
  SEEP_ASSIGN_OR_RETURN(sqlite::Statement select,
                        db_.Prepare("SELECT record FROM agent ORDER BY agent LIMIT 10000"));
  std::vector<v1::AgentInfo> agents;
  while (true) {
    SEEP_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return agents;
    const std::string_view record = select.Blob(0);
    if (!agents.emplace_back().ParseFromArray(record.data(), static_cast<int>(record.size()))) {
      return absl::DataLossError("an agent's record is damaged");
    }
  }
}

}  // namespace seep::storage
