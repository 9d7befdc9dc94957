"""Batch pacing: decides whether the next model call waits for the current commit."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager


class BatchPacing:
    """Measures the latest model call, and the latest commit including responses and reading of new requests.

    If the commit takes less time than the model call, waiting for it puts all clients into one batch instead of two.
    """

    def __init__(self) -> None:
        self._predicting_seconds = 0.0
        self._answering_seconds = math.inf

    def should_wait_for_commit(self) -> bool:
        """Return whether the next model call should wait for the current commit."""
        return self._answering_seconds < self._predicting_seconds

    @contextmanager
    def predicting(self) -> Iterator[None]:
        """Measure the duration of a model call."""
        start = time.perf_counter()
        yield
        self._predicting_seconds = time.perf_counter() - start

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Measure the duration of a commit, of its responses and of reading the next requests."""
        start = time.perf_counter()
        yield
        self._answering_seconds = time.perf_counter() - start
