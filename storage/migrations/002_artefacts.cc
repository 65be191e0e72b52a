#include "storage/migrations/002_artefacts.h"

namespace seep::storage {

// The content stands in rows of its own, so that listing artefacts reads none
// of it and fetching one reads it piece by piece.
const char kArtefacts[] = R"sql(
CREATE TABLE artefact (
  artefact_no INTEGER PRIMARY KEY,
  run_no INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  size INTEGER NOT NULL,
  record BLOB NOT NULL,
  UNIQUE (run_no, key),
  UNIQUE (run_no, name)
) STRICT;
CREATE TABLE artefact_piece (
  artefact_no INTEGER NOT NULL REFERENCES artefact ON DELETE CASCADE,
  piece INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (artefact_no, piece)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace seep::storage
