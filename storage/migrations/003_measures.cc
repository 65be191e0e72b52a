#include "storage/migrations/003_measures.h"

namespace seep::storage {

// Figures of the present verdict, to be searched; the exact histograms stay in
// the samples, from which they can be added up again.
const char kMeasures[] = R"sql(
CREATE TABLE operation_figure (
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  operation TEXT NOT NULL,
  count INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  per_second REAL NOT NULL,
  mean_us REAL NOT NULL,
  min_us REAL NOT NULL,
  p50_us REAL NOT NULL,
  p90_us REAL NOT NULL,
  p99_us REAL NOT NULL,
  p999_us REAL NOT NULL,
  max_us REAL NOT NULL,
  PRIMARY KEY (run_no, operation)
) STRICT, WITHOUT ROWID;
CREATE TABLE operation_error (
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  operation TEXT NOT NULL,
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (run_no, operation, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE threshold (
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  position INTEGER NOT NULL,  -- in the campaign, from 1
  expression TEXT NOT NULL,
  state INTEGER NOT NULL,
  value REAL,
  measured TEXT NOT NULL,
  missed_since_s REAL,
  aborted INTEGER NOT NULL,
  PRIMARY KEY (run_no, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE residual (
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  series TEXT NOT NULL,
  unit TEXT NOT NULL,
  before REAL NOT NULL,
  after REAL NOT NULL,
  kept REAL NOT NULL,
  PRIMARY KEY (run_no, series)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace seep::storage
