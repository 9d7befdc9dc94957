"""Comparison of a compiled model with the `predict` of the model folder on many rows."""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from web_single.predictor.compiled.engine.evaluator import CompiledEvaluator
from web_single.predictor.compiled.manifest import EquivalenceReport, Kind
from web_single.predictor.signature.model_output import ModelOutput
from web_single.predictor.signature.tolerance import all_close

CHUNK = 2000
PROBE_ROWS = 50_000
MAX_FALLBACK_RATE = 0.5
SMALLEST = 1e-300

Row = Sequence[Any]
Ask = Callable[[Sequence[Row]], Awaitable[list[ModelOutput | None]]]
Progress = Callable[[str, int, int | None], None]


@dataclass
class Difference:
    """A mismatch: a row with both outputs; `delivered` is that of the model folder, None for a rejected row."""

    row: list[Any]
    compiled: Any
    delivered: Any

    def __str__(self) -> str:
        told = "nothing, for it cannot be answered" if self.delivered is None else repr(self.delivered)
        return f"{self.compiled!r} is computed for {self.row}, and the model answers {told}"


@dataclass
class Comparison:
    """Collects mismatches and fallbacks for one kind of output.

    `differences` holds the first mismatch among rows with missing values (key True) and without (key False),
    `fallbacks` the number of fallbacks by kind of probe rows, `largest` the largest accepted relative difference.
    """

    differences: dict[bool, Difference] = field(default_factory=dict)
    fallbacks: dict[str, int] = field(default_factory=dict)
    largest: float = 0.0

    def take(self, kind: str, row: Row, compiled: ModelOutput | None, delivered: ModelOutput | None, name: str) -> None:
        """Compare the outputs for one row; `name` is the compared attribute, `result` or `probabilities`."""
        if compiled is None:
            self.fallbacks[kind] = self.fallbacks.get(kind, 0) + 1
            return
        given, expected = getattr(compiled, name), getattr(delivered, name, None)
        if given == expected and type(given) is type(expected):
            return
        if delivered is None or not all_close(given, expected):
            self.differences.setdefault(None in row, Difference(list(row), given, expected))
        else:
            self.largest = max(self.largest, largest_difference(given, expected))


def largest_difference(given: Any, expected: Any) -> float:  # noqa: ANN401 - numbers, or lists of them
    """Return the largest relative difference of two numbers or lists of numbers."""
    if isinstance(given, list):
        return max(map(largest_difference, given, expected), default=0.0)
    return float(abs(given - expected) / max(abs(given), abs(expected), SMALLEST))


class EquivalenceTester:
    """Compares evaluators with the model: the results of each, and the probabilities of the first (the exact one)."""

    def __init__(self, ask: Ask, evaluations: dict[str, CompiledEvaluator], *, with_probabilities: bool) -> None:
        self._ask = ask
        self._evaluations = evaluations
        self._with_probabilities = with_probabilities
        self.results = {name: Comparison() for name in evaluations}
        self.probabilities = Comparison()
        self.asked: dict[str, int] = {}

    async def run(self, kinds: Iterable[tuple[str, list[list[Any]]]], count: int, tell: Progress) -> float:
        """Compare the outputs for rows of all kinds and return the duration in seconds.

        Args:
            kinds: The kinds of probe rows with their rows.
            count: The total number of rows to report as progress.
            tell: Callback that receives the step, the rows done and the total.
        """
        started = time.monotonic()
        for kind, rows in kinds:
            for start in range(0, len(rows), CHUNK):
                tell("Comparing the compiled model", sum(self.asked.values()), count)
                await self._compare(kind, rows[start : start + CHUNK])
        return round(time.monotonic() - started, 1)

    async def _compare(self, kind: str, rows: list[list[Any]]) -> None:
        delivered = await self._ask(rows)
        self.asked[kind] = self.asked.get(kind, 0) + len(rows)
        for name, evaluation in self._evaluations.items():
            compiled = evaluation.predict(rows, with_probabilities=False)
            for row, one, other in zip(rows, compiled, delivered, strict=True):
                self.results[name].take(kind, row, one, other, "result")
        if self._with_probabilities:
            exact = next(iter(self._evaluations.values()))
            compiled = exact.predict(rows, with_probabilities=True)
            for row, one, other in zip(rows, compiled, delivered, strict=True):
                self.probabilities.take(kind, row, one, other, "probabilities")

    def proof_of(self, comparison: Comparison, seconds: float) -> EquivalenceReport:
        """Return the report of the equivalence check for the selected evaluator."""
        kinds = {kind: Kind(rows, comparison.fallbacks.get(kind, 0)) for kind, rows in self.asked.items()}
        return EquivalenceReport(kinds, max(comparison.largest, self.probabilities.largest), seconds)
