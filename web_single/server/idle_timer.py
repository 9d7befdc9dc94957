"""Deadline: until when something must come on a connection; to set and to lift it costs no timer."""

import asyncio
from collections.abc import Callable


class IdleTimer:
    """One timer that looks at the deadline when it rings; a timer made and cancelled for each request costs more."""

    __slots__ = ("_at", "_loop", "_on_passed", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, on_passed: Callable[[], None]) -> None:
        self._loop = loop
        self._on_passed = on_passed
        self._at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        """Whether something must come."""
        return self._at is not None

    def set(self, seconds: float) -> None:
        """Let `on_passed` be called in so many seconds, unless this is lifted or set again before."""
        self._at = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._at:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._at, self._fire)

    def cancel(self) -> None:
        """Let nothing happen."""
        self._at = None

    def end(self) -> None:
        """Let nothing happen any more."""
        self.cancel()
        if self._timer is not None:
            self._timer.cancel()

    def _fire(self) -> None:
        self._timer = None
        if self._at is None:
            return
        if self._at > self._loop.time():  # it was lifted, and set again
            self._timer = self._loop.call_at(self._at, self._fire)
            return
        self._at = None
        self._on_passed()
