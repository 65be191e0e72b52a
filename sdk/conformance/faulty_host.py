#!/usr/bin/env python3
"""A host that breaks one rule on purpose: faulty_host.py FAULT. Without a fault it is the Python example host.

Faults act on lines: what comes in before the good host sees it, what goes out after it spoke. FAULTS names, for each,
the rules that the suite must find broken, and no other.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading

PYTHON = pathlib.Path(__file__).resolve().parent.parent / 'drivers' / 'python'
sys.path[:0] = [str(PYTHON), str(PYTHON / 'example')]

from seep_driver import CODES, dispatch, lines, process  # noqa: E402
from wallet_host import WalletSdk  # noqa: E402


class Fault:
    """No fault. `incoming` sees a request's line (or TOO_LONG), `outgoing` each message with the request it answers."""

    def __init__(self):
        self.host = None  # the FaultyDispatcher

    def at_start(self):
        pass

    def incoming(self, line, message):
        """→ the line to process, or None."""
        return line

    def outgoing(self, message, request):
        """→ the messages to send instead."""
        return [message]

    def at_shutdown(self):
        pass

    def error(self, identifier, kind, message='on purpose'):
        self.host.emit({'jsonrpc': '2.0', 'id': identifier,
                        'error': {'code': CODES[kind], 'message': message, 'data': {'kind': kind, 'retryable': False}}})


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


FAULTS = {'none': (Fault, set())}


def breaks(*rules):
    def add(fault):
        name = ''.join(('_' + c.lower()) if c.isupper() else c for c in fault.__name__)[1:]
        FAULTS[name] = (fault, set(rules))
        return fault
    return add


def method_of(message):
    return message.get('method') if isinstance(message, dict) else None


def params_of(request):
    params = request.get('params')
    return params if isinstance(params, dict) else {}


def kind_of(message):
    return message.get('error', {}).get('data', {}).get('kind')


def change_answer(method, change):
    """A fault that passes each result of `method` through change(result, params)."""
    class Changed(Fault):
        def outgoing(self, message, request):
            if method_of(request) == method and 'result' in message:
                change(message['result'], params_of(request))
            return [message]
    return Changed


def forgive(kind, method, result, when=lambda params: True):
    """A fault that answers `result` where `method` ought to get the error `kind`."""
    class Forgiven(Fault):
        def outgoing(self, message, request):
            if method_of(request) == method and kind_of(message) == kind and when(params_of(request)):
                return [{'jsonrpc': '2.0', 'id': message['id'], 'result': result}]
            return [message]
    return Forgiven


def add(name, rules, fault):
    FAULTS[name] = (fault, set(rules))


# ---- section 1

@breaks('R-1.1')
class LeavesJsonrpcOut(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'metrics':
            message.pop('jsonrpc')
        return [message]


@breaks('R-1.1')
class AnswersEmptyLines(Fault):
    def at_start(self):
        host, feed = self.host, lines.LineReader.feed

        def feed_and_complain(reader, chunk):
            if chunk.startswith(b'\n\r\n'):
                host.fault.error(None, 'parse_error')
            yield from feed(reader, chunk)
        lines.LineReader.feed = feed_and_complain


@breaks('R-1.2')
class CopiesToStandardError(Fault):
    def outgoing(self, message, request):
        print(json.dumps(message), file=sys.stderr, flush=True)
        return [message]


@breaks('R-1.3')
class PrintsToStandardOutput(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'connect':
            self.host.out.send(b'DEBUG: connected\n')
        return [message]


@breaks('R-1.4')
class RefusesHalfAMegabyte(Fault):
    def incoming(self, line, message):
        return lines.TOO_LONG if line is not lines.TOO_LONG and len(line) > 1 << 19 else line


@breaks('R-1.4')
class IgnoresLongLines(Fault):
    def incoming(self, line, message):
        return None if line is lines.TOO_LONG else line


@breaks('R-1.4')
class SendsLongLines(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'initialize' and 'result' in message:
            self.host.emit({'jsonrpc': '2.0', 'method': 'later', 'params': {'padding': 'x' * (1 << 20)}})
        return [message]


@breaks('R-1.5')
class TakesBatches(Fault):
    def incoming(self, line, message):
        if isinstance(message, list) and message and isinstance(message[0], dict):
            self.error(None, 'method_not_found')
            return None
        return line


@breaks('R-1.6')
class GivesUpWhenBusy(Fault):
    def __init__(self):
        super().__init__()
        self.seen = {}

    def incoming(self, line, message):
        if method_of(message) == 'disconnect':
            name = str(params_of(message).get('instance'))
            self.seen[name] = self.seen.get(name, 0) + 1
            if self.seen[name] > 20:
                self.error(message['id'], 'limit_exceeded')
                return None
        return line


@breaks('R-1.7')
class RefusesLargeIds(Fault):
    def incoming(self, line, message):
        if isinstance(message, dict) and type(message.get('id')) is int and message['id'] >= 1 << 31:
            self.error(message['id'], 'invalid_request')
            return None
        return line


@breaks('R-1.8')
class RefusesUnknownMembers(Fault):
    def incoming(self, line, message):
        if isinstance(message, dict) and 'trace' in message:
            self.error(message['id'], 'invalid_request')
            return None
        return line


@breaks('R-1.9')
class IgnoresGarbage(Fault):
    def incoming(self, line, message):
        return None if line == b'garbage' else line


@breaks('R-1.9')
class DiesOfGarbage(Fault):
    def incoming(self, line, message):
        if line is not lines.TOO_LONG and line.startswith(b'\xff'):
            os._exit(1)
        return line


# ---- section 2

@breaks('R-2.1')
class ForgivesMissingVersion(Fault):
    def incoming(self, line, message):
        return {**message, 'jsonrpc': '2.0'} if isinstance(message, dict) and message.get('jsonrpc') == '1.0' else line


@breaks('R-2.2')
class AnswersTwice(Fault):
    def outgoing(self, message, request):
        return [message, message] if method_of(request) == 'metrics' else [message]


@breaks('R-2.2')
class AnswersStrangers(Fault):
    def outgoing(self, message, request):
        stranger = {'jsonrpc': '2.0', 'id': 987654321, 'result': {}}
        return [message, stranger] if method_of(request) == 'initialize' else [message]


@breaks('R-2.3')
class Overtakes(Fault):
    def incoming(self, line, message):
        if method_of(message) != 'disconnect':
            return line
        threading.Timer(0.05, lambda: dispatch.Dispatcher.receive(self.host, line)).start()
        return None


@breaks('R-2.4')
class InitializesTwice(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'initialize' and kind_of(message) == 'invalid_request':
            return [{'jsonrpc': '2.0', 'id': message['id'], 'result': {}}]
        return [message]


add('works_before_initialize', ['R-2.4'], forgive('not_initialized', 'metrics', {'values': {}}))


@breaks('R-2.5')
class AnswersNotifications(Fault):
    def incoming(self, line, message):
        if method_of(message) and 'id' not in message:
            self.error(None, 'method_not_found')
        return line


class WhileDelayed(Fault):
    """Something is dropped while a test_delay is on its way."""
    dropped_method = ''

    def __init__(self):
        super().__init__()
        self.running = {}  # id → instance

    def incoming(self, line, message):
        if method_of(message) == 'invoke' and params_of(message).get('operation') == 'test_delay':
            self.running[message['id']] = params_of(message).get('instance')
        if method_of(message) == self.dropped_method and self.applies(params_of(message)):
            return None
        return line

    def applies(self, params):
        return bool(self.running)

    def outgoing(self, message, request):
        self.running.pop(message.get('id'), None)
        return [message]


@breaks('R-2.6')
class OneCallAtATime(WhileDelayed):
    dropped_method = 'disconnect'


# ---- section 3

@breaks('R-3.1')
class NeverInitializes(Fault):
    def incoming(self, line, message):
        return None if method_of(message) == 'initialize' else line


@breaks('R-3.1')
class DiesAtStart(Fault):
    def at_start(self):
        os._exit(7)


@breaks('R-3.2')
class FailsAtShutdown(Fault):
    def at_shutdown(self):
        self.host.out.flush(5)
        os._exit(3)


@breaks('R-3.2')
class StaysAfterShutdown(Fault):
    def at_shutdown(self):
        threading.Event().wait()


@breaks('R-2.2', 'R-3.2')
class AnswersAfterShutdown(Fault):
    last = 0

    def incoming(self, line, message):
        if isinstance(message, dict) and type(message.get('id')) is int:
            self.last = message['id']
        return line

    def at_shutdown(self):
        self.host.emit({'jsonrpc': '2.0', 'id': self.last + 1, 'result': {}})


@breaks('R-3.3')
class OutlivesItsInput(Fault):
    def at_start(self):
        read = os.read
        os.read = lambda descriptor, size: read(descriptor, size) or threading.Event().wait()


@breaks('R-3.4')
class IgnoresTermination(Fault):
    def at_start(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


@breaks('R-3.5')
class LeavesAProcess(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'connect':
            subprocess.Popen(['sleep', '60'], start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return [message]


@breaks('R-3.6')
class ForgetsFatal(Fault):
    def outgoing(self, message, request):
        self.host._fatal = None
        return [message]


# ---- section 4

add('syncs_strangers', ['R-4.1'], forgive('unknown_instance', 'sync', {}))
add('works_when_disconnected', ['R-4.2'], forgive('not_connected', 'get_info', {'balance_sats': 0}))


@breaks('R-4.3', 'R-5.3', 'R-8.5')
class KeepsAbandonedNames(Fault):
    def __init__(self):
        super().__init__()
        self.connected, self.abandoned = set(), set()

    def incoming(self, line, message):
        method, name = method_of(message), str(params_of(message).get('instance')) if isinstance(message, dict) else ''
        if method == 'connect' and name in self.abandoned:
            self.error(message['id'], 'instance_exists')
            return None
        if method == 'destroy' and name in self.connected:
            self.abandoned.add(name)
        if method == 'disconnect':
            self.connected.discard(name)
        return line

    def outgoing(self, message, request):
        name = str(params_of(request).get('instance'))
        if method_of(request) == 'connect' and 'result' in message:
            self.connected.add(name)
        return [message]


@breaks('R-4.4')
class KeepsFailedInstances(Fault):
    def __init__(self):
        super().__init__()
        self.failed = set()

    def outgoing(self, message, request):
        method, name = method_of(request), str(params_of(request).get('instance'))
        if method == 'connect' and kind_of(message) == 'invalid_params':
            self.failed.add(name)
        if method == 'disconnect' and kind_of(message) == 'unknown_instance' and name in self.failed:
            return [{'jsonrpc': '2.0', 'id': message['id'], 'result': {}}]
        return [message]


@breaks('R-4.5')
class CountsRemovedListeners(Fault):
    added = 0

    def outgoing(self, message, request):
        if method_of(request) == 'add_listener' and 'result' in message:
            self.added += 1
        if method_of(request) == 'metrics' and 'result' in message:
            message['result']['values']['listeners'] = self.added
        return [message]


# ---- section 5

@breaks('R-5.1')
class TakesAnyDeadline(Fault):
    def incoming(self, line, message):
        if isinstance(message, dict) and params_of(message).get('deadline_ms') == 0:
            return {**message, 'params': {}}
        return line


@breaks('R-5.2')
class CallsLateFailures(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'invoke' and 'deadline_ms' in params_of(request):
            self.error(message['id'], 'internal_error')
            return []
        return [message]


@breaks('R-5.3')
class ForgetsPoisoned(WhileDelayed):
    dropped_method = 'destroy'

    def applies(self, params):
        return params.get('instance') in self.running.values()


@breaks('R-5.4')
class CollectsInTurn(WhileDelayed):
    dropped_method = 'collect_garbage'


@breaks('R-5.5')
class KeepsLateInstances(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'connect' and params_of(request).get('deadline_ms') == 1:
            self.error(message['id'], 'deadline_exceeded')
            return []
        return [message]


# ---- section 6

class ChangesError(Fault):
    def outgoing(self, message, request):
        if 'error' in message:
            self.change(message['error'], request)
        return [message]


@breaks('R-6.1')
class LeavesKindOut(ChangesError):
    def change(self, error, request):
        error['data'].pop('kind')


@breaks('R-6.1')
class InventsCodes(ChangesError):
    def change(self, error, request):
        if method_of(request) == 'connect' and error['code'] == -32602 and not params_of(request).get('network'):
            error['data']['kind'] = 'sdk_error'


@breaks('R-6.2')
class TellsAtLength(ChangesError):
    def change(self, error, request):
        if error['code'] == -32601:
            error['message'] = 'x' * 5000


@breaks('R-6.3')
class FailsOnUnknownMethods(ChangesError):
    def change(self, error, request):
        if error['code'] == -32601:
            error.update(code=-32603, data={'kind': 'internal_error', 'retryable': False})


@breaks('R-6.4')
class NamesNoParameter(ChangesError):
    def change(self, error, request):
        if error['code'] == -32602 and method_of(request) != 'initialize':
            error['message'] = 'wrong'


add('sends_anything', ['R-6.4'], forgive('invalid_params', 'list_payments', {'count': 0}))


# ---- section 7

@breaks('R-7.1')
class SpeaksEveryVersion(Fault):
    def incoming(self, line, message):
        if method_of(message) == 'initialize' and params_of(message).get('protocol', {}).get('major') == 99:
            return {**message, 'params': {'protocol': {'major': 1, 'minor': 0}}}
        return line


@breaks('R-7.2')
class LogsSeeds(Fault):
    def incoming(self, line, message):
        if method_of(message) == 'connect':
            print('connecting with', params_of(message).get('seed'), file=sys.stderr, flush=True)
        return line


@breaks('R-7.2')
class QuotesSeeds(ChangesError):
    def change(self, error, request):
        if method_of(request) == 'connect':
            error['data']['sdk_error'] = f'bad seed {params_of(request).get("seed")}'


add('undeclared_gauge', ['R-7.3'], change_answer('metrics', lambda r, p: r['values'].update(surprise=1)))
add('gauges_as_text', ['R-7.3'], change_answer('metrics', lambda r, p: r['values'].update(blocks='many')))
add('no_sdk', ['R-7.4'], change_answer('initialize', lambda r, p: r.pop('sdk')))
add('bad_gauge_name', ['R-7.4'], change_answer('initialize', lambda r, p: r['gauges'].append({'name': 'RSS', 'unit': 'bytes', 'kind': 'gauge'})))


@breaks('R-7.5')
class TakesAnySetting(Fault):
    def incoming(self, line, message):
        if method_of(message) == 'initialize' and isinstance(params_of(message).get('settings'), dict):
            message['params']['settings'].pop('no_such_setting_of_any_host', None)
            return message
        return line


@breaks('R-7.6')
class PadsShortSeeds(Fault):
    def incoming(self, line, message):
        if method_of(message) == 'connect' and len(str(params_of(message).get('seed'))) == 63:
            message['params']['seed'] += '0'
            return message
        return line


@breaks('R-7.7')
class ChangesIdentity(Fault):
    count = 0

    def outgoing(self, message, request):
        if method_of(request) == 'connect' and 'result' in message:
            self.count += 1
            message['result']['identity'] = f'somebody-{self.count}'
        return [message]


@breaks('R-7.8')
class ReusesListenerIds(Fault):
    last = ''

    def outgoing(self, message, request):
        if method_of(request) == 'add_listener' and 'result' in message:
            if params_of(request).get('capture_instance') is True:
                message['result']['listener'] = self.last
            self.last = message['result']['listener']
        return [message]


add('removes_nothing_gladly', ['R-7.9'], change_answer('remove_listener', lambda r, p: r.update(removed=True)))
add('balance_as_text', ['R-7.10'], change_answer('get_info', lambda r, p: r.update(balance_sats='1000')))
add('parses_without_type', ['R-7.11'], forgive('invalid_input', 'parse', {'kind': 'nothing'}))
add('needs_no_instance_to_parse', ['R-7.11'], forgive('invalid_input', 'parse', {}))
add('negative_live_bytes', ['R-7.12'], change_answer('collect_garbage', lambda r, p: r.update(live_bytes=-1)))
add('profile_elsewhere', ['R-7.13'], change_answer('heap_profile', lambda r, p: r.update(path='/etc/hostname')))
add('invokes_anything', ['R-7.14'], forgive('invalid_params', 'invoke', {'result': None}, lambda p: 'no_such' in str(p.get('operation'))))
add('no_fee', ['R-7.15'], change_answer('receive', lambda r, p: r.pop('fee_sats')))
add('prepares_another_amount', ['R-7.16'], change_answer('prepare_send', lambda r, p: r.update(amount_sats=r['amount_sats'] + 1)))
PAID = {'id': 'x', 'status': 'completed', 'direction': 'send', 'method': 'spark', 'amount_sats': 7, 'fee_sats': 1, 'timestamp': 1}
add('tokens_for_ever', ['R-7.17'], forgive('invalid_params', 'send', {'payment': PAID}, lambda p: isinstance(p.get('prepared'), str)))
add('payment_status', ['R-7.18'], change_answer('send', lambda r, p: r['payment'].update(status='done')))


@breaks('R-7.19')
class PaysTwice(Fault):
    def incoming(self, line, message):
        if method_of(message) == 'send':
            params_of(message).pop('idempotency_key', None)
            return message
        return line


add('list_without_payments', ['R-7.20'], change_answer('list_payments', lambda r, p: r.pop('payments', None)))
add('ignores_limit', ['R-7.20'], change_answer('list_payments', lambda r, p: r.update(count=r['count'] + 4)))


add('any_context', ['R-7.21'], forgive('invalid_params', 'connect', {}, lambda p: p.get('context') == 'a b'))
add('reaches_everything', ['R-7.22'], forgive('network_error', 'sync', {}))


# ---- section 8

@breaks('R-8.1')
class Floods(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'sync' and 'result' in message and not getattr(self, 'done', False):
            self.done = True
            log = json.dumps({'jsonrpc': '2.0', 'method': 'log', 'params': {'level': 'info', 'message': 'flood'}}).encode() + b'\n'
            self.host.out.send(log * 8000)
        return [message]


class ChangesNotification(Fault):
    def outgoing(self, message, request):
        if message.get('method') == self.name:
            self.change(message['params'])
        return [message]


@breaks('R-8.2')
class EventsWithoutType(ChangesNotification):
    name = 'event'

    def change(self, params):
        params.pop('type')


@breaks('R-8.2')
class TellsOneListener(Fault):
    told = False

    def incoming(self, line, message):
        if method_of(message) == 'sync':
            self.told = False
        return line

    def outgoing(self, message, request):
        if message.get('method') != 'event':
            return [message]
        told, self.told = self.told, True
        return [] if told else [message]


@breaks('R-8.3')
class LogsWithoutLevel(ChangesNotification):
    name = 'log'

    def change(self, params):
        params.pop('level')


@breaks('R-8.4')
class OutOfBandNumbers(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'connect':
            self.host.emit({'jsonrpc': '2.0', 'method': 'out_of_band_error', 'params': {'message': 7}})
        return [message]


@breaks('R-8.5')
class TellsRemovedListeners(Fault):
    def __init__(self):
        super().__init__()
        self.removed = {}

    def outgoing(self, message, request):
        name = params_of(request).get('instance')
        if method_of(request) == 'remove_listener' and message.get('result', {}).get('removed'):
            self.removed[name] = params_of(request)['listener']
        if message.get('method') == 'event' and message['params']['instance'] in self.removed:
            params = message['params']
            return [{**message, 'params': {**params, 'listener': self.removed[params['instance']]}}, message]
        return [message]


# ---- no fault, but hard to bear

@breaks()
class FloodsStandardError(Fault):
    def at_start(self):
        sys.stderr.write('a line of a very talkative library\n' * 100_000)
        sys.stderr.flush()

    def incoming(self, line, message):
        sys.stderr.write('debug ' * 2000 + '\n')
        sys.stderr.flush()
        return line


@breaks()
class TellsOutOfBandErrors(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'connect':
            self.host.emit({'jsonrpc': '2.0', 'method': 'out_of_band_error', 'params': {'message': 'a task failed'}})
        return [message]


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else 'none'
    if name == '--list':
        print(json.dumps({fault: sorted(rules) for fault, (_, rules) in FAULTS.items()}))
        return
    FaultyDispatcher.fault = FAULTS[name][0]()
    process.serve(WalletSdk(), FaultyDispatcher, close_seconds=0.3)


if __name__ == '__main__':
    main()
