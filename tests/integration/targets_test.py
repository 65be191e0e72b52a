"""Targets besides SDK hosts: a process that Seep starts, one that it attaches to, their figures, logs and profiles."""
import gzip
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import unittest

from processes import Fixture, wait_until

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = shutil.which('python3', path='/usr/bin:/bin') or '/usr/bin/python3'
PROGRAM, LOAD = str(HERE / 'served_program.py'), str(HERE / 'serve_load.py')


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Targets(Fixture):
    def soak(self, *flags, leak=0, rate=200, load_seconds=600, load_code=0, duration='20s', timeout=180):
        port = free_port()
        return port, self.seep('run', '--target', 'process', '--duration', duration, '--mem-interval', '250ms', '--ready', f'127.0.0.1:{port}',
                               '--load', f'{PYTHON} {LOAD} {port} {rate} {load_seconds} {load_code}', *[f.format(port=port) for f in flags],
                               '--', PYTHON, PROGRAM, port, '--leak', leak, timeout=timeout)

    def only_run(self):
        return self.seep('runs', 'ls', '-o', 'json').json()['runs'][0]

    def test_a_leaking_process_is_a_leak_and_its_operations_divide(self):
        _, result = self.soak('--metrics', 'http://127.0.0.1:{port}/metrics', '--operation', 'service_requests_total',
                              '--metrics-series', 'service_*', '--pprof-url', 'http://127.0.0.1:{port}/debug/pprof/', leak=20000, duration='30s')
        self.assertEqual(result.code, 1, result)
        self.assertIn('LEAK', result.out, result)
        run = self.only_run()['run_id']
        report = self.seep('report', run, '-o', 'json').json()
        series = {s['series']: s for s in report['verdict']['series']}
        self.assertEqual(series['service_kept_bytes']['verdict'], 'LEAK', series)
        self.assertIn('service_db_connections_open.main', series)
        kept = series['service_kept_bytes']['kept_per_operation']['value']
        self.assertAlmostEqual(kept, 20000, delta=3000)
        # Profiles of the start, of the leak and of the end are kept and can be fetched.
        artefacts = self.seep('runs', 'artefacts', run, '-o', 'json').json()['artefacts']
        reasons = {(a['kind'], a['reason']) for a in artefacts}
        for kind in ('heap', 'goroutine'):
            for reason in ('start', 'leak', 'end'):
                self.assertIn((kind, reason), reasons, artefacts)
        (self.home / 'fetched').mkdir()
        fetched = self.seep('runs', 'artefacts', run, '--fetch', 'all', '--to', self.home / 'fetched')
        self.assertEqual(fetched.code, 0, fetched)
        for artefact in artefacts:
            content = (self.home / 'fetched' / artefact['name']).read_bytes()
            self.assertEqual(len(content), int(artefact['size']))
            self.assertIn(b'profile /debug/pprof/' + artefact['kind'].encode(), gzip.decompress(content))

    def test_a_clean_process_is_not_called_a_leak(self):
        _, result = self.soak('--metrics', 'http://127.0.0.1:{port}/metrics', duration='45s', rate=100)
        self.assertIn(result.code, (0, 3), result)
        self.assertNotIn('LEAK  ', result.out, result)
        report = self.seep('report', self.only_run()['run_id'], '-o', 'json').json()
        series = {s['series']: s for s in report['verdict']['series']}
        for gauge in ('rss', 'vsz', 'cpu_percent', 'memory_percent', 'threads', 'fds', 'tcp_connections', 'goroutines'):
            self.assertIn(gauge, series)
        self.assertEqual(series['rss']['verdict'], 'CLEAN', series['rss'])
        self.assertEqual(series['goroutines']['last'], 7)

    def test_the_load_ends_the_run_and_its_exit_code_is_kept(self):
        _, result = self.soak(load_seconds=3, duration='120s')
        run = self.only_run()
        self.assertEqual(run['state'], 'FINISHED', run)
        self.assertEqual(run['load'].get('exit_code', 0), 0, run)
        self.assertEqual(run['load']['ended'], 1, run)
        _, result = self.soak(load_seconds=2, load_code=7, duration='120s')
        self.assertEqual(result.code, 4, result)
        run = self.only_run()
        self.assertEqual(run['load']['exit_code'], 7, run)
        self.assertIn('exit 7', run['state_reason'], run)

    def test_restarts_are_generations_and_the_log_is_searchable(self):
        _, result = self.soak('--chaos-restart', 'kill:3s-4s', '--load-ends', 'repeat', duration='12s')
        self.assertIn(result.code, (0, 3), result)
        run = self.only_run()
        self.assertGreaterEqual(run['generation'], 3, run)
        log = self.seep('runs', 'logs', run['run_id'], '--grep', '^a warning').out
        self.assertGreaterEqual(len(log.splitlines()), 3, log)
        self.assertNotIn('\x1b', log)
        self.assertIn('stderr', log)
        self.assertEqual(self.seep('runs', 'logs', run['run_id'], '--grep', '(').code, 2)

    def test_a_command_that_cannot_begin_says_why(self):
        result = self.seep('run', '--target', 'process', '--duration', '10s', '--', '/bin/sh', '-c', 'echo no config >&2; exit 9')
        self.assertEqual(result.code, 4, result)
        self.assertIn('exit 9', result.err, result)
        self.assertEqual(self.seep('run', '--target', 'process', '--', 'no-such-command').code, 2)

    def test_a_program_that_is_done_ends_the_run(self):
        result = self.seep('run', '--target', 'process', '--duration', '60s', '--mem-interval', '100ms', '--', '/bin/sleep', '3')
        self.assertIn(result.code, (0, 3), result)
        self.assertIn('ended by itself', self.only_run()['state_reason'])

    def test_attaching_follows_a_service_and_leaves_it_alone(self):
        port, pid_file = free_port(), self.home / 'service.pid'

        def start():
            service = subprocess.Popen([PYTHON, PROGRAM, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            pid_file.write_text(str(service.pid))
            return service

        service = start()
        try:
            run = self.start_seep('run', '--target', 'attach', '--pid-file', pid_file, '--duration', '12s', '--mem-interval', '250ms')
            lines = []
            for line in run.stderr:
                lines.append(line)
                if 'RSS=' in line:
                    break
            service.send_signal(signal.SIGTERM)
            service.wait()
            first, service = service.pid, start()
            out, err = run.communicate(timeout=90)
            text = ''.join(lines) + out + err
            self.assertIn(run.returncode, (0, 3), text)
            self.assertIsNone(service.poll(), 'the service was killed')
            stored = self.only_run()
            self.assertEqual(stored['generation'], 2, stored)
            generations = self.seep('query', f"SELECT pid FROM generations WHERE run = '{stored['run_id']}' ORDER BY generation", '-o', 'csv').out
            self.assertEqual(generations.split()[1:], [str(first), str(service.pid)])
        finally:
            service.kill()
            service.wait()

    def test_a_fleet_takes_names_and_never_commands(self):
        entries = self.home / 'entries.yaml'
        port = free_port()
        entries.write_text(f'targets: {{program: {{command: [{PYTHON}, {PROGRAM}, "{{port}}"], parameters: {{port: {{pattern: "[0-9]+"}}}}, '
                           f'ready: "127.0.0.1:{{port}}"}}}}\n')
        _, address = self.coordinator()
        self.agent(address, 'lab-1', '--drivers', entries)
        flags = ['--server', address, '--duration', '3s', '--mem-interval', '200ms']
        result = self.seep('run', *flags, '--target', 'process', '--', '/bin/sleep', '1')
        self.assertEqual(result.code, 2, result)
        self.assertIn('only what their own configuration names', result.err)
        result = self.seep('run', *flags, '--target', 'process:program', '--param', 'port=1;id')
        self.assertEqual(result.code, 4, result)
        self.assertIn('must match', result.err)
        result = self.seep('run', *flags, '--target', 'process:program', '--param', f'port={port}')
        self.assertIn(result.code, (0, 3), result)
        result = self.seep('run', *flags, '--target', 'process:program', '--param', f'port={port}', '--metrics', 'http://169.254.169.254/latest')
        self.assertEqual(result.code, 4, result)
        self.assertIn('fetches nothing from', result.err)

    def test_an_endpoint_that_fails_is_counted_and_shown(self):
        _, result = self.soak('--metrics', 'http://127.0.0.1:{port}/nothing', duration='5s')
        self.assertIn(result.code, (0, 3), result)
        run = self.only_run()['run_id']
        self.assertIn('HTTP 404', self.seep('runs', 'logs', run, '--grep', 'metrics').out)
        failures = self.seep('query', f"SELECT max(last) FROM sample_rollups WHERE run = '{run}' AND gauge = 'scrape_failures'", '-o', 'csv').out
        self.assertGreater(float(failures.split()[1]), 5, failures)


class HeapDumps(Fixture):
    def test_a_drivers_heap_dump_is_kept_and_fetched(self):
        host = f'env SEEP_TRACEMALLOC=1 /usr/bin/python3 -B {HERE.parent.parent}/sdk/drivers/python/example/wallet_host.py'
        result = self.seep('run', '--driver', f'kit={host}', '--scenario', 'lifecycle', '--duration', '4s', '--interval', '50ms', '--mem-interval',
                           '200ms', '--heap-dump')
        self.assertIn(result.code, (0, 3), result)
        run = self.seep('runs', 'ls', '-o', 'json').json()['runs'][0]['run_id']
        artefacts = self.seep('runs', 'artefacts', run, '-o', 'json').json()['artefacts']
        self.assertEqual([a['kind'] for a in artefacts], ['heap_dump'], self.seep('runs', 'logs', run).out)
        self.assertIn(f'`seep runs artefacts {run}` lists', self.seep('runs', 'show', run).out)
        (self.home / 'fetched').mkdir()
        self.assertEqual(self.seep('runs', 'artefacts', run, '--fetch', artefacts[0]['name'], '--to', self.home / 'fetched').code, 0)
        self.assertEqual((self.home / 'fetched' / artefacts[0]['name']).read_bytes()[:4], b'\x28\xb5\x2f\xfd', 'zstd')
        # A driver that has none says so, and the run is none the worse.
        result = self.seep('run', '--duration', '3s', '--interval', '50ms', '--mem-interval', '200ms', '--heap-dump')
        self.assertIn(result.code, (0, 3), result)


if __name__ == '__main__':
    unittest.main()
