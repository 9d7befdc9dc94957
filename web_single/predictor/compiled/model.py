"""The loaded compiled model: predicts, counts fallbacks, and is disabled by its first error."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from web_single.logging import Event, get_logger
from web_single.predictor.compiled.manifest import Manifest
from web_single.predictor.compiled.timing import Timings
from web_single.predictor.signature.model_output import ModelOutput

log = get_logger()

Rows = Sequence[Sequence[Any]]


class Evaluator(Protocol):
    """Computes the outputs of a compiled model."""

    def predict(self, rows: Rows, *, with_probabilities: bool) -> list[ModelOutput | None]:
        """Return the output for each row; None for a fallback."""


class CompiledModel:
    """Predicts with an equivalent compiled model; `answered` and `fallbacks` count rows."""

    def __init__(self, manifest: Manifest, evaluation: Evaluator, turn_off: Callable[[str], None]) -> None:
        self.manifest = manifest
        self.answered = 0
        self.fallbacks = 0
        self._evaluation = evaluation
        self._turn_off = turn_off

    @classmethod
    def load(cls, manifest: Manifest, folder: Path, turn_off: Callable[[str], None]) -> "CompiledModel":
        """Load the compiled model from the files in a folder.

        Args:
            manifest: The manifest of the compiled model.
            folder: The folder with its files.
            turn_off: Called with the reason after the first error, to disable the compiled model.
        """
        # imports numpy and the engines, which a server without a compiled model must not load
        from web_single.predictor.compiled.engine.evaluator import CompiledEvaluator  # noqa: PLC0415

        return cls(manifest, CompiledEvaluator(manifest, folder), turn_off)

    def is_faster(self, rows: int, *, with_probabilities: bool) -> bool:
        """Return whether a batch of this many rows was measured to be faster than in the model process."""
        return rows <= self._timings(with_probabilities=with_probabilities).max_rows

    def rows_per_call(self, *, with_probabilities: bool) -> int:
        """Return the maximum number of rows per call that keeps the call short."""
        return self._timings(with_probabilities=with_probabilities).rows_per_call

    def _timings(self, *, with_probabilities: bool) -> Timings:
        return self.manifest.probability_timings if with_probabilities else self.manifest.timings

    def predict(self, rows: Rows, *, with_probabilities: bool) -> list[ModelOutput | None]:
        """Return the output for each row; None for a row that falls back to the reference path.

        Takes microseconds and raises nothing: after an error, all rows fall back and the compiled model is disabled.

        Args:
            rows: Rows that are valid for the signature, shape (rows, features).
            with_probabilities: Whether the outputs include probabilities.
        """
        try:
            answers = self._evaluation.predict(rows, with_probabilities=with_probabilities)
        except Exception as error:  # after any error, the reference path serves
            log.exception(Event.COMPILED_FAILED)
            self._turn_off(f"It failed: {type(error).__name__}: {error}")
            return [None] * len(rows)
        back = answers.count(None)
        self.fallbacks += back
        self.answered += len(rows) - back
        return answers
