"""Example: rows with the model's own answers to them, for the documentation. Nothing of it is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from web_single.errors import InvalidFeaturesError
from web_single.predictor.predictor import Predictor


@dataclass(frozen=True)
class Example:
    """Rows that the model answers, a result each, the probabilities where it has them: all empty where none is known.

    `refusal` and `batch_refusal` are what a row without features is answered.
    """

    rows: Sequence[Sequence[Any]]
    results: Sequence[Any]
    probabilities: Sequence[Sequence[float]] | None
    refusal: str
    batch_refusal: str


def find_example(predictor: Predictor) -> Example:
    """Return the rows that the model was asked when it had loaded, and its answers."""
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
    """Return what the signature says when it is to read what does not fit."""
    try:
        read()
    except InvalidFeaturesError as error:
        return error.message
    raise AssertionError("A row without features fits no model.")
