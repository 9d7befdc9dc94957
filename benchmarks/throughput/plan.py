"""Plan: how often and how long is measured, who takes part, and where the work is done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.throughput.contender import Contender
from benchmarks.throughput.deliveries import Delivered, Style, deliver
from benchmarks.throughput.machine import describe
from benchmarks.throughput.records import Comparison, Results
from benchmarks.throughput.rounds import tell


@dataclass(frozen=True)
class Plan:
    """What holds for all comparisons of one command."""

    work: Path
    rounds: int
    seconds: float
    clients: tuple[int, ...]
    only: frozenset[str] = field(default_factory=frozenset)

    def chosen(self, contenders: Sequence[Contender]) -> list[Contender]:
        """Return those that take part: all, unless some are asked for."""
        return [contender for contender in contenders if self.takes(contender.key)]

    def takes(self, key: str) -> bool:
        """Return whether a contender takes part."""
        return not self.only or key in self.only

    def deliver(self, style: Style) -> Delivered:
        """Train a delivery in a folder of its own."""
        tell(f"training: {style.label}")
        return deliver(style, self.work / f"delivery-{sum(1 for _ in self.work.glob('delivery-*'))}")

    def results(self, kind: str, comparisons: list[Comparison]) -> Results:
        """Return what was measured, with the machine that it was measured on."""
        return Results(
            kind=kind,
            date=datetime.now(tz=UTC).date().isoformat(),
            rounds=self.rounds,
            seconds=self.seconds,
            machine=describe(self.work),
            comparisons=[comparison for comparison in comparisons if comparison.contests],
        )
