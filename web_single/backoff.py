"""How long to wait before the next try of what failed."""

import time
from dataclasses import dataclass, field

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 10.0
HEALTHY_SECONDS = 60.0


@dataclass
class Backoff:
    """Doubles from a tenth of a second to ten; a minute without asking is health, and starts it again."""

    _next_seconds: float = FIRST_SECONDS
    _asked_at: float = field(default_factory=time.monotonic)

    def next_seconds(self) -> float:
        """Return the seconds to wait before this try."""
        if time.monotonic() - self._asked_at > HEALTHY_SECONDS:
            self._next_seconds = FIRST_SECONDS
        seconds = self._next_seconds
        self._next_seconds = min(2 * seconds, LONGEST_SECONDS)
        self._asked_at = time.monotonic()
        return seconds

    def forget(self) -> None:
        """Start again from a tenth of a second: what was tried has worked."""
        self._next_seconds = FIRST_SECONDS
