#!/usr/bin/env python3
"""Feeds the same samples to Prometheus and PostgreSQL and says what that cost: for store_bench.

    peers.py SAMPLES.csv DIRECTORY      header run,ms,GAUGE...; prints "name value" lines

CPU is that of the servers' processes (/proc), not of this one. Each server runs on a free port or socket of its own below
DIRECTORY and is ended before the next begins; one that is not installed, or fails, is "absent" with the reason.
"""
import glob
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

TICK = os.sysconf('SC_CLK_TCK')
PATIENCE_S = 60


class Absent(Exception):
    pass


def load(path):
    with open(path, encoding='ascii') as file:
        names = file.readline().strip().split(',')[2:]
        rows = []
        for line in file:
            run, ms, *values = line.split(',')
            rows.append((int(run), int(ms), [float(value) for value in values]))
    return names, rows


def cpu_of_tree(root):
    """Seconds of a process, its ended children, and what descends from it now."""
    stats = {}
    for path in glob.glob('/proc/[0-9]*/stat'):
        try:
            text = pathlib.Path(path).read_text()
        except OSError:
            continue
        fields = text.rpartition(')')[2].split()
        stats[int(path.split('/')[2])] = (int(fields[1]), sum(map(int, fields[11:15])))
    family = {root}
    while True:
        grown = family | {pid for pid, (parent, _) in stats.items() if parent in family}
        if grown == family:
            return sum(stats[pid][1] for pid in family if pid in stats) / TICK
        family = grown


def wait_for(ready, what):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if ready():
            return
        time.sleep(0.1)
    raise Absent(f'{what} within {PATIENCE_S} s')


def end(process):
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


# --- Prometheus -----------------------------------------------------------------------------------------------------

def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def labels_of(**pairs):
    return b''.join(field(1, field(1, name.encode()) + field(2, value.encode())) for name, value in sorted(pairs.items()))


def snappy(data):
    """The snappy block format, literals only: a decoder's least work, to the peer's good."""
    out = [varint(len(data))]
    for at in range(0, len(data), 65536):
        piece = data[at:at + 65536]
        out.append(b'\xf4' + struct.pack('<H', len(piece) - 1) + piece)
    return b''.join(out)


def write_requests(names, rows, per_message, begin_ms):
    """One message: a run's series with so many samples each, as an agent of ours sends them."""
    pending = {}
    for run, ms, values in rows:
        rows_of_run = pending.setdefault(run, [])
        rows_of_run.append((begin_ms + ms, values))
        if len(rows_of_run) == per_message:
            yield encode(run, names, rows_of_run)
            pending[run] = []
    for run, rest in pending.items():
        if rest:
            yield encode(run, names, rest)


def encode(run, names, rows):
    series = []
    for index, name in enumerate(names):
        samples = b''.join(field(2, b'\x09' + struct.pack('<d', values[index]) + b'\x10' + varint(ms)) for ms, values in rows)
        series.append(field(1, labels_of(__name__=name, run=f'r-{run:04d}') + samples))
    return snappy(b''.join(series))


def post(url, body):
    request = urllib.request.Request(url, data=body, headers={
        'Content-Encoding': 'snappy', 'Content-Type': 'application/x-protobuf', 'X-Prometheus-Remote-Write-Version': '0.1.0'})
    try:
        urllib.request.urlopen(request, timeout=PATIENCE_S).read()
    except urllib.error.HTTPError as error:
        raise Absent(f'refused a write: {error.code} {error.read()[:200]!r}') from error


def prometheus_cpu(names, rows, folder, per_message):
    folder.mkdir()
    (folder / 'prometheus.yml').write_text('global: {scrape_interval: 1h}\n')
    port = free_port()
    server = subprocess.Popen(
        ['prometheus', f'--config.file={folder}/prometheus.yml', f'--storage.tsdb.path={folder}/data',
         f'--web.listen-address=127.0.0.1:{port}', '--web.enable-remote-write-receiver', '--log.level=error'],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def ready():
            if server.poll() is not None:
                raise Absent(f'ended at once with {server.returncode}')
            try:
                return urllib.request.urlopen(f'http://127.0.0.1:{port}/-/ready', timeout=5).status == 200
            except OSError:
                return False
        wait_for(ready, 'was not ready')
        messages = list(write_requests(names, rows, per_message, int(time.time() * 1000) - 7_200_000))
        before = cpu_of_tree(server.pid)
        for message in messages:
            post(f'http://127.0.0.1:{port}/api/v1/write', message)
        return cpu_of_tree(server.pid) - before
    finally:
        end(server)


def prometheus_bytes(names, rows, folder):
    """Of a block made from the samples at once: as small as compaction makes it."""
    folder.mkdir()
    begin_s = int(time.time()) // 7200 * 7200 - 14_400
    by_name = [f'# TYPE {name} gauge\n' + ''.join(
        f'{name}{{run="r-{run:04d}"}} {values[index]!r} {begin_s + ms / 1000:.3f}\n' for run, ms, values in rows)
        for index, name in enumerate(names)]
    (folder / 'samples.txt').write_text(''.join(by_name) + '# EOF\n')
    subprocess.run(['promtool', 'tsdb', 'create-blocks-from', 'openmetrics', folder / 'samples.txt', folder / 'blocks'],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return sum(path.stat().st_size for path in (folder / 'blocks').rglob('*') if path.is_file())


def prometheus(names, rows, folder):
    if not shutil.which('prometheus') or not shutil.which('promtool'):
        raise Absent('not installed')
    values = len(rows) * len(names)
    return {'cpu_10': prometheus_cpu(names, rows, folder / 'prometheus-10', 10) / values,
            'cpu_100': prometheus_cpu(names, rows, folder / 'prometheus-100', 100) / values,
            'bytes': prometheus_bytes(names, rows, folder / 'prometheus-block') / values}


# --- PostgreSQL -----------------------------------------------------------------------------------------------------

def as_postgres(command):
    """It refuses to run as root."""
    return ['runuser', '-u', 'postgres', '--'] + command if os.geteuid() == 0 else command


def postgresql(names, rows, _):
    found = sorted(glob.glob('/usr/lib/postgresql/*/bin/initdb'))
    if not found:
        raise Absent('not installed')
    programs = pathlib.Path(found[-1]).parent
    # Its own user must get there: the benchmark's directory is private.
    home = pathlib.Path(subprocess.check_output(as_postgres(['mktemp', '-d']), text=True).strip())
    try:
        subprocess.run(as_postgres([programs / 'initdb', '-D', home / 'data', '-A', 'trust', '-U', 'postgres']),
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server = subprocess.Popen(
            as_postgres([programs / 'postgres', '-D', home / 'data', '-k', home, '-c', 'listen_addresses=', '-c', 'jit=off',
                         '-c', 'max_parallel_workers_per_gather=0']),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return postgresql_figures(names, rows, server, home)
        finally:
            # runuser stands between, and passes no signal on.
            subprocess.run(as_postgres([programs / 'pg_ctl', '-D', home / 'data', '-m', 'fast', '-t', str(PATIENCE_S), 'stop']),
                           check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            end(server)
    finally:
        subprocess.run(as_postgres(['rm', '-rf', home]), check=False)


def postgresql_figures(names, rows, server, home):
    def sql(text, data=None):
        return subprocess.run(['psql', '-h', home, '-U', 'postgres', '-qAtc', text], input=data, check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    wait_for(lambda: subprocess.run(['pg_isready', '-q', '-h', home], check=False).returncode == 0, 'was not ready')
    sql('CREATE TABLE wide (run int, t_us bigint, generation int, phase int, '
        + ', '.join(f'"{name}" double precision' for name in names) + ')')
    text = ''.join(f'{run}\t{ms * 1000}\t1\t2\t' + '\t'.join(map(repr, values)) + '\n' for run, ms, values in rows)
    before = cpu_of_tree(server.pid)
    sql('COPY wide FROM STDIN', text)
    loaded = cpu_of_tree(server.pid)
    question = f'SELECT run, min("{names[0]}"), max("{names[0]}"), regr_slope("{names[0]}", t_us * 1e-6) FROM wide GROUP BY run'
    sql('VACUUM ANALYZE wide')
    sql(question)
    asked = cpu_of_tree(server.pid)
    for _ in range(5):
        sql(question)
    answered = cpu_of_tree(server.pid)
    values = len(rows) * len(names)
    return {'cpu': (loaded - before) / values, 'bytes': int(sql("SELECT pg_total_relation_size('wide')")) / values,
            'ask_per_sample': (answered - asked) / 5 / len(rows)}


def main(samples, directory):
    names, rows = load(samples)
    for name, measure in (('prometheus', prometheus), ('postgresql', postgresql)):
        try:
            for what, value in measure(names, rows, pathlib.Path(directory)).items():
                print(f'{name}.{what} {value!r}')
        except (Absent, OSError, subprocess.SubprocessError) as error:
            print(f'{name}.absent', ' '.join(str(error).split()) or type(error).__name__)


if __name__ == '__main__':
    main(*sys.argv[1:])
