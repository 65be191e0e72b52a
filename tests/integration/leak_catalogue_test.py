"""Each leak of the simulated wallet is found on the right series, blamed on the right operation and measured within 15 %;
no look-alike is called LEAK. The quick ones always; all of them with SEEP_CATALOGUE=full (`make catalogue`)."""
import os
import unittest

from leak_catalogue import LEAKS, LOOK_ALIKES
from processes import Fixture, wait_until

TOLERANCE = 0.15
FULL = os.environ.get('SEEP_CATALOGUE') == 'full'
AT_ONCE = os.environ.get('SEEP_CATALOGUE_AT_ONCE', '6' if FULL else '12')


class LeakCatalogue(Fixture):
    """One coordinator and one agent soak all entries side by side."""

    def soak(self, entries):
        coordinator, address = self.coordinator()
        agent = self.agent(address, 'a', '--slots', AT_ONCE)
        self.env['SEEP_SERVER'] = address
        runs = {}
        for entry in entries:
            path = self.home / f'{entry.name}.yaml'
            path.write_text(entry.spec())
            submitted = self.seep('campaign', 'submit', path, '-o', 'json')
            self.assertEqual(submitted.code, 0, submitted)
            runs[entry.name] = submitted.json()['runs'][0]['run_id']

        def over():
            return all(state in ('FINISHED', 'FAILED', 'CANCELLED', 'LOST') for state in self.states().values())
        wait_until(over, 60 * len(entries) + 120, 'the runs did not end')
        self.assertIsNone(agent.process.poll(), f'the agent ended\n{agent.log()}')
        if any(state != 'FINISHED' for state in self.states().values()):
            print(f'--- coordinator\n{coordinator.log()}\n--- agent\n{agent.log()}')
        return {name: self.seep('report', run, '-o', 'json') for name, run in runs.items()}

    def states(self):
        return {run['run_id']: run['state'] for run in self.seep('runs', 'ls', '-o', 'json').json()['runs']}

    def check_leak(self, entry, result):
        report = result.json()
        series = {s['series']: s for s in report['verdict']['series']}
        found = series[entry.series]
        self.assertEqual(found['verdict'], 'LEAK', self.tell(entry, report))
        for innocent in entry.innocent:
            self.assertNotEqual(series[innocent]['verdict'], 'LEAK', f'{entry.name}: {innocent}')
        if entry.per_minute:
            self.assertAlmostEqual(found['slope_per_minute']['value'], entry.per_minute, delta=TOLERANCE * entry.per_minute)
            return
        self.assertEqual(found['operation'], entry.operation, self.tell(entry, report))
        kept = found['kept_per_operation']['value']
        self.assertAlmostEqual(kept, entry.kept, delta=TOLERANCE * entry.kept, msg=self.tell(entry, report))

    def tell(self, entry, report):
        lines = [f"{entry.name}: {report['verdict']['verdict']} {report['verdict'].get('headline', '')}"]
        for s in report['verdict']['series']:
            lines.append(f"  {s['series']}: {s['verdict']} {s.get('operation')} kept={s.get('kept_per_operation')} slope={s.get('slope_per_minute')}")
        return '\n'.join(lines)

    def test_leaks_are_found_and_look_alikes_are_not(self):
        leaks = [e for e in LEAKS if FULL or e.quick]
        look_alikes = [e for e in LOOK_ALIKES if FULL or e.quick]
        results = self.soak(leaks + look_alikes)
        for entry in leaks:
            with self.subTest(leak=entry.name):
                self.check_leak(entry, results[entry.name])
        for entry in look_alikes:
            with self.subTest(look_alike=entry.name):
                report = results[entry.name].json()
                self.assertEqual(report['run']['state'], 'FINISHED', results[entry.name])
                self.assertNotEqual(report['verdict']['verdict'], 'LEAK', self.tell(entry, report))
                done = {o['operation']: o for o in report['verdict']['operations']}
                for operation in entry.does:
                    self.assertGreater(done[operation]['count'], 50, operation)
                    self.assertEqual(done[operation]['errors'], [], operation)
        if FULL:
            for name, result in results.items():
                report = result.json()
                print(f"{name:16} {report['verdict']['verdict']:12} {report['verdict'].get('headline', '')}", flush=True)


if __name__ == '__main__':
    unittest.main()
