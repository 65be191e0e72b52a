"""The store of a coordinator through a life: checked, copied, aged by the rules, thinned, removed; and damaged."""
import pathlib
import sqlite3
import unittest

from processes import Fixture

QUICK = ['run', '--sdk', 'simulated-wallet', '--scenario', 'payments', '--interval', '20ms', '--mem-interval', '200ms', '--seed', '3',
         '--duration', '3s']
RULES = """
store:
  max_bytes: 1GiB
  min_free_disk: 1MiB
  backup_directory: {backups}
  sweep_every: 24h
  retention:
    - {{keep_details: 0s}}
"""


class StoreUpkeep(Fixture):
    def ok(self, *args, **more):
        result = self.seep(*args, **more)
        self.assertEqual(result.code, 0, result)
        return result

    def test_a_store_from_run_to_removal(self):
        data = self.home / 'store'
        for _ in range(2):
            result = self.seep(*QUICK, '--data-dir', data)
            self.assertIn(result.code, (0, 3), result)
        # Without a server: a coordinator for as long as the command takes.
        self.assertIn('sound: 2 runs', self.ok('store', 'check', '--data-dir', data).out)
        copy = self.home / 'copy.db'
        self.ok('store', 'backup', copy, '--data-dir', data)
        again = self.seep('store', 'backup', copy, '--data-dir', data)
        self.assertNotEqual(again.code, 0, again)
        self.assertIn('already', again.err)

        rules = self.home / 'coordinator.yaml'
        rules.write_text(RULES.format(backups=self.home / 'backups'))
        coordinator, address = self.coordinator(data, '127.0.0.1:0', '--config', rules)
        served = ('--server', address)
        stats = self.ok('store', 'stats', '-o', 'json', *served).json()
        self.assertEqual(int(stats['runs']), 2)
        self.assertEqual(int(stats['budget']['max_bytes']), 1 << 30)
        self.ok('store', 'backup', 'monday.db', *served)
        self.assertTrue((self.home / 'backups/monday.db').is_file())
        for name in ('../evil.db', str(self.home / 'evil.db')):
            self.assertEqual(self.seep('store', 'backup', name, *served).code, 2)
        self.assertIn('sound', self.ok('store', 'check', '--backup', 'monday.db', *served).out)

        # What a pin keeps, the rules and `rm` leave alone.
        self.assertIn('the reference', self.ok('runs', 'pin', 'r-0001', '--note', 'the reference', *served).out)
        would = self.ok('store', 'expire', '--dry-run', '-o', 'json', *served).json()
        self.assertEqual([run['run_id'] for run in would['runs']], ['r-0002'])
        self.ok('store', 'expire', *served)
        shown = self.ok('runs', 'show', 'r-0002', *served).out
        self.assertIn('minutes only', shown)
        self.assertNotIn('minutes only', self.ok('runs', 'show', 'r-0001', *served).out)
        report = self.seep('report', 'r-0002', *served)
        self.assertIn(report.code, (0, 3), report)
        self.assertIn('Memory Trend Report', report.out)
        self.assertIn('minutes only', report.out)
        self.assertIn('have left the store', self.seep('export', 'r-0002', *served).err)
        drawn = self.ok('query', "SELECT gauge, n, mean FROM sample_tiers WHERE run = 'r-0002' AND gauge = 'rss'", '-o', 'json', *served)
        self.assertIn('rss', drawn.out)
        self.assertIn('sound', self.ok('store', 'check', *served).out)

        kept = self.seep('runs', 'rm', 'r-0001', '--yes', *served)
        self.assertNotEqual(kept.code, 0, kept)
        self.assertIn('pinned', kept.err)
        asked = self.seep('runs', 'rm', 'r-0002', *served)
        self.assertEqual(asked.code, 2, asked)
        self.assertIn('--yes', asked.err)
        self.ok('runs', 'unpin', 'r-0001', *served)
        self.ok('runs', 'rm', 'r-0001', 'r-0002', '--yes', *served)
        self.assertEqual(self.ok('runs', 'ls', '-o', 'json', *served).json()['runs'], [])
        self.assertIn('free within', self.ok('store', 'compact', *served).out)
        self.assertEqual(coordinator.stop(), 0)

        # The copy is a store of its own, in the stock shell too.
        with sqlite3.connect(copy) as db:
            self.assertEqual(db.execute('SELECT count(*) FROM runs').fetchone()[0], 2)
            tiers = db.execute("SELECT count(*) FROM sample_tiers WHERE gauge = 'rss'").fetchone()[0]
            self.assertGreaterEqual(tiers, 2)

    def test_damage_is_named_and_the_exit_code_says_so(self):
        data = self.home / 'store'
        result = self.seep(*QUICK, '--data-dir', data)
        self.assertIn(result.code, (0, 3), result)
        with sqlite3.connect(pathlib.Path(data) / 'seep.db') as db:
            for table, column in (('tail', 'block'), ('chunk', 'data')):
                db.execute(f'UPDATE {table} SET {column} = zeroblob(length({column}))')
        checked = self.seep('store', 'check', '--data-dir', data)
        self.assertEqual(checked.code, 4, checked)
        self.assertRegex(checked.out, r'checksum +r-0001 +agent .*samples \d+ to \d+')
        found = self.seep('store', 'check', '-o', 'json', '--data-dir', data)
        self.assertEqual(found.code, 4, found)
        self.assertEqual(found.json()['findings'][0]['run_id'], 'r-0001')


if __name__ == '__main__':
    unittest.main()
