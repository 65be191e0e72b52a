"""Hosts of the user's own in an embedded run: the kits' examples, clean and leaking, and what --driver refuses."""
import unittest

from processes import BIN, ROOT, Fixture
from verdict_soak_test import series

SPEC = ROOT / 'examples' / 'driver-kits.yaml'
DRIVERS = {
    'go': f'{BIN}/seep-go-example',
    'rust': f'{BIN}/seep-rust-example',
    'node': f'{ROOT}/sdk/drivers/node/example/run.sh',
    'python': f'env SEEP_TRACEMALLOC=1 /usr/bin/python3 -B {ROOT}/sdk/drivers/python/example/wallet_host.py',
}
FLAGS = [word for name, command in DRIVERS.items() for word in ('--driver', f'{name}={command}')]
# Where each runtime counts the bytes that the example leaks.
SERIES = {'go': 'heap_allocated', 'rust': 'heap_allocated', 'python': 'heap_allocated', 'node': 'external'}
LANGUAGES = {'go': 'go', 'rust': 'rust', 'python': 'python', 'node': 'javascript'}
LEAK = 16384


class DriverKits(Fixture):
    def test_a_leak_of_each_kits_example_is_found_and_measured(self):
        result = self.seep('run', SPEC, '--slots', '8', *FLAGS, '-o', 'json', timeout=180)
        self.assertEqual(result.code, 1, result)
        reports = {report['run']['spec']['name']: report for report in result.json()['reports']}
        self.assertEqual(len(reports), 8)
        for driver, name in SERIES.items():
            clean = reports[f'driver-kits sdk.driver={driver} sdk.settings.leaks.lifecycle=0']
            leaking = reports[f'driver-kits sdk.driver={driver} sdk.settings.leaks.lifecycle={LEAK}']
            with self.subTest(driver=driver):
                self.assertEqual(clean['run']['sdk_language'], LANGUAGES[driver], 'the judge goes by what the host says')
                self.assertEqual(leaking['verdict']['verdict'], 'LEAK', leaking['verdict']['headline'])
                found = series(leaking, name)
                self.assertEqual((found['verdict'], found['operation']), ('LEAK', 'lifecycles'), found)
                self.assertAlmostEqual(found['kept_per_operation']['value'], LEAK, delta=0.15 * LEAK, msg=str(found))
                # 20 s on a busy machine may leave RSS's warm-up open; the runtime's own count is plain.
                self.assertNotEqual(clean['verdict']['verdict'], 'LEAK', clean['verdict']['headline'])
                self.assertNotIn(series(clean, name)['verdict'], ('LEAK', 'SUSPECT'))

    def test_a_host_alone_is_the_one_that_is_soaked(self):
        result = self.seep('run', '--driver', f'mine={DRIVERS["go"]}', '--scenario', 'payments', '--interval', '20ms', '--duration', '5s',
                           '--mem-interval', '250ms', '-o', 'json', timeout=60)
        # Five seconds of a growing history prove nothing: it is the driver that counts here, not the verdict.
        self.assertIn(result.code, (0, 1, 3), result)
        report = result.json()
        self.assertEqual(report['run']['spec']['target']['driver'], 'mine')
        self.assertGreater(report['table'][-1]['operations'], 100, result)

    def test_what_is_wrong_with_a_driver_is_said(self):
        for flags, words in ((['--driver', 'mine'], 'NAME=COMMAND'), (['--driver', 'mine=no-such-program'], 'no-such-program'),
                             (['--driver', 'mine=/bin/true', '--server', '127.0.0.1:1'], 'embedded')):
            result = self.seep('run', *flags, '--duration', '5s')
            self.assertEqual(result.code, 2, result)
            self.assertIn(words, result.err)


class DriverCheck(Fixture):
    def test_a_good_host_passes_and_a_bad_one_fails_in_its_row(self):
        good = self.seep('driver', 'check', '--rule', 'R-4', '-o', 'json', '--', *DRIVERS['rust'].split())
        self.assertEqual((good.code, good.json()['passed']), (0, 5), good)
        bad = self.seep('driver', 'check', '--rule', 'R-4', '--', '/usr/bin/python3', '-B', ROOT / 'sdk/conformance/faulty_host.py', 'syncs_strangers')
        self.assertEqual(bad.code, 1, bad)
        self.assertIn('FAIL  R-4.1', bad.out)
        self.assertIn('4 passed, 1 failed, 0 skipped', bad.out)

    def test_mistakes_exit_2(self):
        for words, said in ((['driver', 'check'], '--'), (['driver', 'chekc'], 'check'), (['--ascii', 'driver', 'check', '--', 'true'], 'seep driver check --help')):
            result = self.seep(*words)
            self.assertEqual(result.code, 2, result)
            self.assertIn(said, result.err)


if __name__ == '__main__':
    unittest.main()
