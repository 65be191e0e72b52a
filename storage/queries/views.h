// The views that people query, in the stock sqlite3 shell as in `seep query`.
// Words instead of numbers, printed ids, ISO times (UTC), seconds since the
// run's begin (`*_s`); NULL is "not known" or "not yet".
//
//   runs  campaigns  verdicts  faults  gaps  events  transitions  generations
//   agents  gauges  labels  logs  sample_rollups  latencies  operation_errors
//   thresholds  residuals  chunks_summary
//
// `samples` (every value) is a table that only `seep query` has, because it is
// decoded from blocks; `sample_rollups` has each minute in plain rows.
// `chunks_summary` has what each chunk of some 1,000 samples amounts to: exact
// figures of all but a run's newest samples, until a moment after its end.
// They are made anew by every migration: change them with a new schema version.
#ifndef SEEP_STORAGE_QUERIES_VIEWS_H_
#define SEEP_STORAGE_QUERIES_VIEWS_H_

namespace seep::storage {

extern const char kViews[];

}  // namespace seep::storage

#endif  // SEEP_STORAGE_QUERIES_VIEWS_H_
