"""What a fault is, the table of all faults, and the commonest ways to break an answer."""

from seep_driver import CODES


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


class ChangesError(Fault):
    def outgoing(self, message, request):
        if 'error' in message:
            self.change(message['error'], request)
        return [message]


class ChangesNotification(Fault):
    def outgoing(self, message, request):
        if message.get('method') == self.name:
            self.change(message['params'])
        return [message]
