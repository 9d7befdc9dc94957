"""Timing of a compiled model and the model process by batch size, measured at build time."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
ROUNDS = 5
SIZE_SECONDS = 0.5  # no further round of a batch size starts after this time
CALL_SECONDS = 0.05  # maximum duration of one call of the compiled model

Rows = Sequence[Sequence[Any]]
Compiled = Callable[[Rows], object]
Model = Callable[[Rows], Awaitable[object]]


@dataclass(frozen=True)
class BatchTiming:
    """The shortest times, in seconds, of the compiled model and the model process for a batch of `rows` rows."""

    rows: int
    compiled_seconds: float
    model_seconds: float

    @property
    def is_faster(self) -> bool:
        """Whether the compiled model was faster."""
        return self.compiled_seconds < self.model_seconds


@dataclass(frozen=True)
class Timings:
    """The timings by increasing batch size, up to the first size at which the compiled model was not faster."""

    batches: tuple[BatchTiming, ...] = ()

    @property
    def max_rows(self) -> int:
        """The largest batch size, in rows, at which the compiled model was faster; 0 if there is none."""
        return max((batch.rows for batch in self.batches if batch.is_faster), default=0)

    @property
    def rows_per_call(self) -> int:
        """The maximum number of rows per call of the compiled model, so that a call takes at most CALL_SECONDS."""
        if not self.batches:
            return SIZES[-1]
        last = self.batches[-1]
        return max(1, int(last.rows * CALL_SECONDS / last.compiled_seconds))

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        """Return the timings from JSON-compatible values."""
        return cls(tuple(BatchTiming(**batch) for batch in plain["batches"]))


async def measure(compiled: Compiled, model: Model, rows: Rows) -> Timings:
    """Return the timings of batches of `rows`, which are repeated if a batch is larger."""
    batches: list[BatchTiming] = []
    while rows and len(batches) < len(SIZES) and (not batches or batches[-1].is_faster):
        batches.append(await measure_batch(compiled, model, rows, SIZES[len(batches)]))
    return Timings(tuple(batches))


async def measure_batch(compiled: Compiled, model: Model, rows: Rows, size: int) -> BatchTiming:
    """Return the timing of one batch size: the shortest of up to ROUNDS alternating rounds.

    The shortest time is the least disturbed by other processes. Alternating exposes both models to the same load.
    """
    times: list[tuple[float, float]] = []
    end = time.perf_counter() + SIZE_SECONDS
    while len(times) < ROUNDS and (not times or time.perf_counter() < end):
        batch = [rows[(len(times) * size + at) % len(rows)] for at in range(size)]
        start = time.perf_counter()
        compiled(batch)
        middle = time.perf_counter()
        await model(batch)
        times.append((middle - start, time.perf_counter() - middle))
    return BatchTiming(size, *map(min, zip(*times, strict=True)))
