"""What the service aims at: ratios in one interleaved run, with the example, each answer committed."""

from dataclasses import dataclass

from benchmarks.throughput.figures import Figure, Measure, find, memory_mib, of_load, ratio_of, start_seconds
from benchmarks.throughput.records import Comparison

SIMPLE = "straightforward"


@dataclass(frozen=True)
class Aim:
    """A figure of a contender as a multiple of another's, and what it should be."""

    what: str
    measure: Measure
    key: str
    other: str
    at_least: float | None = None
    at_most: float | None = None

    def measured(self, comparison: Comparison) -> Figure | None:
        """Return what it is, None where one of the two did not take part."""
        contest = find(comparison, self.key)
        return None if contest is None else ratio_of(contest, find(comparison, self.other), self.measure)

    def is_met(self, ratio: float) -> bool:
        """Return whether it is what it should be."""
        return (self.at_least is None or ratio >= self.at_least) and (self.at_most is None or ratio <= self.at_most)


AIMS = (
    Aim("requests/s, 64 clients", of_load("rate", 64), "all", SIMPLE, at_least=200),
    Aim("requests/s, 64 clients", of_load("rate", 64), "all", "ceiling", at_least=0.55),
    Aim("requests/s, 256 clients", of_load("rate", 256), "all", SIMPLE, at_least=350),
    Aim("requests/s, 256 clients", of_load("rate", 256), "all", "ceiling", at_least=0.65),
    Aim("requests/s, 64 clients", of_load("rate", 64), "lane", SIMPLE, at_least=65),
    Aim("requests/s, 256 clients", of_load("rate", 256), "lane", SIMPLE, at_least=150),
    Aim("requests/s, 64 clients", of_load("rate", 64), "queue", SIMPLE, at_least=45),
    Aim("p99, 64 clients", of_load("p99_ms", 64), "all", SIMPLE, at_most=1 / 200),
    Aim("p50, one client", of_load("p50_ms", 1), "all", SIMPLE, at_most=1 / 15),
    Aim("p50, one client", of_load("p50_ms", 1), "lane", SIMPLE, at_most=0.8),
    Aim("start to the first answer", start_seconds, "all", SIMPLE, at_most=0.4),
    Aim("start to the first answer", start_seconds, "lane", SIMPLE, at_most=1.0),
    Aim("resident memory", memory_mib, "all", SIMPLE, at_most=1.4),
    Aim("requests/s, 256 clients", of_load("rate", 256), "workers", "all", at_least=1.2),
)
