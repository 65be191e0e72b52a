"""The real binaries, started as a user would, each test in a private home that must be empty of life afterwards.

A test process makes itself a subreaper: whatever a binary leaves behind becomes our child and is seen, even when it left
its session. `Fixture.tearDown` fails the test for any process, socket file or temporary directory that outlived it.
"""
import contextlib
import ctypes
import json
import os
import pathlib
import select
import signal
import subprocess
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ['SEEP_BIN'])
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PR_SET_CHILD_SUBREAPER = 36


def children_of(pid):
    """Living and dead children of `pid`: (pid, state, command line)."""
    found = []
    for entry in pathlib.Path('/proc').iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            state, parent = (entry / 'stat').read_text().rsplit(')', 1)[1].split()[:2]
            if int(parent) == pid:
                command = (entry / 'cmdline').read_bytes().replace(b'\0', b' ').decode(errors='replace')
                found.append((int(entry.name), state, command.strip()))
    return found


def wait_until(condition, seconds, what):
    """Polls `condition` until it gives something true, which is returned; fails loudly at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f'{what}: not within {seconds} s')
        select.select([], [], [], 0.05)


class Result:
    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f'{" ".join(map(str, self.args))}\nexit {self.code}\n--- stdout\n{self.out[-6000:]}\n--- stderr\n{self.err[-6000:]}'


class Daemon:
    """A long-running binary with a ready line; stopped and reaped by the fixture."""

    def __init__(self, args, env, log_path):
        self.log_path = log_path
        with open(log_path, 'ab') as log:
            self.process = subprocess.Popen(args, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)

    def ready(self, seconds=30):
        """The JSON that the binary prints once it serves."""
        readable, _, _ = select.select([self.process.stdout], [], [], seconds)
        line = self.process.stdout.readline() if readable else b''
        if not line:
            raise AssertionError(f'not ready: {self.process.args}\n{self.log()}')
        return json.loads(line)

    def log(self):
        return pathlib.Path(self.log_path).read_text(errors='replace')[-6000:]

    def stop(self, signal_number=signal.SIGTERM, seconds=60):
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        code = self.process.wait(seconds)
        self.process.stdout.close()
        return code


class Fixture(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._home = tempfile.TemporaryDirectory(prefix='seep-itest-')
        self.home = pathlib.Path(self._home.name)
        self.tmp = self.home / 'tmp'
        self.tmp.mkdir()
        self.env = {'PATH': '/usr/bin:/bin', 'HOME': str(self.home), 'TMPDIR': str(self.tmp), 'LANG': 'C.UTF-8', 'TERM': 'dumb',
                    'XDG_DATA_HOME': str(self.home / 'data')}
        self.daemons = []

    def tearDown(self):
        try:
            for daemon in self.daemons:
                if daemon.process.poll() is None:
                    daemon.stop()
            wait_until(self._nothing_lives, 20, 'processes left behind')
            self.assertEqual([str(p) for p in self.tmp.iterdir()], [], 'temporary files left behind')
            unix_sockets = pathlib.Path('/proc/net/unix').read_text()
            self.assertNotIn(str(self.tmp), unix_sockets, 'a socket left behind')
        finally:
            self._kill_rest()
            self._home.cleanup()

    def _nothing_lives(self):
        rest = children_of(os.getpid())
        for pid, state, _ in rest:
            if state == 'Z':
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
        living = [child for child in rest if child[1] != 'Z']
        self.assertLess(len(living), 100, living)
        self.living = living
        return not living

    def _kill_rest(self):
        for pid, _, command in children_of(os.getpid()):
            print(f'left behind: {pid} {command}')
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)

    # ---- the binaries
    def seep(self, *args, timeout=180, env=None, stdin=None):
        command = [str(BIN / 'seep'), *map(str, args)]
        done = subprocess.run(command, env={**self.env, **(env or {})}, input=stdin, capture_output=True, text=True, timeout=timeout,
                              stdin=None if stdin is not None else subprocess.DEVNULL)
        return Result(command, done.returncode, done.stdout, done.stderr)

    def start_seep(self, *args):
        command = [str(BIN / 'seep'), *map(str, args)]
        return subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def daemon(self, name, *args, env=None):
        command = [str(BIN / name), *map(str, args)]
        daemon = Daemon(command, {**self.env, **(env or {})}, self.home / f'{name}-{len(self.daemons)}.log')
        self.daemons.append(daemon)
        return daemon

    def coordinator(self, data=None, listen='127.0.0.1:0', *more):
        """A coordinator that is ready; returns (daemon, address)."""
        daemon = self.daemon('seep-coordinator', '--listen', listen, '--data-dir', data or self.home / 'store', '--ready-line', *more)
        return daemon, daemon.ready()['endpoints']['grpc']

    def agent(self, address, name, *more):
        daemon = self.daemon('seep-agent', '--coordinator', address, '--name', name, '--state-dir', self.home / f'agent-{name}',
                             '--drivers', BIN.parent / 'share/seep/drivers.yaml', '--ready-line', *more)
        daemon.ready()
        return daemon
