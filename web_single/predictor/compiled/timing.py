"""Timing: for which batches the compiled model is faster than the model process, measured when it is built."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
ROUNDS = 5
SIZE_SECONDS = 0.5  # after which a size gets no further round
CALL_SECONDS = 0.05  # that one call of the compiled model should take at most

Rows = Sequence[Sequence[Any]]
Compiled = Callable[[Rows], object]
Model = Callable[[Rows], Awaitable[object]]


@dataclass(frozen=True)
class BatchTiming:
    """The shortest time that a batch of `rows` rows took the compiled model, and the model process, in seconds."""

    rows: int
    compiled_seconds: float
    model_seconds: float

    @property
    def is_faster(self) -> bool:
        """Whether the compiled model was the faster one."""
        return self.compiled_seconds < self.model_seconds


@dataclass(frozen=True)
class Timings:
    """The timings of growing batches, up to the first one for which the compiled model was not faster."""

    batches: tuple[BatchTiming, ...] = ()

    @property
    def max_rows(self) -> int:
        """The largest batch for which the compiled model was measured to be faster; 0 where it never was."""
        return max((batch.rows for batch in self.batches if batch.is_faster), default=0)

    @property
    def rows_per_call(self) -> int:
        """How many rows one call of the compiled model should hold at most, so that it takes CALL_SECONDS."""
        if not self.batches:
            return SIZES[-1]
        last = self.batches[-1]
        return max(1, int(last.rows * CALL_SECONDS / last.compiled_seconds))

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        """Return the timings in plain values."""
        return cls(tuple(BatchTiming(**batch) for batch in plain["batches"]))


async def measure(compiled: Compiled, model: Model, rows: Rows) -> Timings:
    """Return timings of batches of these rows, which are repeated where a batch needs more of them."""
    batches: list[BatchTiming] = []
    while rows and len(batches) < len(SIZES) and (not batches or batches[-1].is_faster):
        batches.append(await measure_batch(compiled, model, rows, SIZES[len(batches)]))
    return Timings(tuple(batches))


async def measure_batch(compiled: Compiled, model: Model, rows: Rows, size: int) -> BatchTiming:
    """Return the timing of one batch size: the shortest of some rounds, in which both take turns.

    The shortest time is the one that other processes disturbed least; taking turns, both see the same machine.
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
