"""The host's process: descriptors, signals, its end (SPEC, section 3)."""
import os
import select
import signal
import sys
import threading

from .dispatch import Dispatcher
from .lines import LineReader
from .output import Output

CLOSE_SECONDS = 3
FLUSH_SECONDS = 1
READ_BYTES = 1 << 16


def take_descriptors():
    """(input, output) of the protocol, moved out of the SDK's way: whatever prints to standard output, even native code,
    prints to standard error from now on (R-1.3)."""
    protocol_in, protocol_out = os.dup(0), os.dup(1)  # not inherited by the SDK's children
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return protocol_in, protocol_out


def wake_on_signals():
    """A descriptor that becomes readable with a signal: the kernel may give it to another thread than the one that reads,
    and Python runs handlers on the main thread only."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable


def serve(sdk, dispatcher_class=Dispatcher, close_seconds=CLOSE_SECONDS):
    """Speaks the protocol until shutdown, the end of input or SIGTERM, and then ends the process."""
    wakeup = wake_on_signals()
    # Gone means gone: what is open is not worth a second of waiting.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C reaches us too; the agent decides when we end
    protocol_in, protocol_out = take_descriptors()
    output = Output(protocol_out)
    dispatcher = dispatcher_class(sdk, output)
    threading.excepthook = lambda failed: dispatcher.notify(
        'out_of_band_error', {'message': f'{failed.exc_type.__name__}: {failed.exc_value}'[:1000]})
    lines = LineReader()
    while True:
        if wakeup in select.select([protocol_in, wakeup], [], [])[0]:
            os.read(wakeup, 64)
            continue
        chunk = os.read(protocol_in, READ_BYTES)
        if not chunk:
            os._exit(0)
        for line in lines.feed(chunk):
            if not dispatcher.receive(line):
                dispatcher.close(close_seconds)
                output.flush(FLUSH_SECONDS)
                os._exit(0)  # the SDK's threads may still run; nobody waits for them
