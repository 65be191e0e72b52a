#!/usr/bin/env python3
"""Scores the verdict engine on the full generated corpus; fails when the rates fall below what is recorded.

  tools/score_corpus.py [BUILD_DIRECTORY] [--seeds 20,21,22] [--per-family 25]

Each seed is a corpus of its own, made by seep-generate-families and judged by seep-score-corpus. The floors below are what
docs/detection_scores.md records, less two standard errors of a run of this size; the fast check in CI is rates_test.
"""
import argparse
import collections
import csv
import math
import pathlib
import subprocess
import sys
import tempfile

FLOORS = {'leaks called LEAK': (0.945, 'at least'), 'healthy called LEAK': (0.015, 'at most'),
          'leaks called CLEAN': (0.005, 'at most'), 'healthy called CLEAN': (0.85, 'at least')}


def wilson(k, n, z=1.96):
    """The 95 % score interval of a proportion (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    p, d = k / n, 1 + z * z / n
    centre, half = p + z * z / 2 / n, z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    return max(0.0, (centre - half) / d), min(1.0, (centre + half) / d)


def rows(path):
    with open(path, newline='') as file:
        return list(csv.DictReader(file))


def score(binaries, seed, per_family):
    with tempfile.TemporaryDirectory(prefix='seep-corpus-') as directory:
        subprocess.run([binaries / 'seep-generate-families', directory, '--seed', str(seed), '--per-family', str(per_family)], check=True)
        verdicts = pathlib.Path(directory) / 'verdicts.csv'
        subprocess.run([binaries / 'seep-score-corpus', directory, '--out', verdicts], check=True)
        said = {row['id']: row['verdict'] for row in rows(verdicts)}
        counts = collections.Counter()
        for label in rows(pathlib.Path(directory) / 'labels.csv'):
            kind = label['label']
            if kind == 'GREY' or label.get('grade') == 'C':
                continue
            counts[kind] += 1
            counts[kind, said[label['id']]] += 1
        return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build', nargs='?', default='build/release', type=pathlib.Path)
    parser.add_argument('--seeds', default='20,21,22')
    parser.add_argument('--per-family', default=25, type=int)
    arguments = parser.parse_args()
    total = collections.Counter()
    for seed in arguments.seeds.split(','):
        total += score(arguments.build / 'bin', int(seed), arguments.per_family)
    failed = 0
    for name, (floor, sense) in FLOORS.items():
        kind = 'LEAK' if name.startswith('leaks') else 'HEALTHY'
        hits, of = total[kind, name.rsplit(' ', 1)[1]], total[kind]
        rate = hits / of if of else math.nan
        low, high = wilson(hits, of)
        kept = of > 0 and (rate >= floor if sense == 'at least' else rate <= floor)
        failed += not kept
        print(f'{name:22s} {hits:5d} of {of:5d} = {rate:6.2%} [{low:.2%}, {high:.2%}]  {sense} {floor:.1%}: {"ok" if kept else "FAILED"}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
