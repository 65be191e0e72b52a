"""A wallet SDK that lives in memory, for the example host: accounts of one process pay each other.

Threads: any; `network.lock` guards all accounts. Limits: HISTORY payments a wallet, ACCOUNTS that nobody has open.
"""
import hashlib
import itertools
import threading
import time
from collections import OrderedDict, deque

from seep_driver import CallError, Payment

HISTORY = 1000
ACCOUNTS = 256
FEE_SATS = 1


class Leaks:
    """Bytes that are kept for good at each connect, listener, payment or sync: what a soak should find."""

    NAMES = ('lifecycle', 'listener', 'payment', 'sync')

    def __init__(self, sizes):
        self.sizes, self._kept = sizes, []

    def keep(self, name):
        if self.sizes.get(name):
            self._kept.append(bytearray(b'\xa5' * self.sizes[name]))


class Account:
    def __init__(self, balance):
        self.balance, self.payments, self.by_key, self.wallets = balance, deque(maxlen=HISTORY), OrderedDict(), []


class Network:
    def __init__(self, initial_balance, leaks, reachable=True):
        self.lock = threading.RLock()
        self.leaks = leaks
        self.initial_balance = initial_balance
        self.reachable = reachable
        self._open, self._closed = {}, OrderedDict()  # identity → Account
        self.numbers = itertools.count(1)

    def join(self, identity, wallet):
        with self.lock:
            account = self._open.get(identity) or self._closed.pop(identity, None) or Account(self.initial_balance)
            self._open[identity] = account
            account.wallets.append(wallet)
            return account

    def leave(self, identity, wallet):
        with self.lock:
            account = self._open[identity]
            account.wallets.remove(wallet)
            if not account.wallets:
                self._closed[identity] = self._open.pop(identity)
                if len(self._closed) > ACCOUNTS:
                    self._closed.popitem(last=False)

    def find(self, identity):
        return self._open.get(identity)

    @property
    def listeners(self):
        with self.lock:
            return sum(len(w.listeners) for a in self._open.values() for w in a.wallets)


class Wallet:
    """Disconnect leaves the network; dropping the object alone does not, so an abandoned wallet stays alive."""

    def __init__(self, network, secret):
        self.identity = '02' + hashlib.sha256(secret).hexdigest()
        self.listeners = {}  # id → callback(type, listener, payment)
        self.network = network
        self.account = network.join(self.identity, self)
        network.leaks.keep('lifecycle')

    def disconnect(self):
        self.network.leave(self.identity, self)

    def add_listener(self, callback):
        with self.network.lock:
            listener = f'l-{next(self.network.numbers)}'
            self.listeners[listener] = callback
            self.network.leaks.keep('listener')
        return listener

    def remove_listener(self, listener):
        with self.network.lock:
            return self.listeners.pop(listener, None) is not None

    def receive(self, method, amount):
        kind = {'spark_address': 'spark', 'spark_invoice': 'invoice', 'bolt11_invoice': 'bolt11', 'bitcoin_address': 'onchain'}[method]
        fixed = f':{amount}:{next(self.network.numbers)}' if kind in ('invoice', 'bolt11') else ''
        return f'{kind}:{self.identity}{fixed}', 0

    @staticmethod
    def parse(text):
        kind, _, rest = text.partition(':')
        if kind not in ('spark', 'invoice', 'bolt11', 'onchain') or not rest.startswith('02'):
            raise CallError('invalid_input', 'InvalidInput: not a destination of this network')
        amount = rest.split(':')[1] if rest.count(':') == 2 else ''
        return kind, rest.split(':')[0], int(amount) if amount.isdigit() else None

    def prepare(self, destination, amount, fees_included):
        kind, identity, fixed = self.parse(destination)
        amount = fixed if amount is None else amount
        if not amount:
            raise CallError('invalid_input', 'InvalidInput: an amount is required')
        if identity == self.identity:
            raise CallError('invalid_input', 'InvalidInput: a wallet cannot pay itself')
        arriving = amount - FEE_SATS if fees_included else amount
        if arriving <= 0:
            raise CallError('invalid_input', 'InvalidInput: the amount does not cover the fee')
        return kind, identity, arriving

    def send(self, prepared, key):
        kind, identity, amount = prepared
        with self.network.lock:
            if key and key in self.account.by_key:
                return self.account.by_key[key]
            other = self.network.find(identity)
            if other is None:
                raise CallError('network_error', 'NetworkError: the receiver cannot be reached')
            if self.account.balance < amount + FEE_SATS:
                raise CallError('insufficient_funds', f'InsufficientFunds: {amount + FEE_SATS} sats needed')
            self.account.balance -= amount + FEE_SATS
            other.balance += amount
            sent = self._book(self.account, 'send', kind, amount, FEE_SATS)
            self._book(other, 'receive', kind, amount, 0)
            if key:
                self.account.by_key[key] = sent
                if len(self.account.by_key) > HISTORY:
                    self.account.by_key.popitem(last=False)
            self.network.leaks.keep('payment')
        return sent

    def _book(self, account, direction, kind, amount, fee):
        payment = Payment(f'pay-{next(self.network.numbers)}', 'completed', direction, kind, amount, fee, int(time.time()))
        account.payments.appendleft(payment)
        for wallet in account.wallets:
            wallet.tell('payment_succeeded', payment)
        return payment

    def tell(self, event, payment=None):
        for listener, callback in list(self.listeners.items()):
            callback(event, listener, payment)

    def list_payments(self, limit, offset):
        with self.network.lock:
            payments = list(self.account.payments)[offset:]
        return payments[:limit] if limit else payments

    def sync(self):
        if not self.network.reachable:
            raise CallError('network_error', 'NetworkError: the network cannot be reached')
        with self.network.lock:
            self.network.leaks.keep('sync')
            self.tell('synced')
