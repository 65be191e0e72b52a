"""Recordings of any length in constant memory, both ways: the peak of the CLI and of the coordinator while rows stream.

SEEP_EXCHANGE_ROWS says how many (`make exchange-10m`: 10,000,000); a share of that always runs."""
import os
import pathlib
import re
import subprocess
import time
import unittest

from processes import BIN, Fixture

ROWS = int(os.environ.get('SEEP_EXCHANGE_ROWS', '150000'))
CLI_MB = 100
COORDINATOR_MB = 300  # what a coordinator may take at all


def peak_mb(pid):
    return int(re.search(r'VmHWM:\s+(\d+) kB', pathlib.Path(f'/proc/{pid}/status').read_text()).group(1)) / 1024


class ExchangeMemory(Fixture):
    def measured(self, *args):
        """Runs seep; (seconds, peak MB)."""
        began = time.monotonic()
        process = subprocess.Popen([BIN / 'seep', *map(str, args)], env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        out = process.stdout.read().decode()
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, out[-3000:])
        return time.monotonic() - began, usage.ru_maxrss / 1024

    def test_a_long_recording_streams_in_and_out(self):
        daemon, address = self.coordinator()
        self.env['SEEP_SERVER'] = address
        source = self.home / 'long.csv'
        head = 'timestamp,elapsed_sec,rss_bytes,heap_allocated_bytes,heap_resident_bytes,payments\n'
        with open(source, 'w', encoding='ascii') as file:
            file.write(head)
            for i in range(ROWS):
                second = i // 2
                file.write(f'2026-{1 + second // 2419200 % 12:02}-{1 + second // 86400 % 28:02}T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}.'
                           f'{i % 2 * 5}00Z,{i / 2:.3f},{60_000_000 + i * 7919 % 4096 * 512},{40_000_000 + i * 104729 % 8191 * 64},58000000,{i // 10}\n')
        idle = peak_mb(daemon.process.pid)
        seconds, cli = self.measured('import', source)
        after_import = peak_mb(daemon.process.pid)
        print(f'\nimport: {ROWS} rows, {source.stat().st_size / 1e6:.0f} MB: {seconds:.1f} s, peak CLI {cli:.0f} MB, coordinator {after_import:.0f} MB (idle {idle:.0f})')
        self.assertLess(cli, CLI_MB)
        self.assertLess(after_import, COORDINATOR_MB)
        outputs = {'csv': ['--layout', 'rust-memtest', '--file'], 'jsonl': ['-o', 'jsonl', '--file'], 'sqlite': ['--sqlite']}
        for kind, arguments in outputs.items():
            target = self.home / f'out.{kind}'
            seconds, cli = self.measured('export', 'r-0001', *arguments, target)
            coordinator = peak_mb(daemon.process.pid)
            print(f'export {kind}: {target.stat().st_size / 1e6:.0f} MB: {seconds:.1f} s, peak CLI {cli:.0f} MB, coordinator {coordinator:.0f} MB')
            self.assertLess(cli, CLI_MB, kind)
            self.assertLess(coordinator, COORDINATOR_MB, kind)
        self.assertEqual(subprocess.run(['cmp', source, self.home / 'out.csv'], capture_output=True, check=False).stdout, b'')


if __name__ == '__main__':
    unittest.main()
