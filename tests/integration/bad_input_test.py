"""What must be refused, with which exit code, and words that name what, where and what to do."""
import socket
import unittest

from processes import Fixture

SPEC = """name: t
sdk: {driver: simulated-wallet}
scenario: {payments: {}}
duration: 2s
sampling: {interval: 100ms}
"""


class Refused(Fixture):
    def refused(self, result, code, *words):
        self.assertEqual(result.code, code, result)
        for word in words:
            self.assertIn(word, result.err, result)

    def spec(self, text):
        path = self.home / 'spec.yaml'
        path.write_text(text)
        return path

    def test_unknown_flag_command_and_scenario_suggest_the_nearest(self):
        self.refused(self.seep('run', '--durration', '5s'), 2, '--durration', '--duration')
        self.refused(self.seep('rum'), 2, 'rum', 'run')
        self.refused(self.seep('run', '--scenario', 'payment', '--sdk', 'simulated-wallet', '--duration', '1s'), 2, 'payments')

    def test_absurd_numbers(self):
        for value in ('-5s', '1e18h', 'nan', '', 'soon'):
            self.refused(self.seep('run', '--sdk', 'simulated-wallet', '--scenario', 'payments', f'--duration={value}'), 2, 'duration')
        for value in ('-1', '1e18', 'NaN', 'many'):
            self.refused(self.seep('run', '--sdk', 'simulated-wallet', '--scenario', 'payments', '--duration', '2s', f'--amount={value}'), 2)
        self.refused(self.seep('run', '--sdk', 'simulated-wallet', '--scenario', 'payments', '--leak', 'payment=-4KiB'), 2, '--leak', '-4KiB')

    def test_specs_are_refused_with_file_and_line(self):
        cases = [
            ('name: t\nsdk: {driver: [}\n', ':2:'),
            (SPEC.replace('duration: 2s', 'durration: 2s'), ':4:'),
            (SPEC.replace('duration: 2s', 'duration: [1]'), ':4:'),
            (SPEC.replace('duration: 2s', 'duration: -2s'), ':4:'),
            (SPEC.replace('{payments: {}}', '{paymnts: {}}'), ':3:'),
            (SPEC.replace('{payments: {}}', '{payments: {amount: .nan}}'), ':3:'),
            (SPEC.replace('{payments: {}}', '{payments: {amount: 1e18}}'), ':3:'),
            (SPEC + 'replicas: -1\n', ':6:'),
            (SPEC + 'replicas: 1000000000\n', ':6:'),
            ('a: &a [x, x]\nb: [*a, *a]\n', 'spec.yaml:'),
            ('[' * 200 + ']' * 200, 'spec.yaml:'),
            ('', 'spec.yaml'),
            ('\x00\x01\x02', 'spec.yaml'),
        ]
        for text, words in cases:
            with self.subTest(text=text[:60]):
                self.refused(self.seep('validate', self.spec(text)), 2, 'spec.yaml', words)
        self.refused(self.seep('validate', self.home / 'missing.yaml'), 2, 'missing.yaml')

    def test_missing_driver(self):
        result = self.seep('run', '--sdk', 'no-such-sdk', '--scenario', 'payments', '--duration', '2s', timeout=60)
        self.assertIn(result.code, (2, 4), result)
        self.assertIn('no-such-sdk', result.err, result)

    def test_coordinator_that_is_not_there(self):
        with socket.socket() as unused:
            unused.bind(('127.0.0.1', 0))
            address = f'127.0.0.1:{unused.getsockname()[1]}'
            self.refused(self.seep('runs', 'ls', '--server', address, timeout=60), 5, address)

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            address = f'127.0.0.1:{taken.getsockname()[1]}'
            daemon = self.daemon('seep-coordinator', '--listen', address, '--data-dir', self.home / 'store')
            self.assertNotEqual(daemon.process.wait(30), 0)
            self.assertIn(address, daemon.log())
            daemon.process.stdout.close()

    def test_no_clear_text_beyond_loopback(self):
        daemon = self.daemon('seep-coordinator', '--listen', '0.0.0.0:0', '--data-dir', self.home / 'store')
        self.assertEqual(daemon.process.wait(30), 2, daemon.log())
        self.assertIn('tls', daemon.log().lower())
        daemon.process.stdout.close()
        agent = self.daemon('seep-agent', '--coordinator', '192.0.2.1:7420', '--name', 'x', '--state-dir', self.home / 'x')
        self.assertEqual(agent.process.wait(30), 2, agent.log())
        self.assertIn('tls', agent.log().lower())
        agent.process.stdout.close()

    def test_one_coordinator_a_store(self):
        self.coordinator(data=self.home / 'one')
        second = self.daemon('seep-coordinator', '--listen', '127.0.0.1:0', '--data-dir', self.home / 'one')
        self.assertNotEqual(second.process.wait(30), 0)
        self.assertIn('one', second.log())
        second.process.stdout.close()

    def test_data_directory_that_cannot_be_made(self):
        (self.home / 'file').write_text('')
        daemon = self.daemon('seep-coordinator', '--listen', '127.0.0.1:0', '--data-dir', self.home / 'file' / 'below')
        self.assertNotEqual(daemon.process.wait(30), 0)
        self.assertIn('file', daemon.log())
        daemon.process.stdout.close()


HOSTS = {
    'exits-at-once': 'import sys; sys.stderr.write("no wallet today\\n"); sys.exit(3)',
    'prints-garbage': 'import sys\nwhile True: print("x" * 2000)\n',
    'never-answers': 'import sys\nfor line in sys.stdin: pass\n',
    'never-reads': 'import time\nwhile True: time.sleep(60)\n',
    'one-endless-line': 'import sys\nwhile True: sys.stdout.write("y" * 65536)\n',
}


class BadHosts(Fixture):
    """A host that breaks the protocol fails its run, by name, and is gone afterwards."""

    def soak(self, name):
        script = self.home / f'{name}.py'
        script.write_text(HOSTS[name])
        drivers = self.home / 'drivers.yaml'
        drivers.write_text(f'drivers:\n  bad:\n    command: [/usr/bin/python3, -B, {script}]\n')
        return self.seep('run', '--drivers', drivers, '--sdk', 'bad', '--scenario', 'lifecycle', '--duration', '2s', '--mem-interval', '100ms',
                         '--set', 'crash_restarts=1', timeout=150)

    def check(self, name, *words):
        result = self.soak(name)
        self.assertEqual(result.code, 4, result)
        for word in words:
            self.assertIn(word, result.out + result.err, result)

    def test_exits_at_once(self):
        self.check('exits-at-once', 'exit 3')

    def test_prints_garbage(self):
        self.check('prints-garbage')

    def test_never_answers(self):
        self.check('never-answers', 'initialize')

    def test_never_reads(self):
        self.check('never-reads', 'initialize')

    def test_one_endless_line(self):
        self.check('one-endless-line')


if __name__ == '__main__':
    unittest.main()
