#!/usr/bin/env python3
"""The example: the in-memory wallet behind the driver protocol. Settings: leaks {name: bytes}, initial_balance (sats).

Everything an SDK team writes is in this file; `wallet.py` stands for their SDK.
"""
import os
import sys
import weakref

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from seep_driver import CallError, Description, Instance, Prepared, Sdk, serve  # noqa: E402 pylint: disable=wrong-import-position
from wallet import Leaks, Network, Wallet  # noqa: E402 pylint: disable=wrong-import-position

MAX_SIZE = 1 << 30
UNREACHABLE = Network(0, Leaks({}), reachable=False)


class WalletInstance(Instance):
    def __init__(self, wallet, notify):
        self._wallet, self._notify = wallet, notify
        self.identity = wallet.identity

    def disconnect(self):
        self._wallet.disconnect()

    def add_listener(self, capture_instance):
        captured, notify = self._wallet if capture_instance else None, self._notify

        def callback(event, listener, payment, _captured=captured):
            notify(event, listener, payment)
        return self._wallet.add_listener(callback)

    def remove_listener(self, listener):
        return self._wallet.remove_listener(listener)

    def receive(self, method, amount_sats, description):
        return self._wallet.receive(method, amount_sats or 0)

    def prepare_send(self, destination, amount_sats, fees_included):
        prepared = self._wallet.prepare(destination, amount_sats, fees_included)
        return Prepared(prepared, prepared[2], 1)

    def send(self, prepared, idempotency_key):
        return self._wallet.send(prepared, idempotency_key)

    def list_payments(self, limit, offset, destroy_response):
        return self._wallet.list_payments(limit, offset)

    def sync(self):
        self._wallet.sync()

    def get_info(self, ensure_synced):
        return {'identity': self.identity, 'balance_sats': self._wallet.account.balance, 'listeners': len(self._wallet.listeners)}

    def parse(self, text):
        return Wallet.parse(text)[0]


class WalletSdk(Sdk):
    network = None

    def __init__(self):
        self.contexts = weakref.WeakValueDictionary()  # each goes with the last wallet that uses it

    def describe(self):
        return Description(
            host=('seep-python-example', '0.1.0'), sdk=('memory-wallet', '1.0.0'),
            capabilities=['listeners', 'payments', 'receive', 'history', 'sync', 'get_info', 'parse', 'shared_context', 'network_down'],
            gauges={'listeners': ('count', 'gauge')})

    def initialize(self, settings, log):
        for name in settings:
            if name not in ('leaks', 'initial_balance'):
                raise CallError('invalid_params', f'params.settings.{name[:64]} is unknown; known: leaks, initial_balance')
        leaks, balance = settings.get('leaks', {}), settings.get('initial_balance', 1_000_000)
        if not isinstance(leaks, dict) or not all(n in Leaks.NAMES and type(v) is int and 0 <= v <= MAX_SIZE for n, v in leaks.items()):
            raise CallError('invalid_params', f'params.settings.leaks is not an object of {", ".join(Leaks.NAMES)} and bytes')
        if type(balance) is not int or balance < 0:
            raise CallError('invalid_params', 'params.settings.initial_balance is not a number of sats')
        self.network = Network(balance, Leaks(leaks))
        log('info', 'an in-memory wallet: nothing leaves this process')

    def connect(self, options):
        if options.network == 'mainnet':
            raise CallError('not_supported', 'the in-memory wallet has no mainnet')
        network = self.network
        if options.network_down:
            network = UNREACHABLE
        elif options.context:  # what instances share here is a network of their own
            network = self.contexts.setdefault(options.context, Network(self.network.initial_balance, self.network.leaks))
        return WalletInstance(Wallet(network, options.seed or options.mnemonic.encode()), options.notify)

    def metrics(self):
        return {'listeners': self.network.listeners}

    def parse(self, text):
        return Wallet.parse(text)[0]


if __name__ == '__main__':
    serve(WalletSdk())
