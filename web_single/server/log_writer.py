"""Logging to stderr from a background thread, so that a stalled reader blocks no request."""

import io
import os
import select
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import TextIO

from web_single.logging import Event, get_logger

MAX_QUEUED_BYTES = 4 * 2**20
COLLECT_SECONDS = 0.01  # waking the thread for each line would take the GIL from the event loop each time
FLUSH_SECONDS = 2

log = get_logger()


class LogWriter(io.TextIOBase):
    """A text stream that queues text for a writer thread; text that exceeds the queue is dropped and counted.

    Lines keep their order. The number of dropped lines is logged as soon as writing works again.
    """

    def __init__(self, stream: TextIO, *, max_queued_bytes: int = MAX_QUEUED_BYTES) -> None:
        self._stream = stream
        self._descriptor = stream.fileno()
        self._max_queued_bytes = max_queued_bytes
        self._lock = threading.RLock()  # reentrant: a finalizer may write a warning while the lock is held
        self._wake = threading.Event()
        self._texts: list[str] = []
        self._queued_bytes = 0
        self._dropped = 0
        self._is_closing = False
        self._thread = threading.Thread(target=copy_context().run, args=[self._run], name="log-writer", daemon=True)
        self._thread.start()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # the base class has a plain attribute
        """The encoding of the stream."""
        return self._stream.encoding

    def isatty(self) -> bool:
        """Return whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the file descriptor that the thread writes to."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Queue text, usually one line, or drop it if the queue is full; return its length in characters."""
        if self._is_closing and not self._thread.is_alive():
            return self._stream.write(text)
        size = sys.getsizeof(text)
        with self._lock:
            is_full = self._queued_bytes + size > self._max_queued_bytes
            if is_full and threading.current_thread() is not self._thread:
                self._dropped += 1
                return len(text)
            self._texts.append(text)
            self._queued_bytes += size
        if not self._wake.is_set():
            self._wake.set()
        return len(text)

    def stop(self, *, timeout_seconds: float) -> bool:
        """Write the queued text and stop the thread; return whether this finished within the timeout."""
        self._is_closing = True
        self._wake.set()
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while self._texts or not self._is_closing:
            self._wake.wait()
            if not self._is_closing:
                time.sleep(COLLECT_SECONDS)
            self._wake.clear()
            self._write_queued()

    def _write_queued(self) -> None:
        with self._lock:
            texts, self._texts, self._queued_bytes = self._texts, [], 0
            dropped, self._dropped = self._dropped, 0
        lost = sum(count for data, count in self._joined(texts) if not self._write_all(data))
        if dropped and not lost:
            log.warning(Event.LOG_LINES_DROPPED, lines=dropped)
        else:
            with self._lock:
                self._dropped += dropped + lost

    def _joined(self, texts: Iterable[str]) -> Iterator[tuple[bytes, int]]:
        """Yield joined lines and their count, up to `PIPE_BUF` bytes: such writes are atomic among the workers."""
        joined, count = b"", 0
        for text in texts:
            data = text.encode(self.encoding, "backslashreplace")
            if joined and len(joined) + len(data) > select.PIPE_BUF:
                yield joined, count
                joined, count = b"", 0
            joined, count = joined + data, count + 1
        if joined:
            yield joined, count

    def _write_all(self, data: bytes) -> bool:
        """Write all data, blocking if necessary; return False on an error such as a full disk or a closed pipe."""
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:  # another process has made the shared pipe or terminal non-blocking
                select.select([], [self._descriptor], [])
            except OSError:
                return False
        return True


@contextmanager
def stderr_in_background(*, max_queued_bytes: int = MAX_QUEUED_BYTES) -> Iterator[None]:
    """Write `sys.stderr` from a background thread: log lines, warnings, tracebacks.

    At the end, all text is written and `sys.stderr` is restored. If the reader stalls for `FLUSH_SECONDS`, the
    replacement stays in place, because a write to the original would block.
    """
    stream = sys.stderr
    try:
        writer = LogWriter(stream, max_queued_bytes=max_queued_bytes)
    except (AttributeError, OSError):  # stderr is missing or has no file descriptor
        yield
        return
    sys.stderr = writer
    try:
        yield
    finally:
        if writer.stop(timeout_seconds=FLUSH_SECONDS):
            sys.stderr = stream
