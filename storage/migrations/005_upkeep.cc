#include "storage/migrations/005_upkeep.h"

namespace seep::storage {

// `run_expiry` is written before the first row of a run leaves and says when the
// last has left, so a kill in between is taken up where it was; `samples` counts
// with the deletions, in their transactions, so that the counts always add up.
const char kUpkeep[] = R"sql(
CREATE TABLE run_pin (
  run_no INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  note TEXT NOT NULL,
  wall_us INTEGER NOT NULL
) STRICT;
CREATE TABLE run_expiry (
  run_no INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  keeps INTEGER NOT NULL,               -- seep.v1.SampleTier
  under_way INTEGER NOT NULL,           -- rows that are to leave may still be there
  samples INTEGER NOT NULL DEFAULT 0,   -- raw ones that have left
  wall_us INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX run_expiry_under_way ON run_expiry (run_no) WHERE under_way;
CREATE INDEX run_over_by_end ON run (ended_wall_us) WHERE state IN (6, 7, 8);

-- An hour of one gauge, of runs whose minutes have left: as sample_rollup.
CREATE TABLE sample_hour (
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  gauge_no INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  hour INTEGER NOT NULL,  -- of the run, from 0
  n INTEGER NOT NULL,
  min REAL NOT NULL,
  max REAL NOT NULL,
  sum REAL NOT NULL,
  last REAL NOT NULL,
  PRIMARY KEY (run_no, generation, hour, gauge_no)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace seep::storage
