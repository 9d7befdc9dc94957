"""Example: rows of numbers with the model's own answers to them, for the documentation. Nothing of it is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from web_single.errors import DeliveredCodeError, InvalidFeaturesError, InvalidInputError, RunnerBrokenError
from web_single.predictor.predictor import Predictor

# Two flowers, an Iris setosa and an Iris virginica, each repeated to the length that the model takes.
# Where a model takes only zeros and ones, it is shown with these.
TRIED = (((5.1, 3.5, 1.4, 0.2), (6.7, 3.0, 5.2, 2.3)), ((0,), (1,)))


@dataclass(frozen=True)
class Example:
    """Rows that the model answers, a result each, the probabilities where it has them: all empty where none is known.

    `refusal` and `batch_refusal` are what a row without features is answered.
    """

    rows: Sequence[list[float]]
    results: Sequence[Any]
    probabilities: Sequence[list[float] | None]
    refusal: str
    batch_refusal: str


async def find_example(predictor: Predictor) -> Example:
    """Ask the model for its answers. A ModelUnavailableError says that it could not be asked now."""
    signature = predictor.signature
    refusals = {
        "refusal": refusal_of(lambda: signature.row_of([])),
        "batch_refusal": refusal_of(lambda: signature.rows_of([[]])),
    }
    for numbers in TRIED if signature.feature_count is not None else ():
        rows = [list(islice(cycle(row), signature.feature_count)) for row in numbers]
        try:
            answers = await predictor.predict(rows, with_probabilities=signature.probabilities)
        except (InvalidInputError, DeliveredCodeError):
            continue
        except RunnerBrokenError:  # what the model's process does not survive is tried once
            break
        results = [answer.result for answer in answers]
        return Example(rows, results, [answer.probabilities for answer in answers], **refusals)
    return Example((), (), (), **refusals)


def refusal_of(read: Callable[[], object]) -> str:
    """Return what the signature says when it is to read what does not fit."""
    try:
        read()
    except InvalidFeaturesError as error:
        return error.sentence
    raise AssertionError("A row without features fits no model.")
