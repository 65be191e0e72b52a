"""Where an SDK host works and what environment it has: by generation, by process, and what a spec may not ask."""
import json
import pathlib
import unittest

from processes import Fixture, wait_until

HOST = pathlib.Path(__file__).resolve().parent / 'surroundings_host.py'
SPEC = """
name: surroundings
sdk: {{driver: surroundings, processes: {processes}, directory: generation, environment: {environment}}}
scenario: {{lifecycle: {{}}}}
pace: {{interval: 50ms}}
duration: 8s
sampling: {{interval: 200ms}}
chaos: [{{restart: kill, every: 3s, max: 1}}]
"""


class Surroundings(Fixture):
    def setUp(self):
        super().setUp()
        self.drivers = self.home / 'drivers.yaml'
        self.drivers.write_text(f'drivers:\n  surroundings:\n    command: [/usr/bin/python3, -B, {HOST}]\n'
                                '    environment: {FIXED: by the agent}\n    spec_environment: [MODE, TZ]\n')
        _, self.address = self.coordinator()
        self.daemon('seep-agent', '--coordinator', self.address, '--name', 'lab', '--state-dir', self.home / 'agent',
                    '--drivers', self.drivers, '--ready-line').ready()

    def submit(self, environment, processes=1):
        spec = self.home / 'spec.yaml'
        spec.write_text(SPEC.format(environment=environment, processes=processes))
        return self.seep('campaign', 'submit', spec, '--server', self.address, '-o', 'json')

    def run_of(self, environment, processes=1):
        submitted = self.submit(environment, processes)
        self.assertEqual(submitted.code, 0, submitted)

        def ended():
            run = self.seep('runs', 'ls', '--server', self.address, '-o', 'json').json()['runs'][0]
            return run if run['state'] in ('FINISHED', 'FAILED', 'CANCELLED') else None
        return wait_until(ended, 120, 'the end of the run')

    def told(self, run, source):
        """What each host said of itself as it began, by the source of the line."""
        def lines():
            log = self.seep('runs', 'logs', run, '--server', self.address, '--grep', 'SURROUNDINGS').out.splitlines()
            found = [json.loads(line.split('SURROUNDINGS ', 1)[1]) for line in log if source in line]
            return found or None
        return wait_until(lines, 30, 'the hosts\' words in the log')

    def test_each_generation_has_a_directory_of_its_own_and_the_environment_asked_for(self):
        run = self.run_of('{MODE: "a b", TZ: UTC}')
        self.assertEqual(run['state'], 'FINISHED', run)
        first, second = self.told(run['run_id'], 'stderr')
        self.assertTrue(first['directory'].endswith('/work/generation-1'), first)
        self.assertTrue(second['directory'].endswith('/work/generation-2'), second)
        for told in (first, second):
            self.assertEqual(told['found'], [], 'a fresh directory is empty')
            self.assertEqual(told['environment'], {'MODE': 'a b', 'FIXED': 'by the agent', 'HOME': told['directory']})

    def test_of_several_processes_the_one_that_was_struck_moves_and_the_others_stay(self):
        run = self.run_of('{MODE: x}', processes=2)
        self.assertEqual(run['state'], 'FINISHED', run)
        told = self.told(run['run_id'], 'process')
        self.assertEqual(len(told), 3, 'two to begin with, one in place of the struck')
        began, struck = told[:2], told[2]
        self.assertEqual(sorted(host['environment']['SEEP_PROCESS'] for host in began), ['1', '2'])
        for host in began:
            self.assertTrue(host['directory'].endswith(f"/process-{host['environment']['SEEP_PROCESS']}/generation-1"), host)
        self.assertTrue(struck['directory'].endswith(f"/process-{struck['environment']['SEEP_PROCESS']}/generation-2"), struck)

    def test_what_a_spec_may_not_set_is_refused(self):
        for name in ('LD_PRELOAD', 'PATH', 'SEEP_RUN'):
            refused = self.submit(f'{{{name}: /tmp/x}}')
            self.assertEqual(refused.code, 2, refused)
            self.assertIn(f'sets {name}', refused.err)
            self.assertIn('spec.yaml:3:', refused.err)
        run = self.run_of('{NODE_OPTIONS: --inspect}')
        self.assertEqual(run['state'], 'FAILED', run)
        self.assertIn('a spec may not set the variable NODE_OPTIONS', json.dumps(run))
        self.assertIn('leaves it MODE, TZ', json.dumps(run))


if __name__ == '__main__':
    unittest.main()
