"""A pending write: decides between commit and abandonment, and limits the time of a write."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from web_single.errors import DatabaseUnavailableError, ModelUnavailableError, UnavailableError


class AbandonedError(Exception):
    """The request of this write already has its response; nothing is committed."""


class PendingWrite:
    """The state and the deadline of one write.

    The writer thread starts the commit, or the request abandons the write. Both may try at the same time; exactly one
    succeeds. The timeout is that of the database, except during a prediction in the writer thread: then it is that of
    the model, and the timeout of the database restarts after the prediction.
    """

    def __init__(self, *, write_timeout_seconds: float, predict_timeout_seconds: float) -> None:
        self._write_timeout_seconds = write_timeout_seconds
        self._predict_timeout_seconds = predict_timeout_seconds
        self._decision = Lock()  # acquired by the side that decides, and never released
        self._is_predicting = False
        self._deadline = time.monotonic() + write_timeout_seconds

    def begin_commit(self) -> None:
        """Mark the write as committing; raise AbandonedError if it is already abandoned."""
        if not self._decision.acquire(blocking=False):
            raise AbandonedError

    def abandon(self) -> bool:
        """Abandon the write; return False if it is already decided, for example because its commit has started."""
        return self._decision.acquire(blocking=False)

    def check_pending(self) -> None:
        """Raise AbandonedError if the write is abandoned."""
        if self._decision.locked():
            raise AbandonedError

    @contextmanager
    def predicting(self) -> Iterator[None]:
        """Use the timeout of the model within the context, and restart the timeout of the database after it."""
        self._deadline, self._is_predicting = time.monotonic() + self._predict_timeout_seconds, True
        try:
            yield
        finally:
            self._deadline, self._is_predicting = time.monotonic() + self._write_timeout_seconds, False

    def seconds_to_next_check(self) -> float:
        """Return the seconds until the deadline must be checked again; 0 or less if it has passed.

        A prediction that ends in the meantime moves the deadline to a later time than the returned one.
        """
        return min(self._deadline - time.monotonic(), self._write_timeout_seconds, self._predict_timeout_seconds)

    def timeout_error(self) -> UnavailableError:
        """Return the error for a request that has timed out."""
        if self._is_predicting:
            return ModelUnavailableError(f"The model did not answer in {self._predict_timeout_seconds:g} seconds.")
        return DatabaseUnavailableError(f"The database did not answer in {self._write_timeout_seconds:g} seconds.")


class WriteTimer:
    """Cancels the future of a write when its deadline has passed.

    It replaces `asyncio.wait`, which needs one more pass of the event loop: with it, one client gets 8 % fewer
    responses. A closure in place of this class would leave a reference cycle to collect for each write.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, write: PendingWrite, future: asyncio.Future[Any]) -> None:
        self.has_cancelled = False
        self._loop = loop
        self._write = write
        self._future = future
        self._check_later()

    def stop(self) -> None:
        """Cancel the timer, and delete it to break its reference cycle with this object."""
        self._timer.cancel()
        del self._timer

    def _check_later(self) -> None:
        self._timer = self._loop.call_later(self._write.seconds_to_next_check(), self._check)

    def _check(self) -> None:
        if self._write.seconds_to_next_check() > 0:
            self._check_later()
        else:
            self.has_cancelled = self._future.cancel()
