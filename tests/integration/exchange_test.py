"""Runs out of Seep and recordings into it: what is exported, imported and exported again is byte-identical, judged alike
and queried like any run; a broken file leaves nothing."""
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import unittest

from processes import BIN, Fixture, wait_until

HEADS = {
    'go-memtest': 'timestamp,elapsed_sec,rss_bytes,heap_alloc_bytes,heap_inuse_bytes,heap_objects,heap_sys_bytes,goroutines,'
                  'payments,listeners',
    'go-memtest-heap': 'timestamp,elapsed_sec,heap_alloc_bytes,heap_inuse_bytes,heap_objects,heap_sys_bytes,goroutines,payments,'
                       'listeners',
    'rust-memtest': 'timestamp,elapsed_sec,rss_bytes,heap_allocated_bytes,heap_resident_bytes,payments',
    'node-monitor': 'timestamp,pid,cpu_percent,mem_percent,rss_mb,vsz_mb,threads,file_descriptors,tcp_connections,goroutines,'
                    'heap_allocs,heap_inuse_mb,active_streams,service_cache,relay_circuits',
    'wide': 'timestamp,elapsed_sec,generation,phase,rss,heap_allocated,threads,wallet_cache,errors,errors.network,invoke.sign,payments',
}


def moment(second):
    return f'2026-11-20T{9 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000Z'


def row(layout, second, kept):
    """As a target that keeps `kept` bytes a payment would be recorded; some values are missing, some lives end."""
    payments = second // 5
    heap = 42_000_000 + kept * payments + 400 * (second * 7919 % 101)
    rss = heap + 30_000_000 + 4096 * (second * 104729 % 13)
    time, elapsed = moment(second), f'{second}.000'
    goroutines = '' if second % 70 == 0 else 42 + second % 3
    if layout == 'go-memtest':
        return [time, elapsed, rss, heap, heap + 1_000_000, heap // 64, 120_000_000, goroutines, payments, 2]
    if layout == 'go-memtest-heap':
        return [time, elapsed, heap, heap + 1_000_000, heap // 64, 120_000_000, goroutines, payments, 2]
    if layout == 'rust-memtest':
        return [time, elapsed, rss, heap, rss - 10_000_000, payments]
    if layout == 'node-monitor':
        pid = 4121 if second < 1800 else 5120
        return [time, pid, 1.5, 0.9, rss / 2**20, 1240.5, 12, 20 + second % 4, 6, goroutines, 100_000 + second, heap / 2**20, 3, 12, '']
    phase = 'baseline' if second == 0 else 'warm_up' if second < 300 else 'soak' if second < 3500 else 'cool_down'
    return [time, elapsed, 1 if second < 1800 else 2, phase, rss, heap + 0.25, 18, 7 + second % 2, second // 900, second // 900, payments, payments]


def number(value):
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


def recording(layout, kept, step=10):
    rows = [','.join(map(number, row(layout, second, kept))) for second in range(0, 3600, step)]
    return HEADS[layout] + '\n' + '\n'.join(rows) + '\n'


def matrix(*series, result_type='matrix'):
    result = [{'metric': labels, 'values': values} for labels, values in series]
    return json.dumps({'status': 'success', 'data': {'resultType': result_type, 'result': result}})


class Exchange(Fixture):
    def setUp(self):
        super().setUp()
        self.env['SEEP_SERVER'] = self.coordinator()[1]

    def file(self, name, text):
        path = self.home / name
        path.write_text(text)
        return path

    def good(self, *args):
        """A command that must succeed; one that names a data directory is on its own, without the server."""
        result = self.seep(*args, env={'SEEP_SERVER': ''} if '--data-dir' in args else {})
        self.assertEqual(result.code, 0, result)
        return result

    def imported(self, *args):
        """The runs that an import made."""
        return self.good('import', '-o', 'json', *args).json()['runs']

    def export(self, run, *args):
        return self.good('export', run, *args).out

    def verdict_of_file(self, path):
        return self.seep('analyze', path, '-o', 'json').json()['verdict']['verdict']

    def run_count(self):
        return len(self.good('runs', 'ls', '-o', 'json', '--limit', 1000).json().get('runs', []))

    def test_every_csv_layout_comes_back_byte_for_byte_and_judged_alike(self):
        files = {}
        for layout in HEADS:
            files[layout] = self.file(f'{layout}.csv', recording(layout, 21_600 if layout != 'wide' else 0))
        runs = {run['spec']['name']: run for path in files.values() for run in self.imported(path)}
        again = {}
        for layout, path in files.items():
            first = self.export(runs[layout]['run_id'], '--layout', layout)
            self.assertEqual(first, path.read_text(), layout)
            again[layout] = self.file(f'{layout}-again.csv', first + '# ')  # other content, the same rows
            self.assertEqual(runs[layout]['verdict']['verdict'], self.verdict_of_file(path), layout)
            self.assertEqual(runs[layout]['state'], 'FINISHED')
            self.assertEqual(runs[layout]['agent'], 'import')
        self.assertEqual(runs['go-memtest']['verdict']['verdict'], 'LEAK')
        self.assertNotEqual(runs['wide']['verdict']['verdict'], 'LEAK')
        # Queried, reported and listed like any run.
        rows = self.good('query', "SELECT run, max(value) AS most FROM samples WHERE gauge = 'rss' GROUP BY run", '-o', 'jsonl').out
        self.assertIn(runs['rust-memtest']['run_id'], rows)
        report = self.good('report', runs['go-memtest']['run_id']).out
        self.assertIn('LEAK', report)
        self.assertIn('=== Memory Trend Report ===', report)
        self.assertRegex(self.good('runs', 'show', runs['go-memtest']['run_id']).out, r'imported +.* from go-memtest.csv \(layout go-memtest, sha256 [0-9a-f]{16}\)')
        origin = runs['go-memtest']['origin']
        self.assertEqual(origin['sha256'], hashlib.sha256(files['go-memtest'].read_bytes()).hexdigest())
        self.assertEqual((origin['file_name'], origin['layout']), ('go-memtest.csv', 'go-memtest'))

    def test_json_lines_and_stores_carry_a_run_whole(self):
        source = self.file('wide.csv', recording('wide', 21_600))
        first = self.imported(source, '--sdk', 'wallet', '--sdk-version', '1.2', '--scenario', 'payments+reconnect', '--label', 'team=x')[0]['run_id']
        lines = self.export(first, '-o', 'jsonl')
        second = self.imported(self.file('run.jsonl', lines))[0]
        again = self.export(second['run_id'], '-o', 'jsonl')
        self.assertEqual(again.splitlines()[1:], lines.splitlines()[1:])
        heads = [json.loads(text.splitlines()[0]) for text in (lines, again)]
        self.assertEqual([head.pop('source')['run_id'] for head in heads], [first, second['run_id']])
        self.assertEqual(heads[0], heads[1])
        self.assertEqual((second['sdk_version'], second['spec']['labels']['team'], second['origin']['run_id']), ('1.2', 'x', first))

        store = self.home / 'copy' / 'seep.db'
        store.parent.mkdir()
        self.good('export', first, second['run_id'], '--sqlite', store)
        self.assertEqual(sorted(os.listdir(store.parent)), ['seep.db'])
        with sqlite3.connect(f'file:{store}?mode=ro&immutable=1', uri=True) as db:  # stock SQLite
            self.assertEqual(db.execute('PRAGMA integrity_check').fetchone(), ('ok',))
            self.assertEqual([r[0] for r in db.execute('SELECT run FROM runs ORDER BY run')], [first, second['run_id']])
            self.assertEqual(db.execute("SELECT value FROM labels WHERE run = ?", (first,)).fetchone(), ('x',))
        # A store like any other: with ids, verdicts and samples as they were.
        copied = self.good('--data-dir', store.parent, 'export', second['run_id'], '-o', 'jsonl').out
        self.assertEqual(copied, again)
        there, here = (self.good(*where, 'runs', 'show', first, '-o', 'json').json()['run'] for where in ((), ('--data-dir', store.parent)))
        self.assertEqual(there, here)
        count = self.good('--data-dir', store.parent, 'query', 'SELECT count(*) FROM samples', '-o', 'csv').out
        self.assertIn('5760', count)
        # And it can be imported again: into this store, judged anew.
        single = self.home / 'single.db'
        self.good('export', first, '-o', 'sqlite', '--file', single)
        third = self.imported(single)[0]
        self.assertEqual(third['verdict']['verdict'], here['verdict']['verdict'])
        self.assertEqual(self.export(third['run_id'], '-o', 'jsonl').splitlines()[1:], lines.splitlines()[1:])

    def test_a_broken_file_leaves_no_run_and_says_where(self):
        text = recording('rust-memtest', 0)
        cases = [
            ('word.csv', text.replace('\n2026-11-20T09:30:00', '\nsoon,x,1,2,3,4\n2026-11-20T09:30:00', 1), 'word.csv:182: column elapsed_sec: '),
            ('cut.jsonl', '{"type":"run","schema_version":1,"gauges":[{"name":"rss"}],"run":{}}\n', 'cut.jsonl:1: the file is cut off'),
            ('line.jsonl', '{"type":"run","schema_version":1,"gauges":[{"name":"rss"}],"run":{}}\n{"type":"sample","sequence":1,"monotonic_us":0,'
             '"wall_us":0,"generation":1,"phase":"soak","gauges":{"fds":1}}\n', 'line.jsonl:2: gauges.fds: the run'),
            ('new.jsonl', '{"type":"run","schema_version":99,"gauges":[],"run":{}}\n', 'new.jsonl:1: schema_version: '),
            ('vector.json', matrix(result_type='vector'), 'data.resultType: \'vector\' is no matrix'),
            ('bad.json', matrix(({'__name__': 'go_goroutines'}, [[1, '1'], [2, 'x']])), "data.result[0].values[1]: 'x' is no number"),
            ('nameless.json', matrix(({}, [[1, '1'], [2, '1']])), 'data.result[0]: a series without a name'),
            ('half.json', matrix(({'__name__': 'a'}, [[1, '1'], [2, '1']]))[:-20], 'half.json: '),
            ('error.json', '{"status":"error","errorType":"bad_data","error":"unknown function"}', 'unknown function'),
            ('store.db', 'SQLite format 3\0' + 'x' * 4000, 'store.db: is no store of Seep'),
        ]
        for name, content, complaint in cases:
            result = self.seep('import', self.file(name, content))
            self.assertEqual(result.code, 2, result)
            self.assertIn(complaint, result.err, name)
        self.assertEqual(self.run_count(), 0)

    def test_the_same_file_counts_once_unless_asked_again(self):
        source = self.file('a.csv', recording('rust-memtest', 0))
        run = self.imported(source)[0]['run_id']
        renamed = shutil.copy(source, self.home / 'b.csv')
        known = self.good('import', renamed)
        self.assertIn('was imported before', known.err)
        self.assertIn(run, known.out)
        self.assertEqual(self.run_count(), 1)
        self.assertNotEqual(self.imported(source, '--again')[0]['run_id'], run)
        piped = subprocess.run([BIN / 'seep', '--data-dir', self.home / 'other', 'import', '-'], input=source.read_bytes(), env={**self.env, 'SEEP_SERVER': ''}, capture_output=True,
                               timeout=60, check=False)
        self.assertEqual(piped.returncode, 0, piped.stderr)

    def test_prometheus_range_queries_become_runs_of_their_targets(self):
        def series(metric, instance, value, **more):
            return ({'__name__': metric, 'job': 'node', 'instance': instance, **more},
                    [[1760000000 + 15 * i, value(i)] for i in range(400)])
        text = matrix(series('process_resident_memory_bytes', 'a:1', lambda i: str(60_000_000 + 90_000 * i + 4096 * (i * 7919 % 17))),
                      series('process_resident_memory_bytes', 'b:1', lambda i: str(60_000_000 + 4096 * (i * 7919 % 17))),
                      series('go_goroutines', 'a:1', lambda i: 'NaN' if i == 7 else '42'),
                      series('http_requests_total', 'a:1', lambda i: str(10 * i), code='200'),
                      series('http_requests_total', 'a:1', lambda i: str(i // 9), code='500'))
        runs = {run['spec']['labels']['instance']: run for run in self.imported(self.file('range.json', text))}
        self.assertEqual(sorted(runs), ['a:1', 'b:1'])
        self.assertEqual(runs['a:1']['verdict']['verdict'], 'LEAK')
        self.assertNotEqual(runs['b:1']['verdict']['verdict'], 'LEAK')
        exported = self.export(runs['a:1']['run_id']).splitlines()
        self.assertEqual(exported[0].split(',')[4:], ['rss', 'goroutines', 'http_requests_total.200', 'http_requests_total.500'])
        self.assertEqual(exported[8].split(',')[5], '', 'NaN is absent')
        self.assertEqual(exported[1].split(',')[0], '2025-10-09T08:53:20.000Z')

    def test_a_kill_of_the_coordinator_leaves_all_or_nothing_of_an_import(self):
        rows = 60_000
        text = HEADS['rust-memtest'] + '\n' + ''.join(f'{moment(i // 20)},{i / 20:.3f},{60_000_000 + i % 97},{40_000_000 + i % 89},58000000,{i}\n' for i in range(rows))
        source, store = self.file('long.csv', text), self.home / 'killed'
        whole = [('FINISHED', rows)]
        for stage in ('*.partial', '*.sealed'):
            daemon, address = self.coordinator(store)
            importing = subprocess.Popen([BIN / 'seep', '--server', address, 'import', source], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            wait_until(lambda: list((store / 'imports').glob(stage)) or importing.poll() is not None, 60, f'no {stage}')
            daemon.stop(signal.SIGKILL)
            told = importing.wait(60) == 0
            importing.stderr.close()
            sealed = list((store / 'imports').glob('*.sealed'))
            again, self.env['SEEP_SERVER'] = self.coordinator(store)
            wait_until(lambda: not list((store / 'imports').iterdir()), 60, 'the import did not go on')
            listed = self.good('runs', 'ls', '-o', 'json').json().get('runs', [])
            found = [(run['state'], int(run['samples'])) for run in listed]
            self.assertIn(found, ([whole] if told or sealed else [[], whole]), f'killed at {stage}, told {told}, sealed {sealed}')
            again.stop()

    def test_a_sender_that_goes_away_leaves_nothing(self):
        head, rows = recording('rust-memtest', 0).split('\n', 1)
        importing = subprocess.Popen([BIN / 'seep', 'import', '-'], env=self.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stages = self.home / 'store' / 'imports'
        importing.stdin.write((head + '\n' + rows * 100).encode())
        importing.stdin.flush()  # and more may come
        wait_until(lambda: stages.is_dir() and list(stages.iterdir()), 60, 'nothing was kept')
        importing.kill()
        importing.wait()
        importing.stdin.close()
        wait_until(lambda: not list(stages.iterdir()), 60, 'the stage was left behind')
        self.assertEqual(self.run_count(), 0)
        self.imported(self.file('next.csv', recording('rust-memtest', 0)))

    def test_an_export_never_overwrites_by_itself(self):
        run = self.imported(self.file('a.csv', recording('rust-memtest', 0)))[0]['run_id']
        target = self.file('precious.csv', 'mine')
        for args in (['--file', target], ['--sqlite', target]):
            refused = self.seep('export', run, *args)
            self.assertEqual(refused.code, 2, refused)
            self.assertIn('exists; --force', refused.err)
        self.assertEqual(target.read_text(), 'mine')
        self.good('export', run, '--file', target, '--force', '--layout', 'rust-memtest')
        self.assertTrue(target.read_text().startswith('timestamp,elapsed_sec,rss_bytes'))
        bundle = self.home / 'bundle'
        self.good('export', run, '--all', bundle)
        self.assertEqual(sorted(os.listdir(bundle / run)), ['log.txt', 'report.json', 'run.jsonl', 'samples.csv'])
        self.assertEqual(self.good('--data-dir', bundle, 'runs', 'show', run, '-o', 'json').code, 0)
        self.assertEqual([name for name in os.listdir(self.home) if 'partial' in name], [])


if __name__ == '__main__':
    unittest.main()
