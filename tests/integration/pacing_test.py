"""Open-loop runs on the simulated wallet: a ramp, thresholds passed and missed, a stall that is not hidden, what a teardown leaves.

The runs go on side by side, so the whole takes about half a minute."""
import json
import os
import signal
import unittest

from processes import Fixture, children_of, wait_until

RAMP = '''
name: ramp
seed: 5
sdk: {driver: simulated-wallet}
scenario: {payments: {}}
pace: {stages: [{rate: 40/s, over: 5s}], max_in_flight: 8}
duration: 14s
phases: {warm_up: 3s, cool_down: 1s}
sampling: {interval: 250ms}
thresholds:
  - p(99, payment)<5s
  - error_rate<1%
  - rate(payments)>5/s
  - {expression: threads<500, abort_on_fail: true}
  - residual(heap_allocated)<1MiB
'''
OPEN = ['run', '--scenario', 'payments', '--mem-interval', '250ms', '--seed', '5', '-o', 'json']


class Pacing(Fixture):
    def begin(self, name, *args):
        return self.start_seep(*args, '--data-dir', self.home / name)

    def report(self, run):
        out, err = run.communicate(timeout=120)
        self.assertTrue(out, err)
        return run.returncode, json.loads(out), out + err

    def host_below(self, pid):
        for child, _, command in children_of(pid):
            if 'seep-wallet-host' in command:
                return child
            found = self.host_below(child)
            if found:
                return found
        return None

    @staticmethod
    def by(items, key):
        return {item[key]: item for item in items}

    def test_open_loop(self):
        spec = self.home / 'ramp.yaml'
        spec.write_text(RAMP)
        ramp = self.begin('ramp', 'run', spec, '-o', 'json')
        stalled = self.begin('stalled', *OPEN, '--rate', '20/s', '--duration', '15s', '--threshold', 'max(payment)<2s')
        aborted = self.begin('aborted', *OPEN, '--rate', '20/s', '--duration', '600s', '--threshold', 'threads<5 abort_on_fail delay=2s')
        leaking = self.begin('leaking', *OPEN, '--rate', '40/s', '--duration', '14s', '--leak', 'payment=64KiB',
                             '--threshold', 'residual(heap_allocated)<1MiB')
        # The whole target stands still for three seconds.
        host = wait_until(lambda: self.host_below(stalled.pid), 30, 'no host came up')
        for line in stalled.stderr:
            if '[00:00:04]' in line:
                break
        os.kill(host, signal.SIGSTOP)
        try:
            wait_until(lambda: '[00:00:08]' in stalled.stderr.readline(), 30, 'the run does not go on while its target stands still')
        finally:
            os.kill(host, signal.SIGCONT)

        with self.subTest('ramp'):
            self.check_ramp(*self.report(ramp))
        with self.subTest('stall'):
            self.check_stall(*self.report(stalled))
        with self.subTest('abort'):
            self.check_abort(*self.report(aborted))
        with self.subTest('residual'):
            self.check_residual(*self.report(leaking))
        with self.subTest('shown and queried'):
            self.check_shown()

    def check_ramp(self, code, report, text):
        self.assertIn(code, (0, 3), text)
        verdict = report['verdict']
        self.assertEqual([t['state'] for t in verdict['thresholds']], ['PASSED'] * 5, text)
        payments = self.by(verdict['operations'], 'operation')['payment']
        # 100 under the ramp of 5 s, 36 of them in the warm-up of 3 s, then 40/s for 9 s. A slow machine may lag a little.
        self.assertAlmostEqual(payments['warm_up_count'], 36, delta=12, msg=text)
        self.assertAlmostEqual(payments['warm_up_count'] + payments['count'], 460, delta=20, msg=text)
        self.assertEqual(verdict['dropped_iterations'], 0, text)
        self.assertEqual(payments['failed'], 0, text)
        self.assertLessEqual(payments['p50_us'], payments['p99_us'], text)
        residuals = self.by(verdict['residuals'], 'series')
        for series in ('threads', 'wallets', 'connections', 'listeners', 'tcp_connections'):
            self.assertEqual(residuals[series]['kept'], 0, text)
        self.assertLess(residuals['heap_allocated']['kept'], 500e3, text)

    def check_stall(self, code, report, text):
        self.assertIn(code, (1, 4), text)
        verdict = report['verdict']
        payments = self.by(verdict['operations'], 'operation')['payment']
        # 60 of 300 were to begin while it stood still; each counts from then.
        self.assertGreater(payments['max_us'], 2.5e6, text)
        self.assertGreater(payments['p99_us'], 2e6, text)
        self.assertGreater(payments['p90_us'], 0.8e6, text)
        self.assertLess(payments['p50_us'], 0.5e6, text)
        self.assertGreater(payments['count'] + verdict['dropped_iterations'], 280, text)
        self.assertEqual(verdict['thresholds'][0]['state'], 'MISSED', text)

    def check_abort(self, code, report, text):
        self.assertEqual(code, 4, text)
        run, missed = report['run'], report['verdict']['thresholds'][0]
        self.assertEqual(missed['state'], 'MISSED', text)
        self.assertTrue(missed['abort'], text)
        self.assertEqual(run['aborted']['expression'], 'threads<5', text)
        self.assertGreaterEqual(run['aborted']['at_s'], 2, text)
        self.assertLess(run['aborted']['at_s'], 5, text)
        self.assertFalse(run['interrupted'], text)
        self.assertEqual(run['state'], 'FINISHED', text)
        self.assertIn('threshold missed: threads<5, is ', run['state_reason'], text)
        self.assertIn('threshold: stopped at ', text)
        self.assertTrue(report['verdict']['residuals'], 'taken down in order: ' + text)

    def check_residual(self, code, report, text):
        # A leak is louder than a missed threshold.
        self.assertEqual(code, 1 if report['verdict']['verdict'] == 'LEAK' else 4, text)
        self.assertEqual(report['verdict']['thresholds'][0]['state'], 'MISSED', text)
        payments = self.by(report['verdict']['operations'], 'operation')['payment']['count']
        kept = self.by(report['verdict']['residuals'], 'series')['heap_allocated']['kept']
        self.assertAlmostEqual(kept, payments * 65536, delta=0.03 * payments * 65536, msg=text)

    def check_shown(self):
        ramp = ('--data-dir', self.home / 'ramp')
        shown = self.seep('report', 'r-0001', *ramp, '--ascii')
        self.assertTrue(shown.out.startswith('=== Thresholds ===\n'), shown)
        self.assertRegex(shown.out, r'\nok +p\(99, payment\)<5s +[\d.]+(us|ms|s)\n', shown)
        self.assertRegex(shown.out, r'OPERATION +COUNT +ERRORS +MEAN +P50 +P90 +P99 +P99.9 +MAX\niteration ', shown)
        self.assertRegex(shown.out, r'\nresidual: .* above the level before the first connect\n', shown)
        aborted = self.seep('report', 'r-0001', '--data-dir', self.home / 'aborted')
        self.assertRegex(aborted.out, r'✗ +threads<5 +\d+ +ended the run at 00:00:0\d', aborted)
        rows = self.seep('query', "SELECT operation, count, p50_ms <= p99_ms AS ordered FROM latencies WHERE operation = 'payment'",
                         *ramp, '-o', 'csv')
        self.assertRegex(rows.out, r'payment,\d+,1', rows)
        states = self.seep('query', 'SELECT state, count(*) AS n FROM thresholds GROUP BY state', *ramp, '-o', 'csv')
        self.assertIn('passed,5', states.out, states)
        kept = self.seep('query', "SELECT kept > 1e6 AS much FROM residuals WHERE series = 'heap_allocated'",
                         '--data-dir', self.home / 'leaking', '-o', 'csv')
        self.assertIn('1', kept.out.splitlines()[1], kept)

    def test_latencies_of_several_agents_add_up(self):
        _, address = self.coordinator()
        for name in ('a1', 'a2'):
            self.agent(address, name)
        spec = self.home / 'fleet.yaml'
        spec.write_text('name: fleet\nsdk: {driver: simulated-wallet}\nscenario: {payments: {}}\npace: {rate: 30/s}\nduration: 5s\n'
                        'sampling: {interval: 250ms}\nreplicas: 2\n')
        server = ('--server', address)
        submitted = self.seep('campaign', 'submit', spec, *server, '-o', 'json')
        self.assertEqual(submitted.code, 0, submitted)
        campaign = submitted.json()['campaign']['campaign_id']

        def over():
            shown = self.seep('campaign', 'show', campaign, *server, '-o', 'json').json()
            return shown if all(run['state'] == 'FINISHED' for run in shown['runs']) else None
        shown = wait_until(over, 60, 'the campaign does not end')
        self.assertEqual({run['agent'] for run in shown['runs']}, {'a1', 'a2'}, shown)
        parts = [self.by(run['verdict']['operations'], 'operation')['payment'] for run in shown['runs']]
        whole = self.by(shown['operations'], 'operation')['payment']
        self.assertGreater(whole['count'], 200, shown)
        self.assertEqual(whole['count'], sum(part['count'] for part in parts), shown)
        self.assertEqual(whole['max_us'], max(part['max_us'] for part in parts), shown)
        mean = sum(part['count'] * part['mean_us'] for part in parts) / whole['count']
        self.assertAlmostEqual(whole['mean_us'], mean, places=3, msg=shown)
        p99 = sorted(part['p99_us'] for part in parts)
        self.assertTrue(p99[0] <= whole['p99_us'] <= p99[1], shown)
        self.assertNotIn('latency', whole, 'buckets are no reading for people')
        table = self.seep('campaign', 'show', campaign, *server)
        self.assertRegex(table.out, r'--- Latency ---\nOPERATION +COUNT', table)

    def test_mistakes_are_told_with_their_place(self):
        spec = self.home / 'wrong.yaml'
        spec.write_text(RAMP.replace('p(99, payment)<5s', 'p(99, paymnet)<5s').replace('error_rate<1%', 'error_rat<1%%'))
        result = self.seep('validate', spec)
        self.assertEqual(result.code, 2, result)
        self.assertRegex(result.err, r'wrong.yaml:11:11: thresholds: no operation is called paymnet; did you mean payment\?')
        self.assertRegex(result.err, r'wrong.yaml:12:16: thresholds: "error_rat<1%%" has an unknown unit')
        flag = self.seep('run', '--scenario', 'payments', '--duration', '2s', '--threshold', 'p(99)<250')
        self.assertEqual(flag.code, 2, flag)
        self.assertIn('give a time such as 250ms', flag.err, flag)


if __name__ == '__main__':
    unittest.main()
