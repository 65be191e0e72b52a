"""SPEC, section 8; and what is no fault, but hard to bear."""
import json
import sys

from .fault import Fault, ChangesNotification, breaks, method_of, params_of


@breaks('R-8.1')
class Floods(Fault):
    def outgoing(self, message, request):
        if method_of(request) == 'sync' and 'result' in message and not getattr(self, 'done', False):
            self.done = True
            log = json.dumps({'jsonrpc': '2.0', 'method': 'log', 'params': {'level': 'info', 'message': 'flood'}}).encode() + b'\n'
            self.host.out.send(log * 8000)
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
