"""Each rule has a way to be broken, and the suite notices: in exactly the rows that the fault's author expects.

    SEEP_BIN=build/release/bin python3 mutation_matrix_test.py [FAULT...]
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CHECK = pathlib.Path(os.environ['SEEP_BIN']) / 'seep-driver-check'
HOST = ['/usr/bin/python3' if os.path.exists('/usr/bin/python3') else sys.executable, '-B', str(HERE / 'faulty_host.py')]
TIMEOUT = '6s'  # of an answer: a fault that is silence costs this much; a slow machine must not look like one
WORKERS = 4


def check(*arguments, env=None):
    return subprocess.run([CHECK, *arguments], capture_output=True, text=True, timeout=300, check=False, env={**os.environ, **(env or {})})


def failed_rows(fault):
    env = {'SEEP_TRACEMALLOC': '1'} if fault in ('none', 'profile_elsewhere') else {}
    ran = check('--timeout', TIMEOUT, '-o', 'json', '--', *HOST, fault, env=env)
    report = json.loads(ran.stdout)
    rows = {rule['id']: rule for rule in report['rules'] if rule['outcome'] == 'fail'}
    return ran.returncode, report, rows


class MutationMatrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        listed = json.loads(subprocess.run([*HOST, '--list'], capture_output=True, text=True, check=True).stdout)
        wanted = sys.argv[1:] or list(listed)
        cls.expected = {fault: set(listed[fault]) for fault in wanted}
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            cls.found = dict(zip(wanted, pool.map(failed_rows, wanted)))

    def test_each_fault_fails_in_its_rows_and_no_other(self):
        for fault, expected in self.expected.items():
            code, _, rows = self.found[fault]
            with self.subTest(fault=fault):
                self.assertEqual(set(rows), expected, json.dumps(rows, indent=1)[:4000])
                self.assertEqual(code, 1 if expected else 0)
                for row in rows.values():
                    self.assertTrue(row['expected'] and row['came'], row)

    def test_each_rule_is_broken_by_some_fault(self):
        if sys.argv[1:]:
            self.skipTest('only some faults were asked for')
        rules = {line.split()[0] for line in check('--list').stdout.splitlines()}
        self.assertGreater(len(rules), 50)
        self.assertEqual(rules - set().union(*self.expected.values()), set())

    def test_a_good_host_is_skipped_nowhere_but_where_it_says_nothing(self):
        if 'none' not in self.found:
            self.skipTest('not asked for')
        _, report, _ = self.found['none']
        skipped = {rule['id'] for rule in report['rules'] if rule['outcome'] == 'skipped'}
        self.assertEqual(skipped, {'R-8.4'})  # it has no out-of-band error to tell of


class Usage(unittest.TestCase):
    def test_the_suite_knows_each_rule_of_the_specification_and_no_other(self):
        page = (HERE.parent / 'driver_protocol' / 'SPEC.md').read_text(encoding='utf-8')
        rules = {line.split()[0] for line in check('--list').stdout.splitlines()}
        self.assertEqual(set(re.findall(r'\*\*(R-\d+\.\d+)\*\*', page)), rules)

    def test_mistakes_exit_2_and_say_what_to_do(self):
        for arguments, words in ((['--rule', 'R-99', '--', *HOST], 'R-99'), (['--timeout', 'soon', '--', *HOST], '--timeout'),
                                 (['--what', '--', *HOST], '--what'), ([], 'after `--`'), (['--', '/nowhere/host'], '/nowhere/host'),
                                 (['--settings', '[]', '--', *HOST], '--settings'), (['-o', 'xml', '--', *HOST], '-o')):
            ran = check(*arguments)
            self.assertEqual(ran.returncode, 2, arguments)
            self.assertIn(words, ran.stderr)
            self.assertEqual(ran.stdout, '')

    def test_one_rule_alone(self):
        ran = check('--rule', 'R-4.1', '-o', 'json', '--', *HOST)
        self.assertEqual([rule['id'] for rule in json.loads(ran.stdout)['rules']], ['R-4.1'])
        self.assertEqual(ran.returncode, 0)

    def test_a_command_that_is_no_host_fails_in_one_row(self):
        ran = check('--timeout', '2s', '-o', 'json', '--', 'cat', '/dev/null')
        rows = {rule['id']: rule['outcome'] for rule in json.loads(ran.stdout)['rules']}
        self.assertEqual({rule for rule, outcome in rows.items() if outcome != 'skipped'}, {'R-3.1'})
        self.assertEqual(ran.returncode, 1)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
