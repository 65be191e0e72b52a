"""SPEC, section 3."""
import os
import signal
import subprocess
import threading

from .fault import Fault, breaks, method_of


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
