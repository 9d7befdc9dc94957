"""CompiledModel: answers what it is sure of, hands back the rest, and is turned off by the first fault."""

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
    """What computes answers; None for a row that is to be handed back."""

    def predict(self, rows: Rows, *, with_probabilities: bool) -> list[ModelOutput | None]:
        """Return the answer to each row."""


class CompiledModel:
    """A compiled model that is proved equal; `answered` and `handed_back` count rows."""

    def __init__(self, manifest: Manifest, evaluation: Evaluator, turn_off: Callable[[str], None]) -> None:
        self.manifest = manifest
        self.answered = 0
        self.fallbacks = 0
        self._evaluation = evaluation
        self._turn_off = turn_off

    @classmethod
    def load(cls, manifest: Manifest, folder: Path, turn_off: Callable[[str], None]) -> "CompiledModel":
        """Return the one whose files are in this folder; `turn_off` hears why it must not be asked again."""
        # numpy and the engines: a server without a compiled model does without them
        from web_single.predictor.compiled.engine.evaluator import CompiledEvaluator  # noqa: PLC0415

        return cls(manifest, CompiledEvaluator(manifest, folder), turn_off)

    def is_faster(self, rows: int, *, with_probabilities: bool) -> bool:
        """Return whether a batch of so many rows was measured to be faster here than in the model process."""
        return rows <= self._timings(with_probabilities=with_probabilities).max_rows

    def rows_per_call(self, *, with_probabilities: bool) -> int:
        """Return how many rows one call should hold at most, so that it stays short."""
        return self._timings(with_probabilities=with_probabilities).rows_per_call

    def _timings(self, *, with_probabilities: bool) -> Timings:
        return self.manifest.probability_timings if with_probabilities else self.manifest.timings

    def predict(self, rows: Rows, *, with_probabilities: bool) -> list[ModelOutput | None]:
        """Return the answer to each of some rows, shape (rows, features); None for those that it hands back.

        Only for rows that the signature takes. Takes microseconds, and raises nothing.
        """
        try:
            answers = self._evaluation.predict(rows, with_probabilities=with_probabilities)
        except Exception as error:  # whatever it is: the plain way answers
            log.exception(Event.COMPILED_FAILED)
            self._turn_off(f"It failed: {type(error).__name__}: {error}")
            return [None] * len(rows)
        back = answers.count(None)
        self.fallbacks += back
        self.answered += len(rows) - back
        return answers
