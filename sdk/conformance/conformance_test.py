"""A host passes the conformance suite: conformance_test.py [--simnet] [--may-skip RULE,...] -- COMMAND...

Prints the suite's report. Fails for a rule that fails, and for one that was skipped though --may-skip does not name it:
a host that stops declaring something must not pass for saying less.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

BIN = pathlib.Path(os.environ['SEEP_BIN'])


SEED = '5eed0000000000000000000000000000000000000000000000000000c0ffee01'  # of the wallet that pays (trial.cc)


def fund(command, settings, faucet):
    """Puts money into the suite's paying wallet, so that its payments succeed."""
    with tempfile.TemporaryDirectory() as directory:
        calls = [('initialize', {'protocol': {'major': 1, 'minor': 0}, 'settings': settings}),
                 ('connect', {'instance': 'a', 'network': 'local', 'storage_dir': directory, 'seed': SEED}),
                 ('receive', {'instance': 'a', 'method': 'spark_address'})]
        lines = [json.dumps({'jsonrpc': '2.0', 'id': i, 'method': m, 'params': p}) for i, (m, p) in enumerate(calls)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as host:
            host.stdin.write('\n'.join(lines) + '\n')
            host.stdin.flush()
            address = next(json.loads(line)['result']['payment_request'] for line in host.stdout if json.loads(line).get('id') == 2)
            query = {'operationName': 'RequestRegtestFunds', 'variables': {'amount_sats': 50000, 'address': address},
                     'query': 'mutation RequestRegtestFunds { request_regtest_funds(input: $input) { transaction_hash } }'}
            request = urllib.request.Request(faucet, json.dumps(query).encode(), {'Content-Type': 'application/json'})
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert 'errors' not in json.load(answer)
            host.stdin.close()


def main():
    words = sys.argv[1:]
    options, command = words[:words.index('--')], words[words.index('--') + 1:]
    may_skip = set(options[options.index('--may-skip') + 1].split(',')) if '--may-skip' in options else None
    settings, network = [], None
    if '--simnet' in options:
        network = subprocess.Popen([BIN / 'seep-simnet', '--exit-with-stdin'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        ready = json.loads(network.stdout.readline())
        values = {'ledger': ready['endpoints']['ledger']}
        settings = ['--settings', json.dumps(values)]
        fund(command, values, ready['endpoints']['faucet'])
    try:
        ran = subprocess.run([BIN / 'seep-driver-check', '-o', 'json', *settings, '--', *command], stdout=subprocess.PIPE, check=False)
    finally:
        if network:
            network.stdin.close()
            network.wait(10)
    report = json.loads(ran.stdout)
    for rule in report['rules']:
        print(f"{rule['outcome']:8}{rule['id']:8}{rule['title']}", f"({rule['reason']})" if 'reason' in rule else '')
        if rule['outcome'] == 'fail':
            print(f"    expected  {rule['expected']}\n        sent  {rule['sent']}\n        came  {rule['came']}")
    skipped = {rule['id'] for rule in report['rules'] if rule['outcome'] == 'skipped'}
    surprise = sorted(skipped - may_skip) if may_skip is not None else []
    if surprise:
        print('skipped, though this host should show them:', ', '.join(surprise))
    return 1 if ran.returncode or surprise else 0


sys.exit(main())
