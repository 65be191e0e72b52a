"""A coordinator and two agents started by hand, as the README says, and what happens when parts of it go away."""
import os
import signal
import unittest

from processes import BIN, Fixture, wait_until

SHORT_FLEET = """
name: fleet
sdk: {driver: simulated-wallet}
scenario: {payments: {}}
pace: {interval: 20ms}
duration: 12s
sampling: {interval: 200ms, detailed: 0s}
seed: 5
replicas: 2
matrix: {placement.zone: [a, b]}
"""


class Fleet(Fixture):
    def setUp(self):
        super().setUp()
        self.coordinator_daemon, self.address = self.coordinator()
        self.env['SEEP_SERVER'] = self.address
        self.agents = {zone: self.agent(self.address, f'lab-{zone}', '--label', f'zone={zone}', '--slots', '2') for zone in 'ab'}

    def spec(self, text, name='spec.yaml'):
        path = self.home / name
        path.write_text(text)
        return path

    def rows(self, *args):
        result = self.seep(*args, '-o', 'json')
        self.assertEqual(result.code, 0, result)
        return result.json()

    def runs(self):
        return self.rows('runs', 'ls')['runs']

    def submit(self, text):
        result = self.seep('campaign', 'submit', self.spec(text), '-o', 'json')
        self.assertEqual(result.code, 0, result)
        return [run['run_id'] for run in result.json()['runs']]

    def wait_for_state(self, run_ids, states, seconds):
        def reached():
            now = {run['run_id']: run['state'] for run in self.runs()}
            return all(now.get(run_id) in states for run_id in run_ids) and now
        return wait_until(reached, seconds, f'{run_ids} in {states}')

    def restart_coordinator(self, signal_number):
        self.coordinator_daemon.stop(signal_number)
        self.coordinator_daemon, address = self.coordinator(listen=self.address)
        self.assertEqual(address, self.address)

    def test_four_runs_on_two_agents_by_label(self):
        agents = self.rows('agents', 'ls')['agents']
        self.assertEqual(sorted(a['agent'] for a in agents), ['lab-a', 'lab-b'])
        ids = self.submit(SHORT_FLEET)
        self.assertEqual(len(ids), 4)
        self.wait_for_state(ids, ('RUNNING',), 30)
        watched = self.seep('runs', 'watch', ids[0], timeout=90)
        self.assertIn('Payments=', watched.out + watched.err, watched)
        self.wait_for_state(ids, ('FINISHED',), 60)
        placed = {run['run_id']: (run['spec']['placement']['zone'], run['agent']) for run in self.runs()}
        for zone, agent in placed.values():
            self.assertEqual(agent, f'lab-{zone}')
        self.assertEqual(sorted(agent for _, agent in placed.values()), ['lab-a', 'lab-a', 'lab-b', 'lab-b'])
        report = self.seep('report', ids[1])
        self.assertIn('Memory Trend Report', report.out, report)
        query = self.seep('query', "SELECT agent, count(*) AS n FROM runs GROUP BY agent ORDER BY agent", '-o', 'csv')
        self.assertEqual(query.out.replace('\r', '').splitlines(), ['agent,n', 'lab-a,2', 'lab-b,2'], query)
        samples = self.seep('query', f"SELECT count(*) AS n, max(value) > 0 AS positive FROM samples WHERE run='{ids[0]}' AND gauge='rss'",
                            '-o', 'csv')
        count, positive = samples.out.replace('\r', '').splitlines()[1].split(',')
        self.assertGreater(int(count), 30, samples)
        self.assertEqual(positive, '1', samples)
        export = self.seep('export', ids[0], '--format', 'csv', '--layout', 'go-memtest')
        self.assertTrue(export.out.startswith('timestamp,elapsed_sec,'), export)

    def pids(self, ids):
        return {run['run_id']: (run['pid'], run['generation']) for run in self.runs() if run['run_id'] in ids}

    def coordinator_restart_in_mid_run(self, signal_number):
        ids = self.submit(SHORT_FLEET)
        self.wait_for_state(ids, ('RUNNING',), 30)
        before = self.pids(ids)
        self.restart_coordinator(signal_number)
        self.wait_for_state(ids, ('RUNNING', 'STOPPING', 'FINISHED'), 30)
        self.assertEqual(self.pids(ids), before, 'an SDK process was restarted')
        self.wait_for_state(ids, ('FINISHED',), 60)
        for run_id in ids:
            stored = self.rows('query', f"SELECT sum(samples) AS missing FROM gaps WHERE run='{run_id}'")
            self.assertIn(stored['rows'][0][0], (None, 0), stored)
        # Everything that was known before is known after one more restart.
        known = {run['run_id']: (run['state'], run['verdict']['verdict'], run['samples']) for run in self.runs()}
        self.restart_coordinator(signal.SIGTERM)
        self.assertEqual({run['run_id']: (run['state'], run['verdict']['verdict'], run['samples']) for run in self.runs()}, known)

    def test_coordinator_restart_loses_nothing(self):
        self.coordinator_restart_in_mid_run(signal.SIGTERM)

    def test_coordinator_kill_loses_nothing(self):
        self.coordinator_restart_in_mid_run(signal.SIGKILL)

    def test_agent_kill_leaves_no_target_behind(self):
        ids = self.submit(SHORT_FLEET.replace('12s', '600s').replace('replicas: 2', 'replicas: 1'))
        self.wait_for_state(ids, ('RUNNING',), 30)
        pid = next(run['pid'] for run in self.runs() if run['agent'] == 'lab-a')
        os.kill(pid, 0)
        self.agents['a'].stop(signal.SIGKILL)
        self.agent(self.address, 'lab-a', '--label', 'zone=a', '--slots', '2')

        def target_gone():
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass
            return not os.path.exists(f'/proc/{pid}')
        wait_until(target_gone, 5, 'the target of the killed agent still lives')
        self.wait_for_state(ids, ('RUNNING', 'FAILED'), 30)  # the killed agent's run says so, the other goes on
        campaign = self.rows('campaign', 'ls')['campaigns'][0]['campaign_id']
        self.assertEqual(self.seep('campaign', 'cancel', campaign).code, 0)
        self.wait_for_state(ids, ('FINISHED', 'FAILED', 'CANCELLED'), 30)

    def test_stopping_and_cancelling(self):
        ids = self.submit(SHORT_FLEET.replace('12s', '600s'))
        self.wait_for_state(ids, ('RUNNING',), 30)
        self.assertEqual(self.seep('runs', 'stop', ids[0]).code, 0)
        self.wait_for_state(ids[:1], ('FINISHED',), 30)
        campaign = self.rows('campaign', 'ls')['campaigns'][0]['campaign_id']
        self.assertEqual(self.seep('campaign', 'cancel', campaign).code, 0)
        self.wait_for_state(ids, ('FINISHED', 'CANCELLED'), 30)

    def test_two_agents_with_one_name(self):
        second = self.daemon('seep-agent', '--coordinator', self.address, '--name', 'lab-a', '--state-dir', self.home / 'agent-twin',
                             '--drivers', BIN.parent / 'share/seep/drivers.yaml')
        wait_until(lambda: 'has the name lab-a' in second.log(), 20, 'no complaint about the name')
        self.assertEqual(len(self.rows('agents', 'ls')['agents']), 2)
        second.stop()

    def test_a_run_that_no_agent_can_take_waits_and_says_why(self):
        ids = self.submit(SHORT_FLEET.replace('[a, b]', '[nowhere]'))
        run = wait_until(lambda: next((r for r in self.runs() if r['run_id'] == ids[0] and r['state_reason']), None), 10, 'no reason')
        self.assertEqual(run['state'], 'QUEUED')
        self.assertIn('nowhere', run['state_reason'])


if __name__ == '__main__':
    unittest.main()
