"""A minute of payments, 50 a second: the clean wallet passes, a leak of 4 KiB a payment is found and measured."""
import unittest

from processes import Fixture

MINUTE_OF_PAYMENTS = ['run', '--sdk', 'simulated-wallet', '--scenario', 'payments', '--duration', '60s', '--interval', '20ms',
                      '--mem-interval', '250ms', '--seed', '7', '-o', 'json']
LEAKED = 4096
# glibc adds 16 bytes to an allocation of this size; the issue allows 15 % around both.
TOLERANCE = 0.15


def series(report, name):
    return next(s for s in report['verdict']['series'] if s['series'] == name)


class MinuteOfPayments(Fixture):
    def test_clean(self):
        result = self.seep(*MINUTE_OF_PAYMENTS)
        self.assertEqual(result.code, 0, result)
        report = result.json()
        self.assertEqual(report['verdict']['verdict'], 'CLEAN', result)
        self.assertEqual(series(report, 'threads')['verdict'], 'CLEAN', result)
        self.assertGreater(report['table'][-1]['operations'], 1500, result)

    def test_leaking(self):
        result = self.seep(*MINUTE_OF_PAYMENTS, '--leak', 'payment=4KiB')
        self.assertEqual(result.code, 1, result)
        report = result.json()
        rss = series(report, 'rss')
        self.assertEqual(report['verdict']['verdict'], 'LEAK', result)
        self.assertEqual(rss['verdict'], 'LEAK', result)
        self.assertEqual(rss['operation'], 'payments', result)
        self.assertAlmostEqual(rss['kept_per_operation']['value'], LEAKED, delta=TOLERANCE * LEAKED, msg=str(result))


if __name__ == '__main__':
    unittest.main()
