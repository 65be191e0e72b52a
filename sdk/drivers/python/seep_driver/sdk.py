"""What an SDK team implements. Only what the declared capabilities promise has to be overridden.

Threads: calls on one instance come one at a time, from a thread of that instance's own; different instances run side by
side. Sdk.metrics runs on the thread that reads requests, so it must return at once. Failure: raise CallError; anything
else becomes `sdk_error` with the exception's words.
"""
from dataclasses import dataclass, field

from .errors import CallError


@dataclass
class Description:
    host: tuple  # name, version
    sdk: tuple
    capabilities: list
    gauges: dict = field(default_factory=dict)  # name: (unit, 'gauge' or 'counter')
    operations: list = field(default_factory=list)


@dataclass
class ConnectOptions:
    instance: str
    network: str
    storage_dir: str
    seed: bytes = None  # one of seed and mnemonic; both secret
    mnemonic: str = None
    settings: dict = field(default_factory=dict)
    context: str = None  # instances that name the same one share it (capability shared_context)
    network_down: bool = False  # (capability network_down)
    notify: object = None  # notify(type, listener=None, payment=None, detail=None) sends an event; silent after destroy


@dataclass
class Payment:
    id: str
    status: str  # pending, completed, failed
    direction: str  # send, receive
    method: str
    amount_sats: int
    fee_sats: int
    timestamp: int


@dataclass
class Prepared:
    payment: object  # the SDK's own; the kit keeps it behind a token
    amount_sats: int
    fee_sats: int


def lacks(what):
    raise CallError('not_supported', f'this SDK has no {what}')


class Instance:
    identity = None

    def disconnect(self):
        raise NotImplementedError

    def destroy(self):
        """Frees the handle and nothing else (R-4.3); the kit drops its reference afterwards."""

    def add_listener(self, capture_instance):
        """→ the listener's id, a text."""
        return lacks('listeners')

    def remove_listener(self, listener):
        """→ whether there was such a listener."""
        return lacks('listeners')

    def receive(self, method, amount_sats, description):
        """→ (payment request, fee in sats)."""
        return lacks('receive')

    def prepare_send(self, destination, amount_sats, fees_included):
        """→ Prepared."""
        return lacks('payments')

    def send(self, prepared, idempotency_key):
        """→ Payment."""
        return lacks('payments')

    def list_payments(self, limit, offset, destroy_response):
        """→ a list of Payment; limit 0: all."""
        return lacks('history')

    def sync(self):
        lacks('sync')

    def get_info(self, ensure_synced):
        """→ {'identity': text, 'balance_sats': int, 'listeners': int}."""
        return lacks('get_info')

    def parse(self, text):
        """→ the type of what was parsed, a word."""
        return lacks('parse')

    def invoke(self, operation, arguments):
        return lacks('invoke')


class Sdk:
    def describe(self):
        """→ Description."""
        raise NotImplementedError

    def initialize(self, settings, log):
        """Raise CallError('invalid_params', ...) for an unknown setting. log(level, message) reaches the run's log."""

    def connect(self, options):
        """ConnectOptions → Instance."""
        raise NotImplementedError

    def metrics(self):
        """→ {gauge: number or None}; beside the runtime's own."""
        return {}

    def parse(self, text):
        """Without an instance; not_supported where the SDK needs one."""
        return lacks('parse without params.instance')

    def invoke(self, operation, arguments):
        return lacks('invoke without params.instance')
