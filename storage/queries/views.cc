#include "storage/queries/views.h"

// An instant of the calendar, NULL when it has not come.
#define SEEP_TIME(column) "strftime('%Y-%m-%dT%H:%M:%SZ', nullif(" column ", 0) / 1000000, 'unixepoch')"
#define SEEP_VERDICT(column)                                                               \
  "CASE " column " WHEN 1 THEN 'INVALID' WHEN 2 THEN 'INCONCLUSIVE' WHEN 3 THEN 'CLEAN' "  \
  "WHEN 4 THEN 'SUSPECT' WHEN 5 THEN 'LEAK' END"
#define SEEP_STATE(column)                                                                 \
  "CASE " column " WHEN 1 THEN 'queued' WHEN 2 THEN 'assigned' WHEN 3 THEN 'starting' "    \
  "WHEN 4 THEN 'running' WHEN 5 THEN 'stopping' WHEN 6 THEN 'finished' "                   \
  "WHEN 7 THEN 'failed' WHEN 8 THEN 'cancelled' WHEN 9 THEN 'lost' END"

namespace seep::storage {

const char kViews[] =
    "DROP VIEW IF EXISTS campaigns; CREATE VIEW campaigns AS"
    " SELECT c.campaign_id AS campaign, c.name, " SEEP_TIME("c.created_wall_us") " AS created, c.cancelled,"
    " (SELECT count(*) FROM run r WHERE r.campaign_no = c.campaign_no) AS runs, c.yaml FROM campaign c;"

    "DROP VIEW IF EXISTS runs; CREATE VIEW runs AS"
    " SELECT r.run_id AS run, c.campaign_id AS campaign, r.name, " SEEP_STATE("r.state") " AS state,"
    " r.state_reason AS reason, " SEEP_VERDICT("nullif(r.verdict, 0)") " AS verdict, v.provisional,"
    " v.headline, r.agent, r.driver, r.sdk_name AS sdk, r.sdk_version, r.seed, r.generation AS generations,"
    " r.interrupted, " SEEP_TIME("r.created_wall_us") " AS created, " SEEP_TIME("r.started_wall_us") " AS started, "
    SEEP_TIME("r.ended_wall_us") " AS ended,"
    " (nullif(r.ended_wall_us, 0) - nullif(r.started_wall_us, 0)) / 1e6 AS duration_s,"
    " (SELECT ifnull(sum(s.samples), 0) FROM stream s WHERE s.run_no = r.run_no) AS samples,"
    " (SELECT ifnull(sum(s.lost), 0) FROM stream s WHERE s.run_no = r.run_no) AS samples_lost,"
    " EXISTS (SELECT 1 FROM run_pin p WHERE p.run_no = r.run_no) AS pinned,"
    " CASE (SELECT e.keeps FROM run_expiry e WHERE e.run_no = r.run_no) WHEN 2 THEN 'minutes' WHEN 3 THEN 'hours'"
    " WHEN 4 THEN 'nothing' ELSE 'samples' END AS keeps, r.scenario"
    " FROM run r JOIN campaign c USING (campaign_no) LEFT JOIN verdict v USING (run_no);"

    "DROP VIEW IF EXISTS verdicts; CREATE VIEW verdicts AS"
    " SELECT r.run_id AS run, s.series, " SEEP_VERDICT("s.verdict") " AS verdict, s.judged, s.unit, s.first,"
    " s.last, s.min, s.max, s.slope_per_minute, s.slope_low, s.slope_high, s.r_squared, s.probability,"
    " nullif(s.operation, '') AS operation, s.kept_per_operation, s.kept_low, s.kept_high,"
    " s.detectable_per_minute, s.explanation FROM series_verdict s JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS latencies; CREATE VIEW latencies AS"
    " SELECT r.run_id AS run, o.operation, o.count, o.failed, o.per_second, o.mean_us / 1e3 AS mean_ms,"
    " o.min_us / 1e3 AS min_ms, o.p50_us / 1e3 AS p50_ms, o.p90_us / 1e3 AS p90_ms, o.p99_us / 1e3 AS p99_ms,"
    " o.p999_us / 1e3 AS p999_ms, o.max_us / 1e3 AS max_ms FROM operation_figure o JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS operation_errors; CREATE VIEW operation_errors AS"
    " SELECT r.run_id AS run, e.operation, e.kind, e.count FROM operation_error e JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS thresholds; CREATE VIEW thresholds AS"
    " SELECT r.run_id AS run, t.expression, CASE t.state WHEN 1 THEN 'pending' WHEN 2 THEN 'passed'"
    " WHEN 3 THEN 'missed' END AS state, t.value, t.measured, t.missed_since_s, t.aborted"
    " FROM threshold t JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS residuals; CREATE VIEW residuals AS"
    " SELECT r.run_id AS run, s.series, s.unit, s.before, s.after, s.kept FROM residual s JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS faults; CREATE VIEW faults AS"
    " SELECT r.run_id AS run, f.fault_id AS fault,"
    " CASE f.kind WHEN 1 THEN 'kill' WHEN 2 THEN 'terminate' WHEN 3 THEN 'graceful' END AS kind,"
    " CASE f.state WHEN 1 THEN 'planned' WHEN 2 THEN 'intended' WHEN 3 THEN 'injected' WHEN 4 THEN 'healed'"
    " WHEN 5 THEN 'failed' WHEN 6 THEN 'skipped' END AS state,"
    " f.planned_at_ms / 1e3 AS planned_s, nullif(f.injected_at_ms, 0) / 1e3 AS injected_s,"
    " nullif(f.healed_at_ms, 0) / 1e3 AS healed_s, nullif(f.old_generation, 0) AS old_generation,"
    " nullif(f.new_generation, 0) AS new_generation, f.detail FROM fault f JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS gaps; CREATE VIEW gaps AS"
    " SELECT r.run_id AS run, s.agent, s.boot_epoch, g.from_sequence, g.to_sequence,"
    " g.to_sequence - g.from_sequence + 1 AS samples, g.reason, " SEEP_TIME("g.wall_us") " AS recorded"
    " FROM gap g JOIN stream s USING (stream_no) JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS events; CREATE VIEW events AS"
    " SELECT e.event_no AS id, r.run_id AS run, e.at_ms / 1e3 AS t_s, " SEEP_TIME("e.wall_us") " AS time,"
    " e.kind, e.message FROM event e JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS transitions; CREATE VIEW transitions AS"
    " SELECT r.run_id AS run, " SEEP_STATE("t.from_state") " AS from_state, " SEEP_STATE("t.to_state") " AS to_state,"
    " t.reason, " SEEP_TIME("t.wall_us") " AS time FROM transition t JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS generations; CREATE VIEW generations AS"
    " SELECT r.run_id AS run, g.generation, g.pid, g.started_at_ms / 1e3 AS started_s,"
    " nullif(g.ended_at_ms, 0) / 1e3 AS ended_s, nullif(g.ended_by, '') AS ended_by"
    " FROM generation g JOIN run r USING (run_no);"

    // `why`: start, end, leak, asked for. What was stored before version 6 has no more than its size.
    "DROP VIEW IF EXISTS artefacts; CREATE VIEW artefacts AS"
    " SELECT r.run_id AS run, a.name, a.kind, a.format, a.size AS bytes, a.at_ms / 1e3 AS t_s, " SEEP_TIME("a.wall_us")
    " AS taken, a.reason AS why, a.generation FROM artefact a JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS agents; CREATE VIEW agents AS"
    " SELECT agent, host, version, slots, " SEEP_TIME("last_seen_wall_us") " AS last_seen FROM agent;"

    "DROP VIEW IF EXISTS gauges; CREATE VIEW gauges AS"
    " SELECT r.run_id AS run, g.name AS gauge, g.unit,"
    " CASE g.kind WHEN 1 THEN 'gauge' WHEN 2 THEN 'counter' END AS kind,"
    " CASE g.origin WHEN 1 THEN 'outside' WHEN 2 THEN 'inside' WHEN 3 THEN 'scenario' END AS origin,"
    " g.operation FROM gauge g JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS labels; CREATE VIEW labels AS"
    " SELECT r.run_id AS run, l.name, l.value FROM run_label l JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS baselines; CREATE VIEW baselines AS"
    " SELECT b.name AS baseline, r.run_id AS run, " SEEP_TIME("b.set_wall_us") " AS since, b.set_by, b.note"
    " FROM baseline b JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS baseline_history; CREATE VIEW baseline_history AS"
    " SELECT c.name AS baseline, nullif(c.run_id, '') AS run, " SEEP_TIME("c.wall_us") " AS time, c.changed_by, c.note"
    " FROM baseline_change c;"

    "DROP VIEW IF EXISTS annotations; CREATE VIEW annotations AS"
    " SELECT a.annotation_no AS id, r.run_id AS run, a.at_ms / 1e3 AS t_s, a.author, " SEEP_TIME("a.wall_us") " AS time,"
    " a.text FROM annotation a JOIN run r USING (run_no);"

    "DROP VIEW IF EXISTS logs; CREATE VIEW logs AS"
    " SELECT l.log_no AS id, r.run_id AS run, l.agent, " SEEP_TIME("l.wall_us") " AS time, l.origin AS source,"
    " l.text FROM log l JOIN log_source s USING (source_no) LEFT JOIN run r ON r.run_no = s.run_no;"

    "DROP VIEW IF EXISTS sample_rollups; CREATE VIEW sample_rollups AS"
    " SELECT r.run_id AS run, s.minute * 60.0 AS t_s, s.generation, g.name AS gauge, s.n, s.min, s.max,"
    " s.sum / s.n AS mean, s.last FROM sample_rollup s JOIN run r ON r.run_no = s.run_no"
    " JOIN gauge g ON g.gauge_no = s.gauge_no;"

    "DROP VIEW IF EXISTS chunks_summary; CREATE VIEW chunks_summary AS"
    " SELECT r.run_id AS run, g.name AS gauge, s.generation, s.first_us / 1e6 AS first_s, s.last_us / 1e6 AS last_s,"
    " s.n, s.min, s.max, s.first, s.last, s.mean_y AS mean, s.first_us / 1e6 + s.mean_x AS mean_s,"
    " s.sum_xy / nullif(s.sum_xx, 0) * 60 AS slope_per_minute,"
    " s.sum_xy * s.sum_xy / (nullif(s.sum_xx, 0) * nullif(s.sum_yy, 0)) AS r_squared, s.sum_xx, s.sum_xy, s.sum_yy"
    " FROM run r JOIN gauge g USING (run_no) JOIN chunk_summary s ON s.gauge_no = g.gauge_no;"

    // Minutes while they are kept, hours afterwards: a run is in one of the two,
    // or, while its minutes leave, in both with different spans.
    "DROP VIEW IF EXISTS sample_tiers; CREATE VIEW sample_tiers AS"
    " SELECT run, 60 AS span_s, t_s, generation, gauge, n, min, max, mean, last FROM sample_rollups"
    " UNION ALL SELECT r.run_id, 3600, s.hour * 3600.0, s.generation, g.name, s.n, s.min, s.max, s.sum / s.n, s.last"
    " FROM sample_hour s JOIN run r ON r.run_no = s.run_no JOIN gauge g ON g.gauge_no = s.gauge_no;";

}  // namespace seep::storage
