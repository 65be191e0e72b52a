"""`--stop-early`: a run that surely leaks ends well before its planned end, with the reason; a clean one runs its course."""
import time
import unittest

from processes import Fixture

PLANNED_S = 80
PAYMENTS = ['run', '--sdk', 'simulated-wallet', '--scenario', 'payments', '--interval', '20ms', '--mem-interval', '250ms',
            '--seed', '7', '--stop-early', '-o', 'json']


class EarlyStop(Fixture):
    def test_leaking_and_clean(self):
        began = time.monotonic()
        # Side by side: the clean one is short, the leaking one would take PLANNED_S.
        clean = self.start_seep(*PAYMENTS, '--duration', '30s', '--data-dir', self.home / 'clean')
        leaking = self.seep(*PAYMENTS, '--duration', f'{PLANNED_S}s', '--leak', 'payment=4KiB', '--data-dir', self.home / 'leaking')
        took = time.monotonic() - began
        with self.subTest('leaking'):
            self.assertEqual(leaking.code, 1, leaking)
            report = leaking.json()
            run, early = report['run'], report['run']['stopped_early']
            self.assertEqual(report['verdict']['verdict'], 'LEAK', leaking)
            self.assertFalse(report['verdict']['provisional'], leaking)
            self.assertEqual(run['state'], 'FINISHED', leaking)
            self.assertFalse(run['interrupted'], leaking)
            # It had to hold for 0.4 of the planned run, and stops long before the end of it.
            self.assertGreaterEqual(early['at_s'] - early['first_alarm_s'], 0.4 * PLANNED_S - 1, leaking)
            self.assertLess(early['at_s'], 0.85 * PLANNED_S, leaking)
            self.assertLess(took, PLANNED_S, leaking)
            self.assertIn('called a leak', early['reason'], leaking)
            self.assertIn('stopped early at', run['state_reason'], leaking)
            # Ended gracefully: the last generation was not killed.
            ended = [e['message'] for e in report['events'] if e['kind'] == 'generation' and 'ended' in e['message']]
            self.assertEqual(len(ended), 1, leaking)
            self.assertIn('stopped early', ended[0], leaking)
        with self.subTest('what was said meanwhile'):
            self.assertIn('verdict: suspect so far: ', leaking.err, leaking)
            self.assertIn(', needs to hold until ', leaking.err, leaking)
            self.assertIn('verdict: LEAK (confirmed early): ', leaking.err, leaking)
            self.assertNotIn('so far LEAK', leaking.err, leaking)
        out, err = clean.communicate(timeout=60)
        with self.subTest('clean'):
            self.assertEqual(clean.returncode, 0, out + err)
            self.assertNotIn('"stopped_early"', out)
            self.assertIn('"state_reason": "its time was up"', out)
        with self.subTest('the reason is stored and shown'):
            shown = self.seep('report', run['run_id'], '--data-dir', self.home / 'leaking')
            self.assertIn('stopped early at ', shown.out, shown)
            self.assertIn(' of 80 s: LEAK confirmed: ', shown.out, shown)


if __name__ == '__main__':
    unittest.main()
