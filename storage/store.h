// The coordinator's memory: campaigns, runs, samples, events, faults, logs.
// The narrow interface behind which SQLite stands today (`sqlite_store.h`).
//
// Nothing here blocks. Each call queues its work and returns; its callback runs
// later as a task of the loop, exactly once, never inside the call: for writes
// after COMMIT, so an acknowledgement sent from the callback is true (R1).
//
// Order:   writes take effect and call back in the order they were made. A read
//          sees every write whose callback has run; maybe later ones.
// Threads: the loop that the implementation was given.
// Failure: kResourceExhausted: the queue or the disk is full; nothing of this
//            call is stored, try again (nothing else needs to be done: the
//            store resumes by itself when there is space).
//          kNotFound, kInvalidArgument: name the object.
//          kDataLoss: the database is damaged; a human must act.
//          kUnavailable: not started, or stopping; nothing is stored.
// Bounds:  queues as `StoreOptions` says. A full queue refuses sample batches
//          and logs first; the small rest has room of its own.
#ifndef SEEP_STORAGE_STORE_H_
#define SEEP_STORAGE_STORE_H_

#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/records.h"

namespace seep::storage {

using Done = absl::AnyInvocable<void(absl::Status)>;
template <typename T>
using Callback = absl::AnyInvocable<void(absl::StatusOr<T>)>;

class Store {
 public:
  virtual ~Store() = default;

  // --- writes -----------------------------------------------------------

  // Allocates the ids: monotone, unique, never used again. The same
  // idempotency key gives the campaign it made the first time, or
  // kFailedPrecondition if that was of another YAML. With `keep_ids`:
  // kAlreadyExists when one is taken, and later ids go on behind them.
  virtual void CreateCampaign(NewCampaign campaign, Callback<StoredCampaign> created) = 0;
  virtual void CancelCampaign(std::string campaign_id, Done done) = 0;

  // Answers with the change's events, which have ids now. kNotFound: no such run.
  virtual void ChangeRun(RunChange change, Callback<std::vector<v1::RunEvent>> changed) = 0;

  // Appends what is new of the batch. Repeated samples are counted and dropped.
  // `dropped_from` explains a hole before `first_sequence`: a gap row says so.
  //   kOutOfRange: an unexplained hole; the message names the sequence
  //     expected. Send the stream's present Ack (StreamAcks) to have it resent.
  //   kDataLoss: the checksum does not fit the bytes: resend.
  //   kInvalidArgument: not a block, sequences not contiguous, count wrong, a
  //     gauge undefined, more than 1 MiB, 10,000 samples or 1,024 gauges.
  //   kNotFound: no such run.
  virtual void AppendSamples(v1::SampleBatch batch, Callback<AppendOutcome> appended) = 0;

  // Says that the stream's samples up to `through_sequence` will never come
  // (the agent or its disk is gone). Nothing if they already have.
  virtual void RecordGap(v1::StreamKey stream, std::uint64_t through_sequence, std::string reason,
                         Done done) = 0;

  // Kept up to a size per run and per agent, oldest first out; a line that is
  // over 4,096 bytes is cut.
  virtual void AppendLogs(std::string agent, v1::LogBatch logs, Done done) = 0;

  // A file that belongs to a run of this agent's; see stores/artefact_store.h.
  virtual void SaveArtefact(std::string agent, v1::Artefact artefact, std::string data, Done done) = 0;

  // Inserted or replaced by name.
  virtual void SaveAgent(v1::AgentInfo agent, Done done) = 0;

  // --- reads ------------------------------------------------------------

  // Its runs' verdicts carry the exact histograms, which other reads leave out.
  virtual void GetCampaign(std::string campaign_id, Callback<StoredCampaign> got) = 0;
  virtual void ListCampaigns(PageRequest page, Callback<CampaignPage> got) = 0;
  virtual void GetRun(std::string run_id, Callback<v1::Run> got) = 0;
  virtual void ListRuns(RunFilter filter, PageRequest page, Callback<RunPage> got) = 0;

  // At most `limit` (0: 1,000) with ids above `after_id`, oldest first.
  virtual void ListEvents(std::string run_id, std::uint64_t after_id, std::uint32_t limit,
                          Callback<std::vector<v1::RunEvent>> got) = 0;
  virtual void ListLogs(std::string run_id, std::uint64_t after_id, std::uint32_t limit,
                        Callback<std::vector<StoredLog>> got) = 0;
  virtual void ListArtefacts(std::string run_id, Callback<std::vector<v1::Artefact>> got) = 0;
  // Pieces count from 0.
  virtual void ReadArtefact(std::string run_id, std::string name, std::uint32_t piece, Callback<ArtefactPiece> got) = 0;
  // Of a run in the order they were planned; empty id: of all, newest first.
  virtual void ListFaults(std::string run_id, std::uint32_t limit,
                          Callback<std::vector<v1::FaultReport>> got) = 0;
  virtual void ListGenerations(std::string run_id, Callback<std::vector<v1::GenerationInfo>> got) = 0;
  virtual void ListGaps(std::string run_id, Callback<std::vector<Gap>> got) = 0;
  virtual void ListAgents(Callback<std::vector<v1::AgentInfo>> got) = 0;

  // What is stored of the agent's streams of open runs (Welcome.acks), and of
  // one run's streams whatever its state.
  virtual void AgentStreamAcks(std::string agent, Callback<std::vector<v1::Ack>> got) = 0;
  virtual void RunStreamAcks(std::string run_id, Callback<std::vector<v1::Ack>> got) = 0;

  // The next at most `limit` samples (0: 1,000; capped at 10,000), decoded.
  virtual void ReadSamples(std::string run_id, SampleCursor from, std::uint32_t limit,
                           Callback<SamplePage> got) = 0;

  // The same of its minutes and hours, which outlive the samples: one sample a
  // span with the last value of each gauge. Cursors are not those of ReadSamples.
  virtual void ReadTiers(std::string run_id, SampleCursor from, std::uint32_t limit, Callback<SamplePage> got) = 0;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORE_H_
