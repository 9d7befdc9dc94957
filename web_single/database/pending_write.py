"""PendingWrite: one write, which is either committed or abandoned, and the time that its request still has."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from web_single.errors import DatabaseUnavailableError, ModelUnavailableError, UnavailableError


class AbandonedError(Exception):
    """The request of this write has its response already: nothing is committed."""


class PendingWrite:
    """A write is decided once: the writer thread begins its commit, or its request abandons it.

    Both may try at the same time; exactly one of them succeeds. The deadline is that of the database, except while a
    prediction is computed in the writer thread: then it is that of the model, and the database's time starts anew
    when the prediction is there.
    """

    def __init__(self, *, write_timeout_seconds: float, predict_timeout_seconds: float) -> None:
        self._write_timeout_seconds = write_timeout_seconds
        self._predict_timeout_seconds = predict_timeout_seconds
        self._decision = Lock()  # acquired by the side that decides, and never released
        self._is_predicting = False
        self._deadline = time.monotonic() + write_timeout_seconds

    def begin_commit(self) -> None:
        """Decide that the write is committed; raise AbandonedError where it was abandoned before."""
        if not self._decision.acquire(blocking=False):
            raise AbandonedError

    def abandon(self) -> bool:
        """Return whether the write will not be committed; False where its commit has begun before."""
        return self._decision.acquire(blocking=False)

    def check_pending(self) -> None:
        """Raise AbandonedError where the write was abandoned."""
        if self._decision.locked():
            raise AbandonedError

    @contextmanager
    def predicting(self) -> Iterator[None]:
        """Count the time of this block as the model's, and start the database's time after it."""
        self._deadline, self._is_predicting = time.monotonic() + self._predict_timeout_seconds, True
        try:
            yield
        finally:
            self._deadline, self._is_predicting = time.monotonic() + self._write_timeout_seconds, False

    def seconds_to_next_check(self) -> float:
        """Return after how many seconds to look at the deadline (again); 0 or less where it has passed.

        A prediction that ends later than now moves the deadline to a time that is later than the returned one.
        """
        return min(self._deadline - time.monotonic(), self._write_timeout_seconds, self._predict_timeout_seconds)

    def timeout_error(self) -> UnavailableError:
        """Return the error for a request whose time is up."""
        if self._is_predicting:
            return ModelUnavailableError(f"The model did not answer in {self._predict_timeout_seconds:g} seconds.")
        return DatabaseUnavailableError(f"The database did not answer in {self._write_timeout_seconds:g} seconds.")


class WriteTimer:
    """Cancels the future of a write when its deadline has passed.

    One timer for each write, since `asyncio.wait` takes one more pass of the event loop: with it, one client gets 8 %
    fewer responses. A closure in place of this class would be a reference cycle, and garbage, for each write.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, write: PendingWrite, future: asyncio.Future[Any]) -> None:
        self.has_cancelled = False
        self._loop = loop
        self._write = write
        self._future = future
        self._check_later()

    def stop(self) -> None:
        """Stop the timer, and release it: it refers to this object."""
        self._timer.cancel()
        del self._timer

    def _check_later(self) -> None:
        self._timer = self._loop.call_later(self._write.seconds_to_next_check(), self._check)

    def _check(self) -> None:
        if self._write.seconds_to_next_check() > 0:
            self._check_later()
        else:
            self.has_cancelled = self._future.cancel()
