#!/usr/bin/env python3
"""Checks that includes point down only, and that heavy headers stay where they belong.

The rules are the tables below (docs/ARCHITECTURE.md explains them). Prints one line a breach and exits 1;
`--self-test` breaks each rule in memory and checks that the breach is seen.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# folder -> what of ours it may include, besides itself. The longest matching folder decides.
MAY_INCLUDE = {
    'common': [],
    'proto/verdict': ['common', 'analysis', 'seep/v1'],
    'proto/channel': ['common'],
    'analysis': ['common'],
    'sdk/driver_protocol': ['common'],
    'sdk/driver_host': ['common', 'sdk/driver_protocol'],
    'sdk/conformance': ['common', 'sdk/driver_protocol'],
    'sdk/simulated_network': ['common', 'sdk/driver_protocol'],
    'sdk/simulated_wallet': ['common', 'sdk/driver_protocol', 'sdk/driver_host', 'sdk/simulated_network'],
    'storage': ['common', 'analysis/verdict/verdict.h', 'seep/v1'],
    'storage/query_worker': ['common', 'analysis/trend', 'storage', 'seep/v1'],
    'agent': ['common', 'seep/v1', 'proto/channel', 'sdk/driver_protocol'],
    'coordinator': ['common', 'seep/v1', 'proto/verdict', 'storage', 'analysis'],
    'cli': ['common', 'seep/v1', 'proto/verdict', 'proto/channel', 'analysis'],
    'tests': ['common', 'proto', 'seep/v1', 'analysis', 'storage', 'agent', 'coordinator', 'cli', 'sdk'],
}
OURS = ['common', 'proto', 'analysis', 'sdk', 'storage', 'agent', 'coordinator', 'cli', 'tests', 'seep/v1']

# header pattern -> the only folders whose files may include it (sdk's wallet is a product under test).
RESERVED = {
    r'(grpcpp/|grpc/|seep/v1/.*\.grpc\.pb\.h)': ['coordinator/rpc', 'agent/session', 'cli', 'proto/channel', 'tests'],
    r'sqlite3\.h$': ['storage/sqlite', 'storage/bench', 'sdk/simulated_wallet'],  # the bench's peer is a plain client
    r'boost/beast': ['coordinator/dashboard'],
}
# Domain folders run under a fake clock: neither the network nor the disk.
PURE = ['analysis', 'coordinator/fleet', 'coordinator/campaign', 'coordinator/scheduler', 'coordinator/chaos',
        'coordinator/thresholds']
PURE_FORBIDS = r'(grpcpp/|sqlite3\.h|common/os/(child_process|process_tree|system_clock)\.h|^thread$|^mutex$)'

INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]')


def inside(path, folder):
    return path == folder or path.startswith(folder.rstrip('/') + '/')


def home_of(path):
    homes = [f for f in MAY_INCLUDE if inside(path, f)]
    return max(homes, key=len) if homes else None


def breaches_of(path, included):
    """Yields what is wrong with `path` including `included`."""
    test = path.endswith(('_test.cc', '_bench.cc'))
    ours = next((o for o in OURS if inside(included, o)), None)
    home = home_of(path)
    if ours and home and not inside(included, home) and not any(inside(included, f) for f in MAY_INCLUDE[home]):
        yield f'{home} may not include {included}'
    for pattern, allowed in RESERVED.items():
        if re.search(pattern, included) and not any(inside(path, f) for f in allowed):
            yield f'{included} belongs to {", ".join(allowed)} alone'
    if not test and any(inside(path, f) for f in PURE) and re.search(PURE_FORBIDS, included):
        yield f'{included}: this folder sees neither threads nor the world'


def sources():
    for top in ('common', 'proto', 'analysis', 'sdk', 'storage', 'agent', 'coordinator', 'cli', 'tests'):
        for path in sorted((ROOT / top).rglob('*')):
            if path.suffix in ('.h', '.cc') and 'node_modules' not in path.parts and 'versions' not in path.parts:
                yield path


def check():
    found, files = [], 0
    for path in sources():
        files += 1
        name = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                found += [f'{name}:{number}: {b}' for b in breaches_of(name, match.group(1))]
    for line in found:
        print(line)
    print(f'layers: {files} files, {len(found)} breaches')
    return 1 if found or files == 0 else 0


def self_test():
    wrong = [('common/os/a.cc', 'agent/agent.h'), ('analysis/trend/a.cc', 'storage/store.h'),
             ('agent/spool/a.cc', 'coordinator/fleet/lease_table.h'), ('coordinator/fleet/a.cc', 'grpcpp/grpcpp.h'),
             ('coordinator/ingest/a.cc', 'sqlite3.h'), ('agent/scenario/a.cc', 'seep/v1/agent_link.grpc.pb.h'),
             ('analysis/trend/a.h', 'thread'), ('agent/runs/a.cc', 'proto/verdict/verdict_messages.h'),
             ('analysis/verdict/a.cc', 'proto/verdict/verdict_messages.h'), ('proto/channel/a.cc', 'analysis/verdict/verdict.h')]
    right = [('agent/session/a.cc', 'grpcpp/grpcpp.h'), ('storage/sqlite/a.cc', 'sqlite3.h'),
             ('coordinator/ingest/a.cc', 'storage/store.h'), ('cli/a.cc', 'seep/v1/control.grpc.pb.h'),
             ('cli/a.cc', 'proto/verdict/verdict_messages.h'), ('agent/session/a.cc', 'proto/channel/credentials.h')]
    missed = [w for w in wrong if not list(breaches_of(*w))]
    cried = [r for r in right if list(breaches_of(*r))]
    for what, rows in (('missed', missed), ('cried wolf', cried)):
        for row in rows:
            print(f'self-test {what}: {row}')
    print(f'layers self-test: {len(wrong) + len(right)} cases, {len(missed) + len(cried)} wrong')
    return 1 if missed or cried else 0


if __name__ == '__main__':
    sys.exit(self_test() if '--self-test' in sys.argv[1:] else check())
