#include "storage/migrations/007_gauge_checksums.h"

namespace seep::storage {

// Samples carry numbers of gauges; their checksums are worth nothing if these
// rows may change unseen. NULL: written by an earlier version.
const char kGaugeChecksums[] = R"sql(
ALTER TABLE gauge ADD COLUMN crc32c INTEGER;         -- of all other columns
ALTER TABLE stream_gauge ADD COLUMN crc32c INTEGER;  -- of all other columns
)sql";

}  // namespace seep::storage
