// All stores of one connection: what the writer's tasks work on.
//
// Threads: those of `db`, which it borrows.
#ifndef SEEP_STORAGE_STORES_STORES_H_
#define SEEP_STORAGE_STORES_STORES_H_

#include "storage/stores/agent_store.h"
#include "storage/stores/annotation_store.h"
#include "storage/stores/artefact_store.h"
#include "storage/stores/baseline_store.h"
#include "storage/stores/campaign_store.h"
#include "storage/stores/event_store.h"
#include "storage/stores/fault_store.h"
#include "storage/stores/generation_store.h"
#include "storage/stores/log_store.h"
#include "storage/stores/run_store.h"
#include "storage/stores/sample_store.h"
#include "storage/stores/verdict_store.h"

namespace seep::storage {

struct Stores {
  Stores(sqlite::Database& db, std::size_t max_log_bytes)
      : database(db), campaigns(db), runs(db), verdicts(db), samples(db), generations(db), faults(db),
        events(db), logs(db, max_log_bytes), agents(db), artefacts(db), baselines(db), annotations(db) {}

  sqlite::Database& database;
  CampaignStore campaigns;
  RunStore runs;
  VerdictStore verdicts;
  SampleStore samples;
  GenerationStore generations;
  FaultStore faults;
  EventStore events;
  LogStore logs;
  AgentStore agents;
  ArtefactStore artefacts;
  BaselineStore baselines;
  AnnotationStore annotations;
};

}  // namespace seep::storage

#endif  // SEEP_STORAGE_STORES_STORES_H_
