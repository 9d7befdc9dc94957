"""Schedule: when requests are due in an open loop, whatever becomes of those before."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Requests at even distances, the first at once, until the time is over; times are seconds from the start."""

    rate: float
    seconds: float

    @property
    def count(self) -> int:
        """Return how many there are in all."""
        return math.ceil(self.rate * self.seconds)

    def due_at(self, index: int) -> float:
        """Return when one is due, the first being number 0."""
        return index / self.rate

    def due_by(self, elapsed: float) -> int:
        """Return how many are due by then."""
        return 0 if elapsed < 0 else min(self.count, math.floor(elapsed * self.rate) + 1)


def percentile(ordered: list[float], share: float) -> float:
    """Return the least value that at least this share of the ordered values does not exceed; 0 of none."""
    if not ordered:
        return 0.0
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
