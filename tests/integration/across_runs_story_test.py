"""Questions across runs, as typed: two short soaks in one data directory, then baselines, comparisons, filters, notes, leaks.

What the verdicts of such short runs are is nobody's business here; that all answers fit each other is.
"""
import csv
import io
import unittest

from processes import Fixture

SOAK = ['run', '--sdk', 'simulated-wallet', '--scenario', 'payments', '--duration', '5s', '--interval', '20ms', '--mem-interval', '100ms',
        '--seed', '7', '--label', 'team=x', '-o', 'json']


class AcrossRuns(Fixture):
    def test_story(self):
        sound = self.seep(*SOAK)
        base = sound.json()['run']['run_id']
        named = self.seep('baseline', 'set', 'main', base, '--note', 'before the change')
        self.assertEqual(named.code, 0, named)
        leaky = self.seep(*SOAK, '--leak', 'payment=64KiB')
        run = leaky.json()['run']['run_id']
        with self.subTest('compare'):
            compared = self.seep('compare', 'main', run, '-o', 'json')
            self.assertEqual(compared.code, 0, compared)
            document = compared.json()
            self.assertEqual(document['baseline'], 'main', compared)
            comparison = document['comparisons'][0]
            self.assertIn(comparison['outcome'], ('WORSE', 'CANNOT_TELL'), compared)
            self.assertEqual(comparison.get('warnings', []), [], compared)
            gate = self.seep('compare', 'main', run, '--fail-on', 'regression')
            leaks = comparison['run']['verdict']['verdict'] == 'LEAK'
            self.assertEqual(gate.code, 1 if leaks else 4 if comparison['outcome'] == 'WORSE' else 3, gate)
            self.assertIn(f'base {base} (baseline main)', gate.out, gate)
            itself = self.seep('compare', 'main', base, '-o', 'csv')
            for row in csv.DictReader(io.StringIO(itself.out)):
                self.assertNotIn(row['outcome'], ('worse', 'better'), itself)
        with self.subTest('filters'):
            both = self.seep('runs', 'ls', 'sdk:simulated-wallet', 'label:team=x', 'scenario:payments', 'since:1d', '-o', 'json').json()['runs']
            self.assertEqual([r['run_id'] for r in both], [run, base])
            self.assertTrue(all(r['trend']['level'] for r in both), both)
            self.assertEqual(self.seep('runs', 'ls', '-state:finished', '-o', 'json').json()['runs'], [])
            wrong = self.seep('runs', 'ls', 'verdic:leak')
            self.assertEqual(wrong.code, 2, wrong)
            self.assertIn("'verdic': no such field; did you mean verdict?", wrong.err, wrong)
            self.assertRegex(self.seep('runs', 'ls').out, '[▁▂▃▄▅▆▇█]{4}')
        with self.subTest('leaks'):
            found = self.seep('leaks', 'sdk:simulated-wallet', '--since', '1d', '-o', 'json')
            self.assertEqual(found.code, 0, found)
            self.assertEqual(bool(found.json().get('leaks')), leaks, found)
        with self.subTest('notes'):
            note = self.seep('runs', 'annotate', run, 'faucet was \x1b[31mdown', '--at', '2s')
            self.assertEqual(note.code, 0, note)
            shown = self.seep('runs', 'show', run)
            self.assertIn('[00:00:02] faucet was ', shown.out, shown)
            self.assertNotIn('\x1b', shown.out, shown)
            self.assertIn('faucet was', self.seep('report', run).out)
        with self.subTest('views'):
            rows = self.seep('query', 'SELECT b.baseline, b.run, a.t_s FROM baselines b, annotations a', '-o', 'csv')
            self.assertEqual(list(csv.reader(io.StringIO(rows.out)))[1][:2], ['main', base], rows)
        with self.subTest('mistakes'):
            nobody = self.seep('compare', 'mian', run)
            self.assertEqual(nobody.code, 2, nobody)
            self.assertIn('baselines are main', nobody.err, nobody)
            early = self.seep('run', '--scenario', 'payments', '--duration', '5s', '--compare-to', 'mian')
            self.assertEqual(early.code, 2, early)
            self.assertNotIn('campaign c-', early.err, early)
        removed = self.seep('baseline', 'rm', 'main')
        self.assertEqual(removed.code, 0, removed)
        self.assertEqual(self.seep('baseline', 'ls', '-o', 'json').json()['baselines'], [])


if __name__ == '__main__':
    unittest.main()
