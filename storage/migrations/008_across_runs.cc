#include "storage/migrations/008_across_runs.h"

namespace seep::storage {

// `sdk` and `scenario` are read out of `record`, which SQL cannot; runs of older
// versions get theirs when the store is opened (stores/run_facets.h).
const char kAcrossRuns[] = R"sql(
ALTER TABLE run ADD COLUMN sdk TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN scenario TEXT NOT NULL DEFAULT '';
CREATE INDEX run_by_sdk ON run (sdk COLLATE NOCASE, run_no);
CREATE INDEX run_by_sdk_name ON run (sdk_name COLLATE NOCASE, run_no);
CREATE INDEX run_by_version ON run (sdk_version, run_no);
CREATE INDEX run_by_scenario ON run (scenario COLLATE NOCASE, run_no);
CREATE INDEX run_by_agent ON run (agent COLLATE NOCASE, run_no);
CREATE INDEX run_by_name ON run (name COLLATE NOCASE, run_no);
CREATE INDEX run_by_begin ON run (ifnull(nullif(started_wall_us, 0), created_wall_us));
CREATE INDEX series_leak ON series_verdict (series, run_no) WHERE verdict = 5 AND judged = 1;

-- seep.v1.Curve of a series of a final verdict.
CREATE TABLE series_curve (
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  series TEXT NOT NULL,
  curve BLOB NOT NULL,
  PRIMARY KEY (run_no, series)
) STRICT, WITHOUT ROWID;

-- RESTRICT: a run that others are measured by does not leave unnoticed.
CREATE TABLE baseline (
  name TEXT PRIMARY KEY,
  run_no INTEGER NOT NULL REFERENCES run ON DELETE RESTRICT,
  set_wall_us INTEGER NOT NULL,
  set_by TEXT NOT NULL,
  note TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX baseline_by_run ON baseline (run_no);
-- No foreign key: the history outlives the runs.
CREATE TABLE baseline_change (
  change_no INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  run_id TEXT NOT NULL,  -- empty: removed
  wall_us INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX baseline_change_by_name ON baseline_change (name, change_no);

CREATE TABLE annotation (
  annotation_no INTEGER PRIMARY KEY AUTOINCREMENT,
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  at_ms INTEGER,  -- NULL: about the whole run
  author TEXT NOT NULL,
  wall_us INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX annotation_by_run ON annotation (run_no, annotation_no);
)sql";

}  // namespace seep::storage
