"""The protocol's methods on one instance: reads parameters, keeps prepared payments behind tokens, shapes answers."""
import time
from dataclasses import asdict

from .errors import CallError
from .params import Params
from .sdk import ConnectOptions
from .test_operations import TEST_OPERATIONS, run_test_operation

MAX_PREPARED = 64
CONNECT_DEADLINE_MS = 60_000
NETWORKS = ('regtest', 'mainnet', 'local')
RECEIVE_METHODS = ('spark_address', 'spark_invoice', 'bolt11_invoice', 'bitcoin_address')


class Mouth:
    """An instance's events. Closed by destroy, for the name may belong to another instance by then."""

    def __init__(self, instance, notify):
        self.instance, self._notify, self._open = instance, notify, True

    def close(self):
        self._open = False

    def __call__(self, type, listener=None, payment=None, detail=None):
        if not self._open:
            return
        params = {'instance': self.instance, 'type': type}
        if listener is not None:
            params['listener'] = listener
        if payment is not None:
            params['payment'] = asdict(payment)
        if detail is not None:
            params['detail'] = detail
        self._notify('event', params)


class InstanceCalls:
    """Runs on the lane's thread alone."""

    def __init__(self, name, sdk, notify):
        self._name, self._sdk, self._notify = name, sdk, notify
        self._instance = self._mouth = None
        self._connected = False
        self._prepared = {}  # token → the SDK's object, oldest first
        self._tokens = 0

    @property
    def exists(self):
        return self._instance is not None

    def call(self, method, values):
        params = Params(values)
        if method == 'connect':
            return self._connect(params)
        if not self.exists:
            raise CallError('unknown_instance', f'no instance is called {self._name}')
        if method in ('disconnect', 'destroy', 'remove_listener'):
            return getattr(self, '_' + method)(params)
        if not self._connected:
            raise CallError('not_connected', f'instance {self._name} is disconnected')
        return getattr(self, '_' + method)(params)

    def _connect(self, params):
        if self.exists:
            raise CallError('instance_exists', f'an instance called {self._name} exists')
        network, directory = params.word('network', NETWORKS), params.directory('storage_dir')
        seed, mnemonic = params.secret()
        mouth = Mouth(self._name, self._notify)
        until = time.monotonic() + (params.integer('deadline_ms', 1) or CONNECT_DEADLINE_MS) / 1000
        instance = self._sdk.connect(
            ConnectOptions(self._name, network, directory, seed, mnemonic, params.object('settings'), params.context(),
                           params.flag('network_down'), mouth))
        if time.monotonic() > until:
            mouth.close()
            instance.disconnect()
            instance.destroy()
            raise CallError('deadline_exceeded', 'connect ended after its deadline; the instance was taken down')
        self._instance, self._mouth, self._connected = instance, mouth, True
        identity = self._instance.identity
        return {} if identity is None else {'identity': identity}

    def _disconnect(self, _params):
        if self._connected:  # a second one succeeds
            self._instance.disconnect()
            self._connected = False
            self._prepared.clear()
        return {}

    def _destroy(self, _params):
        instance, self._instance, self._connected = self._instance, None, False
        self._mouth.close()
        self._prepared.clear()
        instance.destroy()
        return {}

    def close(self):
        """At shutdown: as far as it goes."""
        if self.exists:
            self._disconnect(None)
            self._destroy(None)

    def _add_listener(self, params):
        return {'listener': self._instance.add_listener(params.flag('capture_instance'))}

    def _remove_listener(self, params):
        return {'removed': self._instance.remove_listener(params.text('listener'))}

    def _receive(self, params):
        request, fee = self._instance.receive(params.word('method', RECEIVE_METHODS), params.integer('amount_sats'),
                                              params.optional_text('description') or '')
        return {'payment_request': request, 'fee_sats': fee}

    def _prepare_send(self, params):
        policy = params.word('fee_policy', ('fees_excluded', 'fees_included'), 'fees_excluded')
        prepared = self._instance.prepare_send(params.text('destination'), params.integer('amount_sats'), policy == 'fees_included')
        if len(self._prepared) == MAX_PREPARED:
            del self._prepared[next(iter(self._prepared))]
        self._tokens += 1
        token = f'p-{self._tokens}'
        self._prepared[token] = prepared.payment
        return {'prepared': token, 'amount_sats': prepared.amount_sats, 'fee_sats': prepared.fee_sats}

    def _send(self, params):
        token, key = params.text('prepared'), params.optional_text('idempotency_key')
        if token not in self._prepared:
            params.refuse('prepared', f'is no token of this instance, or was used, or was dropped as the oldest of {MAX_PREPARED}')
        return {'payment': asdict(self._instance.send(self._prepared.pop(token), key))}

    def _list_payments(self, params):
        limit, offset = params.integer('limit') or 0, params.integer('offset') or 0
        destroy, include = params.flag('destroy_response', True), params.flag('include')
        payments = self._instance.list_payments(limit, offset, destroy)
        result = {'count': len(payments)}
        if include:
            result['payments'] = [asdict(payment) for payment in payments]
        return result

    def _sync(self, _params):
        self._instance.sync()
        return {}

    def _get_info(self, params):
        return self._instance.get_info(params.flag('ensure_synced'))

    def _parse(self, params):
        return {'type': self._instance.parse(params.text('input'))}

    def _invoke(self, params):
        operation, arguments = params.text('operation'), params.object('arguments')
        if operation in TEST_OPERATIONS:
            return {'result': run_test_operation(operation, arguments)}
        return {'result': self._instance.invoke(operation, arguments)}
