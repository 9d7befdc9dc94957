"""Figures: medians over the rounds, their spread, and ratios, which are taken round by round."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from benchmarks.throughput.records import Comparison, Contest, Load, Visit

Measure = Callable[[Visit], float | None]


@dataclass(frozen=True)
class Figure:
    """A median, and the least and the largest of what it was taken from."""

    median: float
    least: float
    largest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self | None:
        """Return the figure of some values, None where there are none."""
        return cls(statistics.median(values), min(values), max(values)) if values else None


def of_load(name: str, clients: int) -> Measure:
    """Return what reads a figure of the first run with so many clients: `rate`, `p50_ms`, .."""

    def read(visit: Visit) -> float | None:
        load = load_of(visit, clients)
        return None if load is None or not load.answered else float(getattr(load, name))

    return read


def load_of(visit: Visit, clients: int) -> Load | None:
    """Return the first run with so many clients."""
    return next((load for load in visit.loads if load.clients == clients), None)


def start_seconds(visit: Visit) -> float | None:
    """Return how long it took to the first answer."""
    return visit.start_seconds


def memory_mib(visit: Visit) -> float | None:
    """Return the resident memory of all processes, as a sum."""
    return visit.rss_mib


def shared_memory_mib(visit: Visit) -> float | None:
    """Return the resident memory of all processes, shared pages counted once."""
    return visit.pss_mib


def figure_of(contest: Contest, measure: Measure) -> Figure | None:
    """Return a figure over all rounds."""
    values = [measure(visit) for visit in contest.visits]
    return Figure.of([value for value in values if value is not None])


def ratio_of(contest: Contest, other: Contest | None, measure: Measure) -> Figure | None:
    """Return a figure as a multiple of another contender's in the same round."""
    if other is None:
        return None
    pairs = [(measure(mine), measure(its)) for mine, its in zip(contest.visits, other.visits, strict=False)]
    return Figure.of([mine / its for mine, its in pairs if mine is not None and its])


def find(comparison: Comparison, key: str) -> Contest | None:
    """Return a contender that took part."""
    return next((contest for contest in comparison.contests if contest.key == key), None)
