"""SPEC, sections 6 and 7."""
import sys

from .fault import Fault, ChangesError, add, breaks, change_answer, forgive, method_of, params_of


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
