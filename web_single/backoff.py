"""Exponential backoff: the delay before each retry."""

import time
from dataclasses import dataclass, field

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 10.0
HEALTHY_SECONDS = 60.0


@dataclass
class Backoff:
    """Computes retry delays that double from 0.1 to 10 seconds; they restart after 60 seconds without a retry."""

    _next_seconds: float = FIRST_SECONDS
    _asked_at: float = field(default_factory=time.monotonic)

    def next_seconds(self) -> float:
        """Return the seconds to wait before this retry, and double the next delay."""
        if time.monotonic() - self._asked_at > HEALTHY_SECONDS:
            self._next_seconds = FIRST_SECONDS
        seconds = self._next_seconds
        self._next_seconds = min(2 * seconds, LONGEST_SECONDS)
        self._asked_at = time.monotonic()
        return seconds

    def forget(self) -> None:
        """Reset the delay to 0.1 seconds after a success."""
        self._next_seconds = FIRST_SECONDS
