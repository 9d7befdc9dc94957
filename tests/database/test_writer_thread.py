"""WriterThread: one work after the other, and nothing kept of what was cancelled."""

import gc
import threading
import weakref

from web_single.database.writer_thread import WriterThread


class Rows(list[float]):
    """Rows that a weak reference can watch."""


def test_a_write_that_was_cancelled_keeps_nothing_while_the_thread_is_blocked() -> None:
    writer, release = WriterThread("writer"), threading.Event()
    blocked = writer.submit(release.wait)
    rows = Rows([1.0])
    abandoned = writer.submit(len, rows)
    kept = weakref.ref(rows)
    del rows
    assert abandoned.cancel()
    gc.collect()
    assert kept() is None
    release.set()
    assert blocked.result() is True
    assert writer.submit(len, [1, 2]).result() == 2
    assert writer.close(10)
