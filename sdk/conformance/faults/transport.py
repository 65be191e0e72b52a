"""SPEC, section 1."""
import json
import os
import sys

from seep_driver import lines
from .fault import Fault, breaks, method_of, params_of


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
