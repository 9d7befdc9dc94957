"""Example rows with the model's results, for the documentation; they are not stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from web_single.errors import InvalidFeaturesError
from web_single.predictor.predictor import Predictor


@dataclass(frozen=True)
class Example:
    """Example rows with one result each; all are empty if no example is known.

    `probabilities` has shape (rows, classes), or is None if the model has none. `refusal` and `batch_refusal` are the
    error messages for a row without features, in a single and in a batch request.
    """

    rows: Sequence[Sequence[Any]]
    results: Sequence[Any]
    probabilities: Sequence[Sequence[float]] | None
    refusal: str
    batch_refusal: str


def find_example(predictor: Predictor) -> Example:
    """Return the rows that the model process predicted as a probe after loading, and their results."""
    probe = predictor.description["probe"]
    signature = predictor.signature
    return Example(
        rows=probe["rows"] if signature.feature_count is not None else (),
        results=probe["results"],
        probabilities=probe["probabilities"],
        refusal=refusal_of(lambda: signature.validate_row([])),
        batch_refusal=refusal_of(lambda: signature.rows_of([[]])),
    )


def refusal_of(read: Callable[[], object]) -> str:
    """Return the error message that `read` raises for invalid features."""
    try:
        read()
    except InvalidFeaturesError as error:
        return error.message
    raise AssertionError("A row without features fits no model.")
