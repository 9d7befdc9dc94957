"""Idle timer of a connection: a deadline that is cheap to set and to cancel."""

import asyncio
from collections.abc import Callable


class IdleTimer:
    """A deadline checked by one reused timer: creating and cancelling a timer for each request costs more."""

    __slots__ = ("_at", "_loop", "_on_passed", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, on_passed: Callable[[], None]) -> None:
        self._loop = loop
        self._on_passed = on_passed
        self._at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        """Whether a deadline is set."""
        return self._at is not None

    def set(self, seconds: float) -> None:
        """Call `on_passed` after this many seconds, unless the deadline is cancelled or set again before."""
        self._at = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._at:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._at, self._fire)

    def cancel(self) -> None:
        """Remove the deadline; the timer keeps running for the next one."""
        self._at = None

    def end(self) -> None:
        """Remove the deadline and cancel the timer."""
        self.cancel()
        if self._timer is not None:
            self._timer.cancel()

    def _fire(self) -> None:
        self._timer = None
        if self._at is None:
            return
        if self._at > self._loop.time():  # the deadline was cancelled and set again
            self._timer = self._loop.call_at(self._at, self._fire)
            return
        self._at = None
        self._on_passed()
