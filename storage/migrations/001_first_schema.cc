#include "storage/migrations/001_first_schema.h"

namespace seep::storage {

// Tables are singular and ours; plural views over them (queries/views.cc) are
// what people query. `*_no` are numbers within this database, `*_id` what is
// printed. `record` is the protobuf message; the columns beside it are what is
// searched. Times: *_wall_us is Unix time, *_ms and *_us count from the run's begin.
const char kFirstSchema[] = R"sql(
-- Ids are never used again, not even after a deletion.
CREATE TABLE id_counter (kind TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO id_counter VALUES ('campaign', 0), ('run', 0);

CREATE TABLE campaign (
  campaign_no INTEGER PRIMARY KEY,
  campaign_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  yaml TEXT NOT NULL,
  created_wall_us INTEGER NOT NULL,
  cancelled INTEGER NOT NULL DEFAULT 0,
  idempotency_key TEXT UNIQUE
) STRICT;

CREATE TABLE run (
  run_no INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  campaign_no INTEGER NOT NULL REFERENCES campaign ON DELETE CASCADE,
  name TEXT NOT NULL,
  state INTEGER NOT NULL,
  state_reason TEXT NOT NULL,
  agent TEXT NOT NULL,
  driver TEXT NOT NULL,
  sdk_name TEXT NOT NULL,
  sdk_version TEXT NOT NULL,
  seed INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  interrupted INTEGER NOT NULL,
  created_wall_us INTEGER NOT NULL,
  started_wall_us INTEGER NOT NULL,
  ended_wall_us INTEGER NOT NULL,
  verdict INTEGER NOT NULL DEFAULT 0,
  record BLOB NOT NULL  -- seep.v1.Run without its verdict
) STRICT;
CREATE INDEX run_by_campaign ON run (campaign_no);
CREATE INDEX run_open ON run (run_no) WHERE state NOT IN (6, 7, 8);
CREATE INDEX run_by_verdict ON run (verdict, run_no);
CREATE INDEX run_by_state ON run (state, run_no);

CREATE TABLE run_label (
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run_no, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_label_by_value ON run_label (name, value);

CREATE TABLE transition (
  transition_no INTEGER PRIMARY KEY,
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  from_state INTEGER NOT NULL,
  to_state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  wall_us INTEGER NOT NULL
) STRICT;
CREATE INDEX transition_by_run ON transition (run_no);

CREATE TABLE verdict (
  run_no INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  verdict INTEGER NOT NULL,
  provisional INTEGER NOT NULL,
  deciding_series TEXT NOT NULL,
  headline TEXT NOT NULL,
  record BLOB NOT NULL  -- seep.v1.RunVerdict
) STRICT;
CREATE TABLE series_verdict (
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  series TEXT NOT NULL,
  unit TEXT NOT NULL,
  verdict INTEGER NOT NULL,
  judged INTEGER NOT NULL,
  probability REAL,
  first REAL, last REAL, min REAL, max REAL,
  slope_per_minute REAL, slope_low REAL, slope_high REAL,
  r_squared REAL,
  operation TEXT NOT NULL,
  kept_per_operation REAL, kept_low REAL, kept_high REAL,
  detectable_per_minute REAL,
  explanation TEXT NOT NULL,
  PRIMARY KEY (run_no, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE generation (
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  generation INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  ended_by TEXT NOT NULL,
  PRIMARY KEY (run_no, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE fault (
  fault_no INTEGER PRIMARY KEY,
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  fault_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  planned_at_ms INTEGER NOT NULL,
  injected_at_ms INTEGER NOT NULL,
  healed_at_ms INTEGER NOT NULL,
  old_generation INTEGER NOT NULL,
  new_generation INTEGER NOT NULL,
  detail TEXT NOT NULL,
  record BLOB NOT NULL,  -- seep.v1.FaultReport
  UNIQUE (run_no, fault_id)
) STRICT;

CREATE TABLE event (
  event_no INTEGER PRIMARY KEY AUTOINCREMENT,
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  at_ms INTEGER NOT NULL,
  wall_us INTEGER NOT NULL,
  kind TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_run ON event (run_no, event_no);

-- Oldest lines leave when `log_source.bytes` reaches the limit.
CREATE TABLE log_source (
  source_no INTEGER PRIMARY KEY,
  run_no INTEGER REFERENCES run ON DELETE CASCADE,  -- NULL: the agent's own
  agent TEXT NOT NULL,
  bytes INTEGER NOT NULL DEFAULT 0,
  evicted_lines INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX log_source_of_run ON log_source (run_no) WHERE run_no IS NOT NULL;
CREATE UNIQUE INDEX log_source_of_agent ON log_source (agent) WHERE run_no IS NULL;
CREATE TABLE log (
  log_no INTEGER PRIMARY KEY AUTOINCREMENT,
  source_no INTEGER NOT NULL REFERENCES log_source ON DELETE CASCADE,
  agent TEXT NOT NULL,
  wall_us INTEGER NOT NULL,
  origin TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX log_by_source ON log (source_no, log_no);

CREATE TABLE agent (
  agent TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  version TEXT NOT NULL,
  slots INTEGER NOT NULL,
  last_seen_wall_us INTEGER NOT NULL,
  record BLOB NOT NULL  -- seep.v1.AgentInfo
) STRICT, WITHOUT ROWID;

CREATE TABLE gauge (
  gauge_no INTEGER PRIMARY KEY,
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  gauge_id INTEGER NOT NULL,  -- within the run, counts from 1
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  kind INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  operation INTEGER NOT NULL,
  UNIQUE (run_no, name),
  UNIQUE (run_no, gauge_id)
) STRICT;

CREATE TABLE stream (
  stream_no INTEGER PRIMARY KEY,
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  agent TEXT NOT NULL,
  boot_epoch TEXT NOT NULL,
  next_sequence INTEGER NOT NULL DEFAULT 1,  -- all before it is stored or in a gap
  samples INTEGER NOT NULL DEFAULT 0,
  lost INTEGER NOT NULL DEFAULT 0,
  rolled_through INTEGER NOT NULL DEFAULT 0,  -- sample_rollup has all up to here
  UNIQUE (run_no, agent, boot_epoch)
) STRICT;
CREATE INDEX stream_by_agent ON stream (agent);
-- A stream numbers its gauges as it likes; the run has one number for each.
CREATE TABLE stream_gauge (
  stream_no INTEGER NOT NULL REFERENCES stream ON DELETE CASCADE,
  stream_gauge_id INTEGER NOT NULL,
  gauge_no INTEGER NOT NULL,  -- no foreign key here: both rows leave with the run
  PRIMARY KEY (stream_no, stream_gauge_id)
) STRICT, WITHOUT ROWID;

-- Samples as they were acknowledged: encoded seep.v1.SampleBlocks.
CREATE TABLE tail (
  tail_no INTEGER PRIMARY KEY,
  stream_no INTEGER NOT NULL REFERENCES stream ON DELETE CASCADE,
  first_sequence INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  first_us INTEGER NOT NULL,  -- least and greatest monotonic_us within
  last_us INTEGER NOT NULL,
  crc32c INTEGER NOT NULL,
  block BLOB NOT NULL,
  UNIQUE (stream_no, first_sequence)
) STRICT;

CREATE TABLE gap (
  gap_no INTEGER PRIMARY KEY,
  stream_no INTEGER NOT NULL REFERENCES stream ON DELETE CASCADE,
  from_sequence INTEGER NOT NULL,
  to_sequence INTEGER NOT NULL CHECK (to_sequence >= from_sequence),
  reason TEXT NOT NULL,
  wall_us INTEGER NOT NULL,
  UNIQUE (stream_no, from_sequence)
) STRICT;

-- A minute of one gauge in plain numbers, for clients that cannot read blocks.
CREATE TABLE sample_rollup (
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  gauge_no INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  minute INTEGER NOT NULL,  -- of the run, from 0
  n INTEGER NOT NULL,
  min REAL NOT NULL,
  max REAL NOT NULL,
  sum REAL NOT NULL,
  last REAL NOT NULL,
  -- In the order in which they come: a minute is written side by side.
  PRIMARY KEY (run_no, generation, minute, gauge_no)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace seep::storage
