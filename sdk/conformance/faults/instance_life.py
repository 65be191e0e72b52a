"""SPEC, sections 4 and 5."""

from .fault import Fault, WhileDelayed, add, breaks, forgive, kind_of, method_of, params_of


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
