#!/usr/bin/env python3
"""A host that breaks one rule on purpose: faulty_host.py FAULT. Without a fault it is the Python example host.

Faults act on lines: what comes in before the good host sees it, what goes out after it spoke. `faults/` has them; --list
prints, for each, the rules that the suite must find broken, and no other.
"""
import json
import pathlib
import sys
import threading

PYTHON = pathlib.Path(__file__).resolve().parent.parent / 'drivers' / 'python'
sys.path[:0] = [str(PYTHON), str(PYTHON / 'example')]

from faults import FAULTS  # noqa: E402
from seep_driver import dispatch, lines, process  # noqa: E402
from wallet_host import WalletSdk  # noqa: E402


class FaultyDispatcher(dispatch.Dispatcher):
    fault = None

    def __init__(self, sdk, out):
        super().__init__(sdk, self)
        self.out, self.requests, self.lock = out, {}, threading.RLock()
        self.dropped = 0
        self.fault.host = self
        self.fault.at_start()

    def receive(self, line):
        message = None
        if line is not lines.TOO_LONG:
            try:
                message = json.loads(line)
            except (ValueError, RecursionError):
                pass
        if isinstance(message, dict) and type(message.get('id')) is int:
            with self.lock:
                self.requests[message['id']] = message
        line = self.fault.incoming(line, message)
        if line is None:
            return True
        line = json.dumps(line).encode() if isinstance(line, dict) else line
        going_on = super().receive(line)
        if not going_on:
            self.fault.at_shutdown()
        return going_on

    # The Output that the good dispatcher writes to.
    def send(self, line):
        message = json.loads(line)
        with self.lock:
            request = self.requests.pop(message.get('id'), {}) if message.get('id') is not None else {}
        for changed in self.fault.outgoing(message, request):
            self.emit(changed)

    def notify(self, method, params):
        for changed in self.fault.outgoing({'jsonrpc': '2.0', 'method': method, 'params': params}, {}):
            self.out.notify(dispatch.encode(changed))

    def emit(self, message):
        self.out.send(json.dumps(message, separators=(',', ':')).encode() + b'\n')


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else 'none'
    if name == '--list':
        print(json.dumps({fault: sorted(rules) for fault, (_, rules) in FAULTS.items()}))
        return
    FaultyDispatcher.fault = FAULTS[name][0]()
    process.serve(WalletSdk(), FaultyDispatcher, close_seconds=0.3)


if __name__ == '__main__':
    main()
