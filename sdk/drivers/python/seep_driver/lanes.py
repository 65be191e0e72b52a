"""One thread for each instance: its calls run in the order they arrived, beside those of other instances (R-2.3)."""
import queue
import threading


class Lane:
    """Threads: put from the reader's; `run` items on its own, which ends with close()."""

    def __init__(self, name):
        self._queue = queue.SimpleQueue()
        self.pending = 0  # under the dispatcher's lock
        self.thread = threading.Thread(target=self._work, name=f'seep-{name}'[:15], daemon=True)
        self.thread.start()

    def put(self, task):
        self._queue.put(task)

    def close(self):
        self._queue.put(None)

    def _work(self):
        while True:
            task = self._queue.get()
            if task is None:
                return
            task()
            del task  # or the last call's parameters would live until the next
