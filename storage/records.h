// What goes into the store and comes out of it: the protocol's messages and a
// few plain structures around them. Ids are the printed ones ("r-0001",
// "c-0001"), allocated by the store.
#ifndef SEEP_STORAGE_RECORDS_H_
#define SEEP_STORAGE_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "seep/v1/agent_link.pb.h"
#include "seep/v1/run.pb.h"
#include "seep/v1/sample.pb.h"
#include "storage/run_filter.h"

namespace seep::storage {

struct NewCampaign {
  v1::Campaign campaign;      // without campaign_id and run_ids
  std::vector<v1::Run> runs;  // without ids; stored with the state they carry
  std::string idempotency_key;  // at most 256 bytes; empty: none
  // A copy from another store: campaign and runs bring their ids.
  bool keep_ids = false;
};
struct StoredCampaign {
  v1::Campaign campaign;      // with ids
  std::vector<v1::Run> runs;  // with ids, in `spec` too
  bool existed = false;       // the key had been submitted before: nothing new was made
};
struct CampaignPage {
  std::vector<v1::Campaign> campaigns;  // newest first; `run_ids` filled
  std::string next_before_id;           // empty: no more
};

// Everything that changes together when something happens to a run; stored
// whole or not at all. What is absent stays as it was.
struct RunChange {
  std::string run_id;
  // Replaces the row (spec, chaos and judging included); a change of `state`
  // is kept as a transition. `samples`, `samples_lost` and `verdict` in it are
  // ignored: the first two are the store's own, the third has its member here.
  std::optional<v1::Run> run;
  std::optional<v1::RunVerdict> verdict;
  std::vector<v1::RunEvent> events;          // without ids
  std::vector<v1::GenerationInfo> generations;  // inserted or replaced by number
  std::vector<v1::FaultReport> faults;          // inserted or replaced by fault_id
};

struct AppendOutcome {
  v1::Ack ack;                   // send as it is
  std::uint32_t stored = 0;      // samples new to the store
  std::uint32_t duplicates = 0;  // samples it already had
  std::uint64_t lost = 0;        // length of the gap that this batch explained
};

struct RunPage {
  std::vector<v1::Run> runs;   // newest first
  std::string next_before_id;  // empty: no more
};
// Keyset pagination: rows older than `before_id`, at most `limit`.
struct PageRequest {
  std::string before_id;   // empty: from the newest
  std::uint32_t limit = 0;  // 0: 100; capped at 1,000
};

// Where a reading of samples stands. Opaque; a new one begins at the start, and
// one that reached the end goes on when samples have been added to the run's
// newest stream (older ones have ended: their agent's spool is gone).
struct SampleCursor {
  std::int64_t stream = 0;
  std::uint64_t after_sequence = 0;
};
struct SamplePage {
  std::vector<v1::GaugeDefinition> gauges;  // all of the run; ids are the run's, used in `samples`
  std::vector<v1::Sample> samples;  // stream by stream, each in sequence
  SampleCursor next;
  bool at_end = false;
  bool expired = false;  // samples of the run have left the store by a rule: these are not all
};

struct Gap {  // samples [from_sequence, to_sequence] will never come
  std::string agent;
  std::string boot_epoch;
  std::uint64_t from_sequence = 0;
  std::uint64_t to_sequence = 0;
  std::string reason;
  std::int64_t recorded_wall_us = 0;
};

inline constexpr std::size_t kMaxArtefactBytes = 32 << 20;
inline constexpr std::size_t kMaxArtefactsPerRun = 256;
inline constexpr std::size_t kMaxArtefactBytesPerRun = 256 << 20;

struct ArtefactPiece {
  v1::Artefact artefact;
  std::string data;
  bool last = false;
};

struct StoredLog {
  std::uint64_t id = 0;
  std::string agent;
  v1::LogLine line;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_RECORDS_H_
