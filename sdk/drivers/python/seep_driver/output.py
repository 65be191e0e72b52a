"""The protocol's way out: whole lines, one writer thread, bounded.

Answers wait for room, which stops the reading of requests; notifications are dropped and counted when more than
1,000 a second come (R-8.1) or the reader is behind.
"""
import os
import threading
import time

MAX_QUEUED_BYTES = 4 << 20
MAX_NOTIFICATIONS_A_SECOND = 1000


class Output:
    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._lines = []
        self._bytes = 0
        self._writing = False
        self._closed = False
        self._changed = threading.Condition()
        self._window, self._in_window = time.monotonic(), 0
        self.dropped = 0
        threading.Thread(target=self._write, name='seep-output', daemon=True).start()

    def send(self, line):
        with self._changed:
            while self._bytes >= MAX_QUEUED_BYTES and not self._closed:
                self._changed.wait()
            self._put(line)

    def notify(self, line):
        with self._changed:
            now = time.monotonic()
            if now - self._window >= 1:
                self._window, self._in_window = now, 0
            if self._in_window >= MAX_NOTIFICATIONS_A_SECOND or self._bytes >= MAX_QUEUED_BYTES:
                self.dropped += 1
                return
            self._in_window += 1
            self._put(line)

    def flush(self, seconds):
        """Whether all was written in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or not (self._lines or self._writing), seconds)

    def _put(self, line):
        if self._closed:
            return
        self._lines.append(line)
        self._bytes += len(line)
        self._changed.notify_all()

    def _write(self):
        while True:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
                while not self._lines:
                    self._changed.wait()
                data, self._lines, self._bytes, self._writing = b''.join(self._lines), [], 0, True
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(self._descriptor, view):]
            except OSError:  # nobody reads any more; the end of our input will end us
                with self._changed:
                    self._closed, self._lines, self._bytes, self._writing = True, [], 0, False
                    self._changed.notify_all()
                return
