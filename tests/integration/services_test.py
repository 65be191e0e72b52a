"""Services that nobody here wrote (nginx, redis), a Go service with net/http/pprof, a unit's control group, chaos on what Seep did not start."""
import contextlib
import csv
import gzip
import io
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

from processes import BIN, Fixture, wait_until
from targets_test import HERE, LOAD, PROGRAM, PYTHON, free_port

PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
NGINX = shutil.which('nginx', path=PATH)
# Debian's redis-server is a link to this binary of redis-tools, which is what it is called as.
REDIS = shutil.which('redis-check-rdb', path=PATH)


class Services(Fixture):
    def runs(self, *flags):
        return self.seep('runs', 'ls', *flags, '-o', 'json').json()['runs']

    def series(self, run, *flags):
        return {s['series']: s for s in self.seep('report', run, *flags, '-o', 'json').json()['verdict']['series']}

    def lab(self, entries):
        """A coordinator, and an agent with these targets and loads on its list; returns the flags that reach them."""
        (self.home / 'entries.yaml').write_text(entries)
        _, address = self.coordinator()
        self.agent(address, 'lab-1', '--drivers', self.home / 'entries.yaml')
        return ['--server', address]


@unittest.skipUnless(NGINX, 'nginx is not installed: apt-get install nginx-light')
class Nginx(Services):
    def test_a_master_with_workers_is_soaked_under_load(self):
        port, work = free_port(), self.home / 'nginx'
        work.mkdir()
        paths = ''.join(f'{kind}_temp_path {work}/{kind};' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        (work / 'nginx.conf').write_text(
            f'daemon off; worker_processes 2; error_log stderr; pid {work}/pid; {"user root;" if os.getuid() == 0 else ""}\n'
            f'events {{ worker_connections 64; }}\n'
            f'http {{ access_log off; {paths} server {{ listen 127.0.0.1:{port}; location /work {{ return 200 "done"; }} }} }}\n')
        result = self.seep('run', '--target', 'process', '--duration', '12s', '--mem-interval', '250ms', '--ready', f'127.0.0.1:{port}',
                           '--load', f'{PYTHON} {LOAD} {port} 100 600 0', '--', NGINX, '-p', work, '-c', work / 'nginx.conf')
        self.assertIn(result.code, (0, 3), result)
        self.assertNotIn('LEAK  ', result.out, result)
        # The live line: what a service does and costs, in words and units.
        self.assertRegex(result.err, r'RSS=.*FDs=\d+ TCP=\d+ CPU=[\d.]+% .*Load\(requests\)=\d+', result)
        run = self.runs()[0]['run_id']
        series = self.series(run)
        self.assertEqual(series['processes']['max'], 3, 'a master and two workers')
        # The limit of open files is each process's own: the largest of them is beside the sum.
        self.assertLess(series['fds_largest']['last'], series['fds']['last'])


@unittest.skipUnless(REDIS, 'redis is not installed: tools/setup.sh installs redis-tools')
class Redis(Services):
    def test_a_load_that_is_repeated_is_counted(self):
        port, server = free_port(), self.home / 'redis-server'
        server.symlink_to(REDIS)
        result = self.seep('run', '--target', 'process', '--duration', '15s', '--mem-interval', '500ms', '--ready', f'127.0.0.1:{port}',
                           '--load', f'redis-benchmark -p {port} -t set,get -n 2000 -q', '--load-ends', 'repeat',
                           '--', server, '--port', port, '--save', '', '--dir', self.tmp)
        self.assertIn(result.code, (0, 3), result)
        self.assertNotIn('LEAK  ', result.out, result)
        run = self.runs()[0]
        self.assertGreater(run['load']['ended'], 1, run)
        self.assertEqual(run['load'].get('failed', 0), 0, run)
        self.assertRegex(self.seep('runs', 'show', run['run_id']).out, r'load +redis-benchmark: .*ended \d+ times, 0 with an error')


class Loads(Services):
    def test_its_exit_code_is_shown(self):
        port = free_port()
        result = self.seep('run', '--target', 'process', '--duration', '60s', '--mem-interval', '250ms', '--ready', f'127.0.0.1:{port}',
                           '--load', f'{PYTHON} {LOAD} {port} 50 2 7', '--', PYTHON, PROGRAM, port)
        self.assertEqual(result.code, 4, result)
        run = self.runs()[0]
        self.assertEqual(run['load']['exit_code'], 7, run)
        self.assertRegex(self.seep('runs', 'show', run['run_id']).out, r'load +python3.*: exit 7')


def fields(message):
    """The fields of an encoded protocol buffer message: (number, value), a value being a number or bytes."""
    def varint(at):
        value = shift = 0
        while True:
            value |= (message[at] & 0x7f) << shift
            shift, at = shift + 7, at + 1
            if message[at - 1] < 0x80:
                return value, at
    at = 0
    while at < len(message):
        tag, at = varint(at)
        if tag & 7 == 0:
            value, at = varint(at)
        elif tag & 7 == 2:
            size, at = varint(at)
            value, at = message[at:at + size], at + size
            assert len(value) == size, 'a field is cut off'
        else:
            width = {1: 8, 5: 4}[tag & 7]
            value, at = message[at:at + width], at + width
        yield tag >> 3, value


class Profile:
    """profile.proto, as `go tool pprof` reads it: samples, and what they name."""

    def __init__(self, content):
        self.samples, self.strings = 0, []
        for number, value in fields(gzip.decompress(content)):
            self.samples += number == 2
            if number == 6:
                self.strings.append(value.decode())


class GoService(Services):
    def test_profiles_of_the_start_the_leak_the_end_and_when_asked_for(self):
        port = free_port()
        flags = self.lab(f'targets: {{api: {{command: [{BIN / "seep-go-service"}, "{port}", "65536"], ready: "127.0.0.1:{port}", collector: managed}}}}\n'
                         f'loads: {{requests: {{command: [{PYTHON}, {LOAD}, "{port}", "100", "600", "0"]}}}}\n')
        soak = self.start_seep('run', *flags, '--target', 'process:api', '--load-entry', 'requests', '--duration', '100s', '--mem-interval', '250ms',
                               '--metrics', f'http://127.0.0.1:{port}/metrics', '--operation', 'service_requests_total',
                               '--pprof-url', f'http://127.0.0.1:{port}/debug/pprof/')
        try:
            run = wait_until(lambda: [r['run_id'] for r in self.runs(*flags) if r['state'] == 'RUNNING'], 60, 'the run')[0]

            def kept():
                listed = self.seep('runs', 'artefacts', run, *flags, '-o', 'json').json().get('artefacts', [])
                return {(a['kind'], a['reason']) for a in listed}

            wait_until(lambda: {('heap', 'start'), ('goroutine', 'start')} <= kept(), 60, 'profiles of the start')
            asked = self.seep('runs', 'profile', run, *flags)
            self.assertEqual(asked.code, 0, asked)
            wait_until(lambda: ('heap', 'asked-for') in kept(), 60, 'profiles that were asked for')
            wait_until(lambda: ('heap', 'leak') in kept(), 90, 'profiles of the leak')
            self.assertEqual(self.seep('runs', 'stop', run, *flags).code, 0)
            out, err = soak.communicate(timeout=90)
        finally:
            if soak.poll() is None:
                soak.kill()
                soak.communicate()
        self.assertEqual(soak.returncode, 1, out + err)
        self.assertLessEqual({('heap', 'end'), ('goroutine', 'end')}, kept())
        self.fetched_profiles_name_what_is_kept(run, flags)
        kept_bytes = self.series(run, *flags)['heap_allocated']['kept_per_operation']['value']
        self.assertAlmostEqual(kept_bytes, 65536, delta=0.15 * 65536)

    def fetched_profiles_name_what_is_kept(self, run, flags):
        directory = self.home / 'fetched'
        directory.mkdir()
        self.assertEqual(self.seep('runs', 'artefacts', run, *flags, '--fetch', 'all', '--to', directory).code, 0)
        by_sql = self.seep('query', f"SELECT name, kind, bytes, why FROM artefacts WHERE run = '{run}' AND taken IS NOT NULL ORDER BY name", *flags, '-o', 'csv')
        rows = [line.split(',') for line in by_sql.out.split('\n')[1:] if line]
        self.assertEqual(sorted(name for name, *_ in rows), sorted(path.name for path in directory.iterdir()), by_sql)
        self.assertGreaterEqual(len(rows), 8, 'heap and goroutines, four times')
        for name, kind, size, why in rows:
            content = (directory / name).read_bytes()
            self.assertEqual(len(content), int(size), name)
            profile = Profile(content)
            self.assertGreater(profile.samples, 0, name)
            self.assertIn('inuse_space' if kind == 'heap' else 'goroutine', profile.strings)
            if (kind, why) == ('heap', 'end'):
                self.assertIn('main.(*service).keepForGood', profile.strings)


class Attached(Services):
    """What Seep did not start: found again after chaos, and struck only where its entry says may_kill."""

    SUPERVISOR = 'trap "kill $service; exit" TERM; while :; do "$@" & service=$!; echo $service >"$PIDFILE.new"; mv "$PIDFILE.new" "$PIDFILE"; wait $service; done'

    @contextlib.contextmanager
    def service(self, pid_file):
        """A service that its supervisor starts again whenever it ends, as systemd does with Restart=always."""
        port = free_port()
        supervisor = subprocess.Popen(['/bin/sh', '-c', self.SUPERVISOR, 'sh', PYTHON, PROGRAM, str(port)], env={**self.env, 'PIDFILE': str(pid_file)},
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            wait_until(pid_file.exists, 30, 'the pid file')
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(supervisor.pid, signal.SIGKILL)
            supervisor.wait()

    def soaked(self, may_kill, chaos):
        pid_file = self.home / 'service.pid'
        with self.service(pid_file):
            before = pid_file.read_text()
            flags = self.lab(f'targets: {{service: {{attach: {{pid_file: {pid_file}, may_kill: {may_kill}}}}}}}\n')
            result = self.seep('run', *flags, '--target', 'attach:service', '--duration', '12s', '--mem-interval', '250ms', '--chaos-restart', chaos)
            self.assertIn(result.code, (0, 3), result)
            faults = self.seep('query', 'SELECT kind, state, old_generation, new_generation, detail FROM faults ORDER BY planned_s', *flags, '-o', 'csv').out
            return before, pid_file.read_text(), list(csv.DictReader(io.StringIO(faults)))

    def killed_and_found_again(self, kind):
        before, after, faults = self.soaked('true', f'{kind}:2s-3s')
        healed = [fault for fault in faults if fault['state'] == 'healed']
        self.assertGreaterEqual(len(healed), 1, faults)
        self.assertEqual((healed[0]['kind'], healed[0]['old_generation'], healed[0]['new_generation']), (kind, '1', '2'))
        self.assertNotEqual(before, after)

    def test_an_entry_that_allows_it_is_killed_and_found_again(self):
        self.killed_and_found_again('kill')

    def test_an_entry_that_allows_it_is_terminated_and_found_again(self):
        self.killed_and_found_again('terminate')

    def test_any_other_is_left_alone(self):
        before, after, faults = self.soaked('false', 'kill:2s-3s')
        self.assertEqual(before, after)
        self.assertGreaterEqual(len(faults), 1)
        for fault in faults:
            self.assertIn(fault['state'], ('failed', 'skipped'), faults)
        self.assertIn('may_kill', faults[0]['detail'])


def unit_hierarchy():
    """Where control groups of units live on this machine, if we may make one there."""
    for place in ('/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'):
        if os.path.exists(f'{place}/cgroup.procs') and os.access(place, os.W_OK):
            return pathlib.Path(place)
    return None


@unittest.skipUnless(unit_hierarchy(), 'no control group can be made here (needs root and a writable /sys/fs/cgroup)')
class Unit(Services):
    def test_the_main_process_of_a_unit_is_found_by_its_control_group(self):
        # As systemd does it: a group with the unit's name, its processes in it. The kernel's own groups, whether or not systemd runs.
        unit = f'seep-itest-{os.getpid()}.service'
        group, port = unit_hierarchy() / unit, free_port()
        group.mkdir()
        service = subprocess.Popen([PYTHON, PROGRAM, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            (group / 'cgroup.procs').write_text(str(service.pid))
            result = self.seep('run', '--target', 'attach', '--unit', unit, '--duration', '3s', '--mem-interval', '200ms')
            self.assertIn(result.code, (0, 3), result)
            self.assertIsNone(service.poll(), 'the service was killed')
            run = self.runs()[0]['run_id']
            pids = self.seep('query', f"SELECT pid FROM generations WHERE run = '{run}'", '-o', 'csv').out.split()[1:]
            self.assertEqual(pids, [str(service.pid)])
        finally:
            service.kill()
            service.wait()
            wait_until(lambda: not (group / 'cgroup.procs').read_text(), 20, 'the group to be empty')
            group.rmdir()
        result = self.seep('run', '--target', 'attach', '--unit', unit, '--duration', '3s', timeout=90)
        self.assertEqual(result.code, 4, result)
        self.assertIn(unit, result.err)


if __name__ == '__main__':
    unittest.main()
