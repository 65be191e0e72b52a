#include "storage/migrations/004_chunks.h"

namespace seep::storage {

// A sample is in one tail or in one chunk, never in both: the compactor moves it
// in one transaction. Tails of earlier versions stay as they are until then.
const char kChunks[] = R"sql(
-- Consecutive samples of a stream without a hole, column by column, as
-- storage/chunks/FORMAT.md says; gauges have the run's numbers in it.
CREATE TABLE chunk (
  chunk_no INTEGER PRIMARY KEY,
  stream_no INTEGER NOT NULL REFERENCES stream ON DELETE CASCADE,
  first_sequence INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  first_us INTEGER NOT NULL,  -- least and greatest monotonic_us within
  last_us INTEGER NOT NULL,
  first_generation INTEGER NOT NULL,  -- least and greatest
  last_generation INTEGER NOT NULL,
  compressed INTEGER NOT NULL,  -- 1: as small as it gets
  crc32c INTEGER NOT NULL,  -- of data
  data BLOB NOT NULL,
  UNIQUE (stream_no, first_sequence)
) STRICT;
CREATE INDEX chunk_by_time ON chunk (stream_no, first_sequence, first_us, last_us);
CREATE INDEX chunk_plain ON chunk (stream_no) WHERE compressed = 0;

-- The finite values of one gauge in one chunk and generation. x is time in
-- seconds after first_us, y the value; sums are about the means, so
-- sum_xy / sum_xx is the slope a second. Those of several chunks are combined
-- as storage/chunks/column_summary.h says.
CREATE TABLE chunk_summary (
  gauge_no INTEGER NOT NULL,  -- no foreign key here: both rows leave with the run
  chunk_no INTEGER NOT NULL REFERENCES chunk ON DELETE CASCADE,
  generation INTEGER NOT NULL,
  n INTEGER NOT NULL CHECK (n > 0),
  first_us INTEGER NOT NULL,
  last_us INTEGER NOT NULL,
  min REAL NOT NULL,
  max REAL NOT NULL,
  first REAL NOT NULL,
  last REAL NOT NULL,
  mean_x REAL NOT NULL,
  mean_y REAL,  -- NULL, as the sums: too great to be added up
  sum_xx REAL NOT NULL,
  sum_xy REAL,
  sum_yy REAL,
  -- A question is about one gauge over many chunks: they lie side by side.
  PRIMARY KEY (gauge_no, chunk_no, generation)
) STRICT, WITHOUT ROWID;
CREATE INDEX chunk_summary_by_chunk ON chunk_summary (chunk_no);

-- 1: the run is over and all of the stream is in compressed chunks.
ALTER TABLE stream ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
CREATE INDEX stream_unsettled ON stream (stream_no) WHERE settled = 0;
)sql";

}  // namespace seep::storage
