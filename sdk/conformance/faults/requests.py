"""SPEC, section 2."""
import threading

from seep_driver import dispatch
from .fault import Fault, WhileDelayed, add, breaks, change_answer, forgive, kind_of, method_of, params_of


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


@breaks('R-2.6')
class OneCallAtATime(WhileDelayed):
    dropped_method = 'disconnect'


@breaks('R-2.7')
class OverlapsUndeclared(WhileDelayed):
    """A call on an instance that is occupied is answered at once."""
    def incoming(self, line, message):
        if method_of(message) == 'invoke' and params_of(message).get('instance') in self.running.values():
            self.host.emit({'jsonrpc': '2.0', 'id': message['id'], 'result': {}})
            return None
        return super().incoming(line, message)


add('declares_overlap_and_has_none', ['R-2.7'], change_answer('initialize', lambda result, _: result['capabilities'].append('concurrent_calls')))
