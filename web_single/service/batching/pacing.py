"""Pace: whether the model should wait for a commit that is going on."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager


class BatchPacing:
    """How long the model takes for a batch, and how long it takes to commit, answer and hear the next requests.

    While the second is the shorter one, a call that waits for it serves all clients by one call instead of two.
    """

    def __init__(self) -> None:
        self._predicting_seconds = 0.0
        self._answering_seconds = math.inf

    def should_wait_for_commit(self) -> bool:
        """Tell whether the model should wait for the commit that is going on."""
        return self._answering_seconds < self._predicting_seconds

    @contextmanager
    def predicting(self) -> Iterator[None]:
        """Take the time of a call of the model."""
        start = time.perf_counter()
        yield
        self._predicting_seconds = time.perf_counter() - start

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Take the time of a commit and of what follows from it."""
        start = time.perf_counter()
        yield
        self._answering_seconds = time.perf_counter() - start
