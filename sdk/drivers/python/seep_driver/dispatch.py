"""From a line to its answer: checks the request, keeps order on an instance, answers each exactly once (R-2.2).

Threads: `receive` on the reader's alone; answers come from lanes. Limits: MAX_IN_FLIGHT, MAX_INSTANCES.
"""
import json
import threading
import time
import tracemalloc

from .errors import CallError, from_exception
from .gauges import RuntimeGauges, write_heap_profile
from .instance_calls import InstanceCalls
from .lanes import Lane
from .lines import MAX_LINE_BYTES, TOO_LONG
from .params import Params, is_integer
from .test_operations import TEST_OPERATIONS, run_test_operation

PROTOCOL = {'major': 1, 'minor': 0}
MAX_IN_FLIGHT = 1024
MAX_INSTANCES = 1024
NEEDS = {'add_listener': 'listeners', 'remove_listener': 'listeners', 'receive': 'receive', 'prepare_send': 'payments',
         'send': 'payments', 'list_payments': 'history', 'sync': 'sync', 'get_info': 'get_info', 'parse': 'parse',
         'collect_garbage': 'collect_garbage', 'heap_profile': 'heap_profile', 'invoke': 'invoke', 'initialize': None,
         'connect': None, 'disconnect': None, 'destroy': None, 'metrics': None, 'shutdown': None}
WITHOUT_INSTANCE = ('collect_garbage', 'heap_profile')


def encode(message):
    return json.dumps({'jsonrpc': '2.0', **message}, separators=(',', ':')).encode() + b'\n'


class Dispatcher:
    def __init__(self, sdk, output):
        self._sdk, self._output = sdk, output
        self._lanes = {}  # instance → (Lane, InstanceCalls)
        self._lock = threading.Lock()  # _lanes, their `pending`, _in_flight
        self._in_flight = 0
        self._host_lane = Lane('host')
        self._description = None
        self._fatal = None
        self.runtime = RuntimeGauges()

    def receive(self, line):
        """→ False once `shutdown` came."""
        identifier = None
        try:
            if line is TOO_LONG:
                raise CallError('invalid_request', f'the line is longer than {MAX_LINE_BYTES} bytes')
            message = self._decode(line)
            identifier = message.get('id')
            if identifier is not None and not is_integer(identifier):
                identifier = None
                raise CallError('invalid_request', '`id` is not an integer within 2^53-1')
            if message.get('jsonrpc') != '2.0':
                raise CallError('invalid_request', '`jsonrpc` is not "2.0"')
            method = message.get('method')
            if not isinstance(method, str) or not method:
                raise CallError('invalid_request', '`method` is missing or not a text')
            if identifier is None:
                return True
            return self._admit(identifier, method, message.get('params', {}))
        except Exception as error:  # pylint: disable=broad-except
            self._refuse(identifier, error)
            return True

    @staticmethod
    def _decode(line):
        try:
            message = json.loads(line.decode('utf-8'))
        except (ValueError, RecursionError) as error:
            raise CallError('parse_error', f'the line is not JSON: {error}'[:300]) from None
        if not isinstance(message, dict):
            raise CallError('invalid_request', 'batches are not used' if isinstance(message, list) else 'a request is an object')
        return message

    def _admit(self, identifier, method, values):
        if not isinstance(values, dict):
            raise CallError('invalid_params', '`params` is not an object')
        if self._fatal and method != 'shutdown':
            raise self._fatal
        if self._description is None and method != 'initialize':
            raise CallError('not_initialized', '`initialize` comes first')
        if method not in NEEDS or (NEEDS[method] and NEEDS[method] not in self._description.capabilities):
            raise CallError('method_not_found', f'no method {method[:64]}, or its capability was not declared')
        params = Params(values)
        params.integer('deadline_ms', 1)
        if method == 'shutdown':
            self.answer(identifier, {})
            return False
        if method == 'initialize':
            self.answer(identifier, self._initialize(params))
        elif method == 'metrics':
            self.answer(identifier, {'values': {**self.runtime.read(), **self._sdk.metrics()}})
        else:
            self._queue(identifier, method, values, params)
        return True

    def _queue(self, identifier, method, values, params):
        if method == 'invoke' and params.text('operation') not in self._description.operations:
            params.refuse('operation', 'is none that `initialize` listed')
        if method in WITHOUT_INSTANCE or (method in ('parse', 'invoke') and values.get('instance') is None):
            return self._enter(self._host_lane, lambda: self._conclude(identifier, lambda: self._call_host(method, params)))
        name = params.instance()
        with self._lock:
            if name not in self._lanes and method == 'connect' and len(self._lanes) < MAX_INSTANCES:
                self._lanes[name] = (Lane(name), InstanceCalls(name, self._sdk, self.notify))
            lane, calls = self._lanes.get(name, (None, None))
        if lane is None:
            kind = 'limit_exceeded' if method == 'connect' else 'unknown_instance'
            raise CallError(kind, f'no instance is called {name}' if kind == 'unknown_instance' else f'more than {MAX_INSTANCES} instances')
        return self._enter(lane, lambda: self._on_lane(identifier, name, lane, calls, method, values))

    def _enter(self, lane, task):
        with self._lock:
            if self._in_flight >= MAX_IN_FLIGHT:
                raise CallError('limit_exceeded', f'more than {MAX_IN_FLIGHT} requests in flight')
            self._in_flight += 1
            lane.pending += 1  # from here the lane stays until _leave
        lane.put(task)

    def _on_lane(self, identifier, name, lane, calls, method, values):
        def run():
            try:
                return calls.call(method, values)
            finally:
                # Before the answer: who got the answer to `destroy` finds the name free.
                self._leave(name, lane, calls)
        self._conclude(identifier, run)

    def _leave(self, name, lane, calls):
        with self._lock:
            lane.pending -= 1
            if lane.pending == 0 and not calls.exists:
                del self._lanes[name]
                lane.close()

    def _conclude(self, identifier, run):
        try:
            result = run()
        except Exception as error:  # pylint: disable=broad-except
            self._refuse(identifier, error)
        else:
            self.answer(identifier, result)
        with self._lock:
            self._in_flight -= 1

    def _initialize(self, params):
        if self._description is not None:
            raise CallError('invalid_request', '`initialize` comes once')
        version = params.object('protocol')
        minor = version.get('minor')
        if version.get('major') != PROTOCOL['major'] or not is_integer(minor) or minor < 0:
            params.refuse('protocol', f'this host speaks version {PROTOCOL["major"]}.{PROTOCOL["minor"]}')
        params.object('client')
        self._sdk.initialize(params.object('settings'), lambda level, message: self.notify('log', {'level': level, 'message': message}))
        description = self._sdk.describe()
        gauges = {**self.runtime.declared(), **description.gauges}
        capabilities = list(dict.fromkeys([*description.capabilities, 'invoke', 'collect_garbage']
                                          + (['heap_profile'] if tracemalloc.is_tracing() else [])))
        description.capabilities = capabilities
        description.operations = [*description.operations, *TEST_OPERATIONS]
        self._description = description
        return {'protocol': {'major': 1, 'minor': min(minor, PROTOCOL['minor'])},
                'host': dict(zip(('name', 'version'), description.host)), 'sdk': dict(zip(('name', 'version'), description.sdk)),
                'language': 'python', 'capabilities': capabilities, 'operations': description.operations,
                'gauges': [{'name': name, 'unit': unit, 'kind': kind} for name, (unit, kind) in gauges.items()]}

    def _call_host(self, method, params):
        if method == 'collect_garbage':
            live = self.runtime.collect()
            return {} if live is None else {'live_bytes': live}
        if method == 'heap_profile':
            try:
                return {'path': write_heap_profile(params.directory('directory')), 'format': 'text'}
            except OSError as error:
                raise CallError('storage_error', f'the profile could not be written: {error}') from error
        if method == 'parse':
            return {'type': self._sdk.parse(params.text('input'))}
        operation, arguments = params.text('operation'), params.object('arguments')
        if operation == 'test_delay':
            params.refuse('instance', 'is missing: test_delay occupies one')
        run = run_test_operation if operation in TEST_OPERATIONS else self._sdk.invoke
        return {'result': run(operation, arguments)}

    def notify(self, method, params):
        self._output.notify(encode({'method': method, 'params': params}))

    def answer(self, identifier, result):
        line = encode({'id': identifier, 'result': result})
        if len(line) > MAX_LINE_BYTES:
            line = encode({'id': identifier, 'error': CallError(
                'limit_exceeded', f'the answer has {len(line)} bytes, more than a line may; ask for less, e.g. with limit').to_json()})
        self._output.send(line)

    def _refuse(self, identifier, error):
        error = from_exception(error)
        if error.kind == 'fatal':
            self._fatal = error
        self._output.send(encode({'id': identifier, 'error': error.to_json()}))

    def close(self, seconds):
        """Disconnects what is open, as far as that goes in the time there is."""
        with self._lock:
            lanes = list(self._lanes.values())
        done = threading.Semaphore(0)

        def finish(calls):
            try:
                calls.close()
            finally:
                done.release()
        for lane, calls in lanes:
            lane.put(lambda calls=calls: finish(calls))
        until = time.monotonic() + seconds
        for _ in lanes:
            if not done.acquire(timeout=max(0, until - time.monotonic())):
                return
