"""Several SDK hosts in one run: a leak in one of them is found and named, clean ones are not accused, restarts of one leave the
others. And a mix that reconnects. The soaks run side by side, each with a store of its own."""
import unittest

from processes import Fixture

MIX = """
name: mixed
sdk: {driver: simulated-wallet, leaks: {reconnect: 64KiB}}
scenario:
  mix: [{operation: payment, weight: 5}, {operation: get_info, weight: 3}, {operation: reconnect, weight: 1}]
pace: {interval: 10ms}
duration: 20s
sampling: {interval: 200ms}
seed: 3
"""
THREE = ('--scenario', 'payments', '--processes', '3', '--interval', '20ms', '--duration', '20s', '--mem-interval', '200ms', '--seed', '11')


class ProcessesOfARun(Fixture):
    def setUp(self):
        super().setUp()
        (self.home / 'mix.yaml').write_text(MIX)
        self.soaks = {
            'leaky': self.begin('leaky', *THREE, '--leak', 'payment=16KiB', '--set', 'sdk.settings.leaky_process=2', '--chaos-restart', 'kill:7s'),
            'clean': self.begin('clean', *THREE),
            'mixed': self.begin('mixed', self.home / 'mix.yaml')}

    def begin(self, name, *args):
        return self.start_seep('run', *args, '--data-dir', self.home / name)

    def end(self, name):
        """The exit code, the report and what was printed of a soak."""
        out, err = self.soaks[name].communicate(timeout=150)
        runs = self.seep('runs', 'ls', '--data-dir', self.home / name, '-o', 'json').json()['runs']
        report = self.seep('report', runs[0]['run_id'], '--data-dir', self.home / name, '-o', 'json').json()
        return self.soaks[name].returncode, report['verdict'], {s['series']: s for s in report['verdict']['series']}, out + err

    def test_all(self):
        ended = {name: self.end(name) for name in self.soaks}
        for name, check in (('leaky', self.check_leaky), ('clean', self.check_clean), ('mixed', self.check_mixed)):
            with self.subTest(name):
                check(*ended[name])

    def check_leaky(self, code, verdict, series, printed):
        self.assertEqual(code, 1, printed)
        self.assertIn('of process 2 (of 3', verdict['headline'], printed)
        leaks = {name for name, s in series.items() if s['verdict'] == 'LEAK'}
        self.assertTrue(leaks & {'heap_allocated.process2', 'rss.process2'}, leaks)
        self.assertFalse({name for name in leaks if name.endswith(('.process1', '.process3'))}, leaks)
        self.assertEqual(series['heap_allocated.process2']['operation'], 'payments')
        self.assertAlmostEqual(series['heap_allocated.process2']['kept_per_operation']['value'], 16384, delta=0.15 * 16384)
        faults = [f for f in self.seep('chaos', 'ls', '--data-dir', self.home / 'leaky', '-o', 'json').json()['faults'] if f['state'] == 'HEALED']
        self.assertTrue(faults, printed)
        for fault in faults:
            self.assertIn(f"kill of process {fault['process']}", fault['detail'])

    def check_clean(self, code, _, series, printed):
        self.assertIn(code, (0, 3), printed)
        self.assertNotIn('LEAK', {s['verdict'] for s in series.values()}, printed)
        self.assertAlmostEqual(series['rss']['last'], sum(series[f'rss.process{k}']['last'] for k in (1, 2, 3)), delta=1)
        self.assertEqual(series['fds_largest']['last'], max(series[f'fds.process{k}']['last'] for k in (1, 2, 3)))

    def check_mixed(self, code, _, series, printed):
        self.assertEqual(code, 1, printed)
        self.assertEqual(series['heap_allocated']['verdict'], 'LEAK', printed)
        self.assertEqual(series['heap_allocated']['operation'], 'reconnects')
        self.assertAlmostEqual(series['heap_allocated']['kept_per_operation']['value'], 65536, delta=0.15 * 65536)


if __name__ == '__main__':
    unittest.main()
