"""One command, no server: what it prints, how it exits, and that nothing stays behind however it ends."""
import csv
import io
import os
import re
import signal
import unittest

from processes import Fixture, children_of, wait_until

QUICK = ['run', '--sdk', 'simulated-wallet', '--scenario', 'payments', '--interval', '20ms', '--mem-interval', '200ms', '--seed', '3']


class EmbeddedRun(Fixture):
    def test_reports_as_the_seeds_do(self):
        table = self.home / 'out.csv'
        result = self.seep(*QUICK, '--duration', '8s', '--csv', table, '--rules', 'memtest')
        self.assertIn(result.code, (0, 3), result)
        text = result.out + result.err
        self.assertRegex(text, r'\[00:00:0\d\] RSS=[\d.]+MB')
        self.assertIn('=== Memory Trend Report ===', text)
        self.assertRegex(text, r'SERIES +FIRST +LAST +MAX +SLOPE/min +95% CI +PER OP +R')
        self.assertIn('seed=3', text)
        rows = list(csv.DictReader(io.StringIO(table.read_text())))
        self.assertGreater(len(rows), 20)
        for column in ('timestamp', 'elapsed_sec', 'rss_bytes', 'payments'):
            self.assertIn(column, rows[0])
        self.assertGreater(int(rows[-1]['payments']), 100)
        # The embedded store is kept: the run can be asked about later.
        listed = self.seep('runs', 'ls', '-o', 'json')
        self.assertEqual(len(listed.json()['runs']), 1, listed)

    def test_interrupt_is_graceful(self):
        run = self.start_seep(*QUICK, '--duration', '600s')
        lines = []
        for line in run.stderr:
            lines.append(line)
            if 'Payments=' in line and not re.search(r'Payments=0\b', line):
                break
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
        text = ''.join(lines) + out + err
        self.assertEqual(run.returncode, 130, text)
        self.assertIn('=== Memory Trend Report ===', text)

    def descendants(self, pid):
        found = []
        for child, state, command in children_of(pid):
            if state != 'Z':
                found.append((child, command))
                found += self.descendants(child)
        return found

    def kill_in_mid_run(self, pattern):
        """Kills the newest process whose command matches (the CLI itself for None), in mid-run."""
        run = self.start_seep(*QUICK, '--duration', '600s')

        def host():
            return next((p for p, c in self.descendants(run.pid) + self.descendants(os.getpid()) if 'seep-wallet-host' in c), None)
        wait_until(host, 30, 'no host came up')
        victim = run.pid
        if pattern:
            victim = next(p for p, c in self.descendants(os.getpid()) if pattern in c.split(' ')[0])
        os.kill(victim, signal.SIGKILL)
        out, err = run.communicate(timeout=90)
        return run.returncode, out + err

    def test_killed_cli_takes_everything_with_it(self):
        code, _ = self.kill_in_mid_run(None)
        self.assertEqual(code, -signal.SIGKILL)
        wait_until(self._nothing_lives, 20, 'processes outlived the CLI')
        # What a killed CLI could not remove, the next one does.
        self.assertEqual(self.seep('runs', 'ls').code, 0)

    def test_killed_coordinator_is_reported(self):
        code, text = self.kill_in_mid_run('seep-coordinator')
        self.assertIn(code, (4, 5), text)
        self.assertIn('coordinator', text)

    def test_killed_agent_is_reported(self):
        code, text = self.kill_in_mid_run('seep-agent')
        self.assertEqual(code, 4, text)
        self.assertIn('agent', text)

    def test_crashing_target_begins_a_new_generation(self):
        run = self.start_seep(*QUICK, '--duration', '12s', '-o', 'json')

        def host():
            return next((p for p, c in self.descendants(os.getpid()) if 'seep-wallet-host' in c), None)
        first = wait_until(host, 30, 'no host came up')
        wait_until(lambda: os.path.exists(f'/proc/{first}/fd'), 5, 'host')
        os.kill(first, signal.SIGSEGV)
        second = wait_until(lambda: host() not in (None, first) and host(), 30, 'no second generation')
        self.assertNotEqual(first, second)
        out, err = run.communicate(timeout=90)
        self.assertIn(run.returncode, (0, 3), out + err)
        self.assertIn('signal 11', out + err)

    def test_demo_is_not_needed_to_see_the_version(self):
        result = self.seep('version')
        self.assertEqual(result.code, 0, result)
        self.assertRegex(result.out, r'\d+\.\d+\.\d+')


if __name__ == '__main__':
    unittest.main()
