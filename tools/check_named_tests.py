#!/usr/bin/env python3
"""Checks that every test which docs/seeds_mapping.md names exists.

  tools/check_named_tests.py [FILE.md ...]

A row's last column names tests in backquotes: `Suite.Name` (a TEST, TEST_F or TEST_P in some *_test.cc), `Class.test_name`
(a method in tests/**/*.py) or `file.test.cjs: words` (a title that holds the words). A row without one says **pending**.
Exit code 1 and one line a fault, with file and line.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ('agent', 'analysis', 'cli', 'common', 'coordinator', 'sdk', 'storage', 'tests', 'tools')
CPP_TEST = re.compile(r'^\s*(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)', re.M)
PYTHON_CLASS = re.compile(r'^class (\w+)|^    def (test_\w+)', re.M)


def sources(pattern):
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            if 'node_modules' not in path.parts and 'versions' not in path.parts:
                yield path


def known_tests():
    known, titles = set(), {}
    for path in sources('*_test.cc'):
        known.update('.'.join(found) for found in CPP_TEST.findall(path.read_text()))
    for path in sources('*.py'):
        current = ''
        for name, method in PYTHON_CLASS.findall(path.read_text()):
            if name:
                current = name
            elif current:
                known.add(f'{current}.{method}')
    for path in sources('*.test.cjs'):
        titles[path.name] = path.read_text()
    return known, titles


def faults_of(name, known, titles):
    script, colon, words = name.partition(': ')
    if colon and script.endswith('.cjs'):
        return '' if words in titles.get(script, '') else f'no test titled "{words}" in {script}'
    if re.fullmatch(r'\w+\.\w+', name):
        return '' if name in known else f'there is no test {name}'
    return f'`{name}` is not written as a test is'


def check(path, known, titles):
    faults, rows = [], 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.startswith('| ') or line.startswith('| theirs'):
            continue
        rows += 1
        # A bar inside backquotes would be another column; the tables have none.
        last = line.rstrip().removesuffix('|').rsplit(' | ', 1)[-1]
        if '**pending**' in last:
            continue
        named = re.findall(r'`([^`]+)`', last)
        if not named:
            faults.append(f'{path}:{number}: names no test and is not pending')
        faults += [f'{path}:{number}: {fault}' for fault in (faults_of(name, known, titles) for name in named) if fault]
    if rows == 0:
        faults.append(f'{path}: has no rows')
    return faults, rows


def main(arguments):
    paths = [pathlib.Path(a) for a in arguments] or [ROOT / 'docs' / 'seeds_mapping.md']
    known, titles = known_tests()
    faults, rows = [], 0
    for path in paths:
        found, count = check(path, known, titles)
        faults += found
        rows += count
    for fault in faults:
        print(fault)
    print(f'named tests: {rows} rows, {len(faults)} faults')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
