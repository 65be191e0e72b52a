"""Cuts a stream of bytes into lines (SPEC R-1.1, R-1.4)."""

MAX_LINE_BYTES = 1 << 20  # with the line feed
TOO_LONG = object()


class LineReader:
    """Keeps at most one line in memory: a longer one is reported once, as TOO_LONG, and skipped to its line feed."""

    def __init__(self, max_line_bytes=MAX_LINE_BYTES):
        self._max = max_line_bytes
        self._kept = bytearray()
        self._skipping = False

    def feed(self, chunk):
        """Yields the finished lines, without their ends and without empty ones."""
        start = 0
        while True:
            end = chunk.find(b'\n', start)
            if end < 0:
                break
            part, start = chunk[start:end], end + 1
            if self._skipping:
                self._skipping = False
                continue
            if self._kept:
                self._kept += part
                part = bytes(self._kept)
                self._kept.clear()
            if len(part) + 1 > self._max:
                yield TOO_LONG
                continue
            part = part[:-1] if part.endswith(b'\r') else part
            if part:
                yield part
        if self._skipping:
            return
        self._kept += chunk[start:]
        if len(self._kept) + 1 > self._max:
            self._kept.clear()
            self._skipping = True
            yield TOO_LONG
