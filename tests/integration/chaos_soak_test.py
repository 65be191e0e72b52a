"""Kills every 10 to 20 s neither look like a leak nor hide one."""
import unittest

from processes import Fixture
from verdict_soak_test import LEAKED, MINUTE_OF_PAYMENTS, TOLERANCE, series

RESTARTS = ['--chaos-restart', 'kill:10s-20s']


class PaymentsUnderChaos(Fixture):
    def restarts(self, report):
        healed = [f for f in report['faults'] if f['state'] == 'HEALED']
        self.assertGreaterEqual(len(healed), 2, report['faults'])
        for fault in healed:
            self.assertNotEqual(fault['old_pid'], fault['new_pid'])
            self.assertEqual(fault['new_generation'], fault['old_generation'] + 1)
        return healed

    def test_clean_stays_clean(self):
        result = self.seep(*MINUTE_OF_PAYMENTS, *RESTARTS)
        self.assertEqual(result.code, 0, result)
        self.restarts(result.json())

    def test_leak_is_still_found(self):
        result = self.seep(*MINUTE_OF_PAYMENTS, *RESTARTS, '--leak', 'payment=4KiB')
        self.assertEqual(result.code, 1, result)
        report = result.json()
        self.restarts(report)
        rss = series(report, 'rss')
        self.assertEqual(rss['verdict'], 'LEAK', result)
        self.assertAlmostEqual(rss['kept_per_operation']['value'], LEAKED, delta=TOLERANCE * LEAKED, msg=str(result))

    def test_same_seed_same_plan(self):
        plans = []
        for _ in range(2):
            result = self.seep('run', '--sdk', 'simulated-wallet', '--scenario', 'payments', '--duration', '9s', '--interval', '20ms',
                               '--mem-interval', '250ms', '--seed', '11', '--chaos-restart', 'kill:2s-4s', '-o', 'json')
            self.assertIn(result.code, (0, 3), result)
            plans.append([f['planned_at_ms'] for f in result.json()['faults'] if f['planned_at_ms'] < 8000])
        self.assertEqual(plans[0], plans[1])
        self.assertGreaterEqual(len(plans[0]), 2)


if __name__ == '__main__':
    unittest.main()
