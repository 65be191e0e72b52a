"""What Python can tell of its own memory. Cheap enough for every sample."""
import gc
import os
import sys
import threading
import tracemalloc


class RuntimeGauges:
    """`blocks` is what the small-object allocator has given out. `heap_allocated`, exact bytes, needs tracemalloc, which
    costs about half of the speed; therefore it is opt-in: SEEP_TRACEMALLOC=1."""

    def __init__(self):
        self._collections = 0
        if os.environ.get('SEEP_TRACEMALLOC') == '1':
            tracemalloc.start(int(os.environ.get('SEEP_TRACEMALLOC_FRAMES', '4')))
        gc.callbacks.append(self._collected)

    def _collected(self, phase, _info):
        self._collections += phase == 'stop'

    @staticmethod
    def declared():
        gauges = {'gc_tracked': ('count', 'gauge'), 'blocks': ('count', 'gauge'), 'gc_count': ('count', 'counter'),
                  'gc_uncollectable': ('count', 'gauge'), 'threads_alive': ('count', 'gauge')}
        if tracemalloc.is_tracing():
            gauges['heap_allocated'] = ('bytes', 'gauge')
        return gauges

    def read(self):
        values = {
            # Walking every object would cost milliseconds, so that figure is renewed by each collect_garbage only.
            'gc_tracked': self.tracked, 'blocks': sys.getallocatedblocks(), 'gc_count': self._collections,
            'gc_uncollectable': len(gc.garbage), 'threads_alive': threading.active_count(),
        }
        if tracemalloc.is_tracing():
            values['heap_allocated'] = tracemalloc.get_traced_memory()[0]
        return values

    tracked = None  # objects the collector watches, counted at the last collect_garbage

    def collect(self):
        """A full collection; → live bytes, when known."""
        gc.collect()
        self.tracked = len(gc.get_objects())
        return tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else None


def write_heap_profile(directory):
    """tracemalloc's snapshot as text, largest first; only while it runs."""
    path = os.path.join(directory, f'heap-{os.getpid()}-{gc.get_count()[2]}.txt')
    lines = tracemalloc.take_snapshot().statistics('traceback')
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w', encoding='utf-8') as out:
        for entry in lines[:2000]:
            out.write(f'{entry.size} bytes in {entry.count} blocks\n')
            out.writelines(f'    {frame.filename}:{frame.lineno}\n' for frame in entry.traceback)
    return path
