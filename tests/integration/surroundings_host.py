"""An SDK host that first says where it works and what its environment holds, then is the Python kit's example wallet."""
import json
import os
import pathlib
import runpy
import sys

SHOWN = {name: os.environ[name] for name in ('MODE', 'FIXED', 'HOME', 'SEEP_PROCESS') if name in os.environ}
BEFORE = sorted(entry.name for entry in pathlib.Path('.').iterdir())
pathlib.Path('been-here').touch()
print('SURROUNDINGS ' + json.dumps({'directory': os.getcwd(), 'found': BEFORE, 'environment': SHOWN}), file=sys.stderr, flush=True)

WALLET = pathlib.Path(__file__).resolve().parents[2] / 'sdk/drivers/python/example/wallet_host.py'
sys.argv = [str(WALLET)]
runpy.run_path(str(WALLET), run_name='__main__')
